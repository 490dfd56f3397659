"""A hinged lid on the robot's side of an open box: it stays open by its own weight, leaning back, and falls shut."""

from __future__ import annotations

from xml.etree.ElementTree import Element

import mujoco
import numpy as np

from user_hardware.simulation import contact
from user_hardware.simulation.mjcf import add

OPEN_RAD = 1.8
_HALF_THICKNESS_M = 0.002
_STRIPE_HALF_M = 0.006
_PAINT_M = 0.0003
_STRIPE_RGBA = "0.97 0.97 0.92 1"


def add_lid(box: Element, *, half_width_m: float, height_m: float, rgba: str) -> None:
    """Add lid, hinge and a stripe on its free edge to the body of an open box.

    Args:
        box: Its name is the prefix of the names of lid and hinge.
        half_width_m: Half the box's outer width.
        height_m: Height of the box's walls.
        rgba: Colour of the lid.
    """
    name = f"{box.attrib['name']}_lid"
    lid = add(box, "body", name=name, pos=(-half_width_m, 0, height_m + _HALF_THICKNESS_M))
    # Positive turns it up and back: 0 is shut.
    add(
        lid,
        "joint",
        name=name,
        axis="0 -1 0",
        range=(0, OPEN_RAD),
        frictionloss=0.004,
        damping=0.002,
        armature=1e-5,
    )
    add(
        lid,
        "geom",
        name=name,
        type="box",
        pos=(half_width_m, 0, 0),
        size=(half_width_m, half_width_m, _HALF_THICKNESS_M),
        mass=0.05,
        rgba=rgba,
        **contact.GRASP_CONTACT,
        **contact.SCENE_COLLISION,
    )
    add(
        lid,
        "geom",
        type="box",
        pos=(2 * half_width_m - 2 * _STRIPE_HALF_M, 0, 0),
        size=(_STRIPE_HALF_M, half_width_m, _HALF_THICKNESS_M + _PAINT_M),
        mass=0,
        rgba=_STRIPE_RGBA,
        **contact.NO_COLLISION,
    )


def lid_angle_rad(data: mujoco.MjData, box: str) -> float:
    """Return how far the lid of a box is open; 0 = shut."""
    return float(data.joint(f"{box}_lid").qpos[0])


def open_lid(data: mujoco.MjData, box: str) -> None:
    """Lean the lid of a box back."""
    joint = data.joint(f"{box}_lid")
    joint.qpos[:] = OPEN_RAD - np.deg2rad(0.5)
    joint.qvel[:] = 0.0
