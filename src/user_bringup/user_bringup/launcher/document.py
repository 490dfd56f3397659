"""An XML document as a tree whose elements know their file and line."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from xml.parsers import expat

from user_bringup.launcher.errors import LaunchError, LaunchFileError


@dataclass(frozen=True, kw_only=True)
class Element:
    """One tag of a launch file.

    Attributes:
        tag: Name of the tag.
        attributes: Attribute texts with their substitutions not yet performed.
        children: Nested tags in document order.
        path: The file that it stands in.
        line: Its line there, counted from 1.
    """

    tag: str
    attributes: Mapping[str, str]
    children: tuple[Element, ...]
    path: Path
    line: int

    @property
    def where(self) -> str:
        """``path:line``, for messages."""
        return f"{self.path}:{self.line}"

    def children_of(self, tag: str) -> tuple[Element, ...]:
        """The nested tags of one name, in document order."""
        return tuple(child for child in self.children if child.tag == tag)


@dataclass(kw_only=True)
class _OpenElement:
    tag: str
    attributes: dict[str, str]
    line: int
    children: list[Element] = field(default_factory=list)


def read_document(path: Path) -> Element:
    """Reads one launch file.

    Raises:
        LaunchError: There is no such file.
        LaunchFileError: It is not well-formed XML, or has text between its tags.
    """
    parser = expat.ParserCreate()
    open_elements: list[_OpenElement] = []
    roots: list[Element] = []

    def start(tag: str, attributes: dict[str, str]) -> None:
        open_elements.append(_OpenElement(tag=tag, attributes=attributes, line=parser.CurrentLineNumber))

    def end(_tag: str) -> None:
        closed = open_elements.pop()
        element = Element(
            tag=closed.tag,
            attributes=MappingProxyType(closed.attributes),
            children=tuple(closed.children),
            path=path,
            line=closed.line,
        )
        (open_elements[-1].children if open_elements else roots).append(element)

    def text(content: str) -> None:
        if content.strip():
            where = f"{path}:{parser.CurrentLineNumber}"
            raise LaunchFileError(where, f"text {content.strip()!r} between tags; values belong into attributes.")

    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = text
    try:
        parser.Parse(path.read_bytes(), True)
    except OSError as error:
        raise LaunchError(f"Launch file {path} cannot be read: {error.strerror}.") from error
    except expat.ExpatError as error:
        raise LaunchFileError(
            f"{path}:{error.lineno}", f"not well-formed XML: {expat.errors.messages[error.code]}."
        ) from error
    return roots[0]
