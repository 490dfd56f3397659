"""The arguments that a launch file declares by ``<arg>``."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches

from user_bringup.launcher.document import Element
from user_bringup.launcher.errors import LaunchArgumentError, LaunchFileError


@dataclass(frozen=True, kw_only=True)
class ArgumentDeclaration:
    """One ``<arg>``.

    Attributes:
        name: What stands left of ``:=``.
        default: Its default as written, substitutions included, or None where the argument is required.
        description: One sentence for ``--show-args``.
        choices: Allowed values; empty where any value is.
        where: ``path:line`` of the declaration.
    """

    name: str
    default: str | None
    description: str
    choices: tuple[str, ...]
    where: str

    def check_choice(self, value: str) -> None:
        """Checks a value against the choices.

        Raises:
            LaunchArgumentError: There are choices, and the value is none of them.
        """
        if not self.choices or value in self.choices:
            return
        close = get_close_matches(value, self.choices, n=1)
        meant = f" (did you mean {close[0]!r}?)" if close else ""
        raise LaunchArgumentError(
            f"The launch argument {self.name!r} is {value!r}{meant}; allowed: {', '.join(self.choices)}. "
            f"Declared at {self.where}."
        )


def declaration_of(element: Element) -> ArgumentDeclaration:
    """Reads an ``<arg>`` tag.

    Raises:
        LaunchFileError: Its default is plain text and none of its choices.
    """
    declaration = ArgumentDeclaration(
        name=element.attributes["name"],
        default=element.attributes.get("default"),
        description=element.attributes.get("description", ""),
        choices=tuple(choice.attributes["value"] for choice in element.children),
        where=element.where,
    )
    default = declaration.default
    if declaration.choices and default is not None and "$(" not in default and default not in declaration.choices:
        raise LaunchFileError(
            element.where, f"the default {default!r} is no choice; choices: {', '.join(declaration.choices)}."
        )
    return declaration
