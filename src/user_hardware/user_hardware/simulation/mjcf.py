"""MJCF elements from Python values."""

from __future__ import annotations

from collections.abc import Iterable
from xml.etree.ElementTree import Element, SubElement

AttributeValue = str | float | Iterable[float]


def add(parent: Element, tag: str, **attributes: AttributeValue) -> Element:
    """Add a child element; numbers and sequences of numbers are written in full precision."""
    return SubElement(parent, tag, {name: _text(value) for name, value in attributes.items()})


def _text(value: AttributeValue) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, int | float):
        return repr(float(value))
    return " ".join(repr(float(number)) for number in value)
