"""What ``$(name …)`` gives: the substitutions of ROS 2's launch that this runner knows."""

from __future__ import annotations

import math
import shlex
import subprocess
from collections.abc import Callable

from user_bringup.launcher.ament_index import package_share
from user_bringup.launcher.context import LaunchContext
from user_bringup.launcher.document import Element
from user_bringup.launcher.errors import LaunchError, LaunchFileError
from user_bringup.launcher.expression import evaluate_expression
from user_bringup.launcher.template import Template, parse_template

_TRUTH = {"true": True, "1": True, "false": False, "0": False}


class SubstitutionError(LaunchError):
    """A substitution that is unknown, has the wrong number of arguments, or finds nothing."""


def perform(template: Template, context: LaunchContext) -> str:
    """Replaces the substitutions of a template.

    Raises:
        SubstitutionError: A substitution is unknown, has the wrong number of arguments, or finds nothing.
    """
    parts = []
    for part in template:
        if isinstance(part, str):
            parts.append(part)
            continue
        if part.name not in _SUBSTITUTIONS:
            raise SubstitutionError(f"$({part.name} …) is unknown; known: {', '.join(sorted(_SUBSTITUTIONS))}.")
        counts, function = _SUBSTITUTIONS[part.name]
        arguments = [perform(argument, context) for argument in part.arguments]
        if len(arguments) not in counts:
            expected = " or ".join(str(count) for count in counts)
            raise SubstitutionError(
                f"$({part.name} …) takes {expected} arguments, not {len(arguments)}; one with spaces needs quotes."
            )
        parts.append(function(arguments, context))
    return "".join(parts)


def substitute(text: str, context: LaunchContext, *, where: str) -> str:
    """Parses a text and replaces its substitutions.

    Raises:
        LaunchFileError: As ``perform``, with the place in the launch file.
    """
    try:
        return perform(parse_template(text), context)
    except LaunchFileError:
        raise
    except LaunchError as error:
        raise LaunchFileError(where, str(error)) from error


def attribute(element: Element, name: str, context: LaunchContext, *, default: str = "") -> str:
    """An attribute with its substitutions performed, or the default where it is missing.

    Raises:
        LaunchFileError: As ``substitute``.
    """
    text = element.attributes.get(name)
    return default if text is None else substitute(text, context, where=element.where)


def truth(text: str, *, what: str, where: str) -> bool:
    """Reads true, false, 1 or 0, in any case.

    Raises:
        LaunchFileError: It is something else.
    """
    value = _TRUTH.get(text.strip().lower())
    if value is None:
        raise LaunchFileError(where, f"{what} is {text!r}; allowed are true, false, 1 and 0.")
    return value


def condition_holds(element: Element, context: LaunchContext) -> bool:
    """Whether an element's ``if`` or ``unless`` lets it act.

    Raises:
        LaunchFileError: The condition is not true, false, 1 or 0.
    """
    if "if" in element.attributes:
        return truth(attribute(element, "if", context), what="the attribute 'if'", where=element.where)
    if "unless" in element.attributes:
        return not truth(attribute(element, "unless", context), what="the attribute 'unless'", where=element.where)
    return True


def _variable(arguments: list[str], context: LaunchContext) -> str:
    name = arguments[0]
    if name in context.variables:
        return context.variables[name]
    if len(arguments) == 2:
        return arguments[1]
    known = ", ".join(sorted(context.variables)) or "none"
    raise SubstitutionError(f"$(var {name}) is not set here; declare it with <arg> or <let> above. Set: {known}.")


def _environment(arguments: list[str], context: LaunchContext) -> str:
    if arguments[0] in context.environment:
        return context.environment[arguments[0]]
    if len(arguments) == 2:
        return arguments[1]
    raise SubstitutionError(f"the environment has no {arguments[0]!r}; set it, or write $(env {arguments[0]} DEFAULT).")


def _package_share(arguments: list[str], context: LaunchContext) -> str:
    return str(package_share(arguments[0], context.environment))


def _folder(_arguments: list[str], context: LaunchContext) -> str:
    return str(context.files[-1].resolve().parent)


def _evaluate(arguments: list[str], _context: LaunchContext) -> str:
    return evaluate_expression(arguments[0])


def _command(arguments: list[str], context: LaunchContext) -> str:
    """The standard output of a program, the newline at its end included, as in ROS 2's launch."""
    words = shlex.split(arguments[0])
    try:
        ended = subprocess.run(words, env=context.environment, capture_output=True, text=True, check=False)
    except OSError as error:
        raise SubstitutionError(f"$(command {arguments[0]}) cannot be run: {error}.") from error
    if ended.returncode != 0 or ended.stderr:
        raise SubstitutionError(
            f"$(command {arguments[0]}) ended with status {ended.returncode} and the errors {ended.stderr.strip()!r}; "
            "allowed is status 0 without errors."
        )
    return ended.stdout


def _boolean(text: str) -> bool:
    if text.strip().lower() not in _TRUTH:
        raise SubstitutionError(f"{text!r} is no truth value; allowed are true, false, 1 and 0.")
    return _TRUTH[text.strip().lower()]


def _are_equal(left: str, right: str) -> bool:
    if left.lower() in _TRUTH and right.lower() in _TRUTH:
        return _TRUTH[left.lower()] == _TRUTH[right.lower()]
    try:
        return math.isclose(float(left), float(right))
    except ValueError:
        return left == right


def _written(value: bool) -> str:
    return str(value).lower()


_SUBSTITUTIONS: dict[str, tuple[tuple[int, ...], Callable[[list[str], LaunchContext], str]]] = {
    "var": ((1, 2), _variable),
    "env": ((1, 2), _environment),
    "find-pkg-share": ((1,), _package_share),
    "command": ((1,), _command),
    "dirname": ((0,), _folder),
    "eval": ((1,), _evaluate),
    "equals": ((2,), lambda arguments, _: _written(_are_equal(*arguments))),
    "not-equals": ((2,), lambda arguments, _: _written(not _are_equal(*arguments))),
    "not": ((1,), lambda arguments, _: _written(not _boolean(arguments[0]))),
    "and": ((2,), lambda arguments, _: _written(_boolean(arguments[0]) and _boolean(arguments[1]))),
    "or": ((2,), lambda arguments, _: _written(_boolean(arguments[0]) or _boolean(arguments[1]))),
}
