"""From ``<node>`` and ``<executable>`` to the process that each of them means."""

from __future__ import annotations

import shlex
from pathlib import Path

from user_bringup.launcher.ament_index import package_executable
from user_bringup.launcher.context import LaunchContext
from user_bringup.launcher.document import Element
from user_bringup.launcher.errors import LaunchError, LaunchFileError
from user_bringup.launcher.parameters import ParameterFileWriter
from user_bringup.launcher.process_description import ProcessDescription
from user_bringup.launcher.substitutions import attribute, perform, truth
from user_bringup.launcher.template import Substitution, parse_template

_OUTPUTS = ("screen", "log", "both")


def node_process(element: Element, context: LaunchContext, parameters: ParameterFileWriter) -> ProcessDescription:
    """The process of a ``<node>``: its executable, its arguments, then everything for ROS 2.

    Raises:
        LaunchFileError: The executable is not installed or an attribute has a value that is not allowed.
    """
    executable = attribute(element, "exec", context)
    try:
        path = package_executable(attribute(element, "pkg", context), executable, context.environment)
    except LaunchError as error:
        raise LaunchFileError(element.where, str(error)) from error
    command = [str(path), *_words(element, "args", context)]
    ros_words = _words(element, "ros_args", context)
    if ros_words:
        command += ["--ros-args", *ros_words]
    name = attribute(element, "name", context)
    namespace = joined_namespace(context.namespace, attribute(element, "namespace", context))
    command += ["--ros-args"]
    if name:
        command += ["-r", f"__node:={name}"]
    if namespace:
        command += ["-r", f"__ns:={namespace}"]
    full_name = f"{namespace.rstrip('/')}/{name}" if name and namespace else "/**"
    command += parameters.arguments(element, context, node_name=full_name)
    for remap in element.children_of("remap"):
        command += ["-r", f"{attribute(remap, 'from', context)}:={attribute(remap, 'to', context)}"]
    label = attribute(element, "exec_name", context) or executable
    return _process(element, context, command=command, label=label)


def executable_process(element: Element, context: LaunchContext) -> ProcessDescription:
    """The process of an ``<executable>``.

    Raises:
        LaunchFileError: The command is empty or an attribute has a value that is not allowed.
    """
    command = _words(element, "cmd", context)
    if not command:
        raise LaunchFileError(element.where, "the attribute 'cmd' is empty; it names a program and its arguments.")
    return _process(
        element, context, command=command, label=attribute(element, "name", context) or Path(command[0]).name
    )


def joined_namespace(base: str, namespace: str) -> str:
    """A namespace under another one; an absolute one stands for itself, and the result is absolute or empty."""
    if not namespace:
        combined = base
    elif namespace.startswith("/") or not base:
        combined = namespace
    else:
        combined = f"{base.rstrip('/')}/{namespace}"
    if not combined or combined == "/":
        return combined
    return "/" + combined.strip("/")


def _process(element: Element, context: LaunchContext, *, command: list[str], label: str) -> ProcessDescription:
    where = element.where
    output = attribute(element, "output", context, default="log")
    if output not in _OUTPUTS:
        raise LaunchFileError(where, f"the attribute 'output' is {output!r}; allowed: {', '.join(_OUTPUTS)}.")
    on_exit = attribute(element, "on_exit", context)
    if on_exit not in ("", "shutdown"):
        raise LaunchFileError(where, f"the attribute 'on_exit' is {on_exit!r}; allowed: shutdown.")
    folder = attribute(element, "cwd", context)
    environment = dict(context.environment)
    for variable in element.children_of("env"):
        environment[attribute(variable, "name", context)] = attribute(variable, "value", context)
    return ProcessDescription(
        label=label,
        command=(*shlex.split(attribute(element, "launch-prefix", context)), *command),
        environment=environment,
        folder=Path(folder) if folder else None,
        on_screen=output in ("screen", "both"),
        respawn=truth(
            attribute(element, "respawn", context, default="false"), what="the attribute 'respawn'", where=where
        ),
        respawn_delay_s=_number(element, "respawn_delay", context, default=0.0),
        respawn_max_retries=int(_number(element, "respawn_max_retries", context, default=-1.0, lowest=-1.0)),
        ends_launch=on_exit == "shutdown",
        sigterm_timeout_s=_number(element, "sigterm_timeout", context, default=5.0),
        sigkill_timeout_s=_number(element, "sigkill_timeout", context, default=5.0),
    )


def _number(element: Element, name: str, context: LaunchContext, *, default: float, lowest: float = 0.0) -> float:
    text = attribute(element, name, context, default=str(default))
    try:
        value = float(text)
    except ValueError:
        value = float("nan")
    if not value >= lowest:
        raise LaunchFileError(element.where, f"the attribute {name!r} is {text!r}; allowed is a number ≥ {lowest:g}.")
    return value


def _words(element: Element, name: str, context: LaunchContext) -> list[str]:
    """Splits an attribute like a shell does; what a substitution gives is never split."""
    text = element.attributes.get(name, "")
    try:
        template = parse_template(text)
        substitutions = [part for part in template if isinstance(part, Substitution)]
        # Private-use characters stand for the substitutions while the literal text is split.
        marks = {chr(0xE000 + index): perform((part,), context) for index, part in enumerate(substitutions)}
        remaining = iter(marks)
        marked = "".join(part if isinstance(part, str) else next(remaining) for part in template)
        return ["".join(marks.get(letter, letter) for letter in word) for word in shlex.split(marked)]
    except (LaunchError, ValueError) as error:
        raise LaunchFileError(element.where, f"the attribute {name!r} cannot be read: {error}") from error
