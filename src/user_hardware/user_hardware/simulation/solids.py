"""Solid shapes that stay where they are put."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from xml.etree.ElementTree import Element

from user_hardware.simulation import contact
from user_hardware.simulation.mjcf import AttributeValue, add


def add_fixed_box(
    body: Element,
    name: str,
    *,
    centre: Iterable[float],
    half_size: Iterable[float],
    rgba: str,
    touch: Mapping[str, str] = contact.SCENE_CONTACT,
    **more: AttributeValue,
) -> None:
    """Add a box that robot and loose things touch.

    Args:
        body: What it belongs to.
        name: Of the geom.
        centre: (3,) metres, in the body's frame.
        half_size: (3,) metres.
        rgba: Its colour.
        touch: How hard it is, one of `contact`'s.
        more: Further attributes of the geom.
    """
    add(
        body,
        "geom",
        name=name,
        type="box",
        pos=centre,
        size=half_size,
        rgba=rgba,
        **touch,
        **contact.SCENE_COLLISION,
        **more,
    )
