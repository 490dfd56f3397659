"""A box without a lid, for what is tidied away: four walls and a floor on the table."""

from __future__ import annotations

from xml.etree.ElementTree import Element

import numpy as np

from user_core.transforms import FloatArray
from user_hardware.simulation import contact
from user_hardware.simulation.solids import add_fixed_box

WALL_SIDES = ("front", "back", "left", "right")
_WALL_M = 0.004
_FLOOR_M = 0.004


def add_open_box(body: Element, *, half_width_m: float, height_m: float, wall_rgba: str, floor_rgba: str) -> None:
    """Add walls and floor to a body whose origin is the middle of the square that the box covers on the table.

    Args:
        body: Its name is the prefix of the geoms' names.
        half_width_m: Half the outer width.
        height_m: Height of the walls.
        wall_rgba: Colour of the walls.
        floor_rgba: Colour of the floor.
    """
    name, half_wall_m, inner_m = body.attrib["name"], _WALL_M / 2, half_width_m - _WALL_M
    middle_m = half_width_m - half_wall_m
    for side, x, y in zip(WALL_SIDES, (1, -1, 0, 0), (0, 0, 1, -1), strict=True):
        size = (half_wall_m, half_width_m, height_m / 2) if x else (inner_m, half_wall_m, height_m / 2)
        centre = (x * middle_m, y * middle_m, height_m / 2)
        add_fixed_box(
            body, f"{name}_{side}", centre=centre, half_size=size, rgba=wall_rgba, touch=contact.GRASP_CONTACT
        )
    add_fixed_box(
        body,
        f"{name}_floor",
        centre=(0, 0, _FLOOR_M / 2),
        half_size=(inner_m, inner_m, _FLOOR_M / 2),
        rgba=floor_rgba,
        touch=contact.GRASP_CONTACT,
    )


def is_in_open_box(offset_m: FloatArray, *, half_width_m: float, top_m: float) -> bool:
    """Tell whether a point (3,) relative to the box's origin is between its walls and below `top_m`."""
    return bool(np.all(np.abs(offset_m[:2]) < half_width_m - _WALL_M) and offset_m[2] < top_m)
