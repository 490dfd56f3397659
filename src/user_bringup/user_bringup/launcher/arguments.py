"""The arguments given on the command line, and whether the launch file knows them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from difflib import get_close_matches

from user_bringup.launcher.errors import LaunchArgumentError
from user_bringup.launcher.expansion import Launch


def parse_arguments(words: Iterable[str]) -> dict[str, str]:
    """Reads ``name:=value`` words.

    Raises:
        LaunchArgumentError: A word has another form, or names an argument a second time.
    """
    arguments: dict[str, str] = {}
    for word in words:
        name, separator, value = word.partition(":=")
        if not name or not separator:
            raise LaunchArgumentError(f"{word!r} is no launch argument; write it as name:=value.")
        if name in arguments:
            raise LaunchArgumentError(f"The launch argument {name!r} is given twice; keep one of them.")
        arguments[name] = value
    return arguments


def check_known(arguments: Mapping[str, str], launch: Launch, *, file_name: str) -> None:
    """Checks that a launch file declares every argument that was given, and does not override it.

    Raises:
        LaunchArgumentError: An argument is not declared, or an include of the file sets it.
    """
    known = [declaration.name for declaration in launch.declarations]
    for name in arguments:
        if name in known:
            continue
        if name in launch.fixed:
            raise LaunchArgumentError(
                f"The launch argument {name!r} cannot be given: {file_name} sets it itself, at {launch.fixed[name]}."
            )
        close = get_close_matches(name, known, n=1)
        meant = f" (did you mean {close[0]!r}?)" if close else ""
        raise LaunchArgumentError(
            f"The launch argument {name!r} is unknown{meant}; {file_name} knows: {', '.join(sorted(known)) or 'none'}."
        )


def describe_arguments(launch: Launch) -> str:
    """The text of ``--show-args``: each argument with its description, choices and default."""
    lines = []
    for declaration in launch.declarations:
        lines.append(f"  {declaration.name}")
        description = declaration.description or "no description"
        lines.append(f"      {description}")
        if declaration.choices:
            lines.append(f"      one of: {', '.join(declaration.choices)}")
        lines.append("      required" if declaration.default is None else f"      default: {declaration.default}")
    return "\n".join(lines) or "  (none)"
