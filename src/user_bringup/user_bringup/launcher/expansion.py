"""From a launch file and its arguments to the list of processes that it starts, before any of them is started."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from user_bringup.launcher.context import LaunchContext
from user_bringup.launcher.declarations import ArgumentDeclaration, declaration_of
from user_bringup.launcher.document import Element, read_document
from user_bringup.launcher.errors import LaunchArgumentError, LaunchFileError
from user_bringup.launcher.grammar import check_launch_element
from user_bringup.launcher.parameters import ParameterFileWriter
from user_bringup.launcher.process_description import ProcessDescription
from user_bringup.launcher.processes import executable_process, joined_namespace, node_process
from user_bringup.launcher.substitutions import attribute, condition_holds, truth


@dataclass(frozen=True, kw_only=True)
class Launch:
    """What a launch file means with one set of arguments.

    Attributes:
        processes: What to start, in document order.
        messages: What its ``<log>`` tags say.
        declarations: The arguments declared on the way, in document order, each once.
        fixed: Where an include sets an argument before its file declares it, by name.
    """

    processes: tuple[ProcessDescription, ...]
    messages: tuple[str, ...]
    declarations: tuple[ArgumentDeclaration, ...]
    fixed: Mapping[str, str]


def expand(
    path: Path,
    *,
    arguments: Mapping[str, str],
    environment: Mapping[str, str],
    parameters: ParameterFileWriter,
) -> Launch:
    """Walks a launch file and everything it includes.

    Args:
        path: The launch file.
        arguments: Launch arguments by name.
        environment: The environment that the processes inherit.
        parameters: Writes the inline parameters.

    Raises:
        LaunchFileError: A file breaks a rule.
        LaunchArgumentError: A required argument is missing, or one is not among its choices.
    """
    context = LaunchContext(variables=dict(arguments), environment=dict(environment), namespace="", files=[])
    walk = _Walk(context=context, parameters=parameters)
    walk.file(path)
    return walk.launch()


def declared_arguments(path: Path, *, arguments: Mapping[str, str], environment: Mapping[str, str]) -> Launch:
    """Walks a launch file for its arguments only; a required one may be missing, and nothing has to be installed.

    Raises:
        LaunchFileError: A file breaks a rule.
        LaunchArgumentError: An argument is not among its choices.
    """
    context = LaunchContext(variables=dict(arguments), environment=dict(environment), namespace="", files=[])
    walk = _Walk(context=context, parameters=None)
    walk.file(path)
    return walk.launch()


class _Walk:
    """Visits the tags in document order; one method per tag. Without `parameters` it only looks for arguments."""

    def __init__(self, *, context: LaunchContext, parameters: ParameterFileWriter | None) -> None:
        self._context = context
        self._parameters = parameters
        self._processes: list[ProcessDescription] = []
        self._messages: list[str] = []
        self._declarations: dict[str, ArgumentDeclaration] = {}
        self._fixed: dict[str, str] = {}
        self._visitors: dict[str, Callable[[Element], None]] = {
            "arg": self._arg,
            "let": self._let,
            "include": self._include,
            "group": self._group,
            "set_env": self._set_env,
            "unset_env": self._unset_env,
            "push_ros_namespace": self._push_ros_namespace,
            "node": self._node,
            "executable": self._executable,
            "log": self._log,
        }

    def launch(self) -> Launch:
        """What was found so far."""
        return Launch(
            processes=tuple(self._processes),
            messages=tuple(self._messages),
            declarations=tuple(self._declarations.values()),
            fixed=self._fixed,
        )

    def file(self, path: Path) -> None:
        """Visits one launch file."""
        root = read_document(path)
        check_launch_element(root)
        with self._context.file(path):
            self._visit(root.children)

    def _visit(self, elements: tuple[Element, ...]) -> None:
        for element in elements:
            if condition_holds(element, self._context):
                self._visitors[element.tag](element)

    def _arg(self, element: Element) -> None:
        declaration = declaration_of(element)
        name, variables = declaration.name, self._context.variables
        if name not in self._fixed:
            self._declarations.setdefault(name, declaration)
        if name not in variables:
            if declaration.default is None and self._parameters is None:
                variables[name] = ""
                return
            if declaration.default is None:
                raise LaunchArgumentError(
                    f"The launch argument {name!r} is missing ({declaration.description or 'no description'}); "
                    f"give it as {name}:=VALUE. Declared at {element.where}."
                )
            variables[name] = attribute(element, "default", self._context)
        declaration.check_choice(variables[name])

    def _let(self, element: Element) -> None:
        self._context.variables[attribute(element, "name", self._context)] = attribute(element, "value", self._context)

    def _include(self, element: Element) -> None:
        path = Path(attribute(element, "file", self._context))
        for argument in element.children:
            name = attribute(argument, "name", self._context)
            self._context.variables[name] = attribute(argument, "value", self._context)
            if name not in self._declarations:
                self._fixed.setdefault(name, argument.where)
        if not path.is_file():
            raise LaunchFileError(element.where, f"the included file {path} does not exist.")
        self.file(path)

    def _group(self, element: Element) -> None:
        scoped = attribute(element, "scoped", self._context, default="true")
        if not truth(scoped, what="the attribute 'scoped'", where=element.where):
            self._visit(element.children)
            return
        with self._context.scope():
            self._visit(element.children)

    def _set_env(self, element: Element) -> None:
        name = attribute(element, "name", self._context)
        self._context.environment[name] = attribute(element, "value", self._context)

    def _unset_env(self, element: Element) -> None:
        self._context.environment.pop(attribute(element, "name", self._context), None)

    def _push_ros_namespace(self, element: Element) -> None:
        namespace = attribute(element, "namespace", self._context)
        self._context.namespace = joined_namespace(self._context.namespace, namespace)

    def _node(self, element: Element) -> None:
        if self._parameters is not None:
            self._processes.append(node_process(element, self._context, self._parameters))

    def _executable(self, element: Element) -> None:
        if self._parameters is not None:
            self._processes.append(executable_process(element, self._context))

    def _log(self, element: Element) -> None:
        self._messages.append(attribute(element, "message", self._context))
