r"""The syntax of texts with substitutions: ``runs/$(var task)``, ``$(eval '$(var robots) > 1')``.

As in ROS 2's launch: an argument ends at a space, an argument with spaces stands in single or double quotes, a
substitution may stand inside another one, quoted or not, and a backslash takes the next character literally.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from user_bringup.launcher.errors import LaunchError

_IDENTIFIER = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")


@dataclass(frozen=True)
class Substitution:
    """One ``$(name argument …)``.

    Attributes:
        name: What to substitute by, such as ``var``.
        arguments: Its arguments, templates themselves.
    """

    name: str
    arguments: tuple[Template, ...]


Template = tuple["str | Substitution", ...]


class TemplateError(LaunchError):
    """A text whose substitutions are not written correctly."""


def parse_template(text: str) -> Template:
    """Splits a text into literal parts and substitutions.

    Raises:
        TemplateError: A substitution is not closed, has no name, or its arguments are not separated by one space.
    """
    return _TemplateParser(text).parse()


class _TemplateParser:
    def __init__(self, text: str) -> None:
        self._text = text
        self._position = 0

    def parse(self) -> Template:
        return self._parts(stop="", quote="")

    def _parts(self, *, stop: str, quote: str) -> Template:
        """Reads up to one of the characters in ``stop``, which is left unread; ``quote`` is the quote it is inside."""
        parts: list[str | Substitution] = []
        literal = ""
        while self._position < len(self._text) and self._peek() not in stop:
            if self._text.startswith("$(", self._position):
                if literal:
                    parts.append(literal)
                    literal = ""
                parts.append(self._substitution(quote=quote))
                continue
            if self._peek() == "\\" and self._position + 1 < len(self._text):
                self._position += 1
            literal += self._peek()
            self._position += 1
        if literal:
            parts.append(literal)
        return tuple(parts)

    def _substitution(self, *, quote: str) -> Substitution:
        start = self._position
        self._position += len("$(")
        name = _IDENTIFIER.match(self._text, self._position)
        if name is None:
            raise TemplateError(f"{self._text[start:]!r} has no name after '$('; such as $(var task).")
        self._position = name.end()
        arguments: list[Template] = []
        while self._peek_or_end() == " ":
            self._position += 1
            arguments.append(self._argument(quote=quote, start=start))
        if self._peek_or_end() != ")":
            raise TemplateError(f"{self._text[start:]!r} is not closed by ')', or has a character that needs quotes.")
        self._position += 1
        return Substitution(name.group(), tuple(arguments))

    def _argument(self, *, quote: str, start: int) -> Template:
        opening = self._peek_or_end()
        if not quote and opening and opening in "'\"":
            self._position += 1
            parts = self._parts(stop=opening, quote=opening)
            if self._peek_or_end() != opening:
                raise TemplateError(f"{self._text[start:]!r} has an opening {opening} and no closing one.")
            self._position += 1
            return parts
        parts = self._parts(stop=" ()" + (quote or "'\""), quote=quote)
        if not parts:
            raise TemplateError(f"{self._text[start:]!r} has an empty argument; one space stands between arguments.")
        return parts

    def _peek(self) -> str:
        return self._text[self._position]

    def _peek_or_end(self) -> str:
        return self._text[self._position : self._position + 1]
