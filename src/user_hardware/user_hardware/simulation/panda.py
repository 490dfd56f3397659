"""The 7-DoF Panda with its hand as MJCF, built from published kinematics with primitive shapes only.

Frames, masses, joint ranges and torque limits are those of Franka Robotics' documentation ("Denavit-Hartenberg
parameters", "Limits for Panda"). Shapes are capsules and boxes of about the right size: they cost a sixteenth of the
mesh model's rendering time, and only hand, fingers and what they hold can touch anything.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from user_hardware.simulation.contact import NO_COLLISION, PAD_CONTACT, ROBOT_COLLISION
from user_hardware.simulation.mjcf import add

JOINT_NAMES = tuple(f"panda_joint{i}" for i in range(1, 8))
FINGER_JOINT_NAMES = ("panda_finger_joint1", "panda_finger_joint2")
TORQUE_LIMITS_NM = (87.0, 87.0, 87.0, 87.0, 12.0, 12.0, 12.0)
HOME_POSTURE_RAD = (0.0, 0.15, 0.0, -2.3, 0.0, 2.45, 0.785)
FINGER_TRAVEL_M = 0.04
ARM_JOINTS = slice(0, 7)
"""Where the arm's joints stand in MuJoCo's position and velocity vectors: the arm is the first thing in the scene."""
FINGER_JOINTS = slice(7, 9)
TCP_SITE = "tcp"
WRIST_SITE = "wrist"
HAND_BODY = "panda_hand"
FINGER_GEOMS = tuple(name.replace("_joint", part) for name in FINGER_JOINT_NAMES for part in ("", "_pad"))
"""Of an arm that grasps."""
TCP_FROM_HAND_M = 0.1034

_FINGER_FROM_HAND_M = 0.0584
_PAD_HALF_THICKNESS_M = 0.002

_NO_TURN = (0.0, 0.0, 0.0)
_QUARTER_TURN = (math.pi / 2, 0.0, 0.0)
_QUARTER_TURN_BACK = (-math.pi / 2, 0.0, 0.0)
_WHITE = "0.92 0.92 0.90 1"
_GREY = "0.35 0.36 0.38 1"
_DARK = "0.12 0.12 0.13 1"


@dataclass(frozen=True, kw_only=True)
class _Link:
    """One link: where its joint frame is in its parent's, and its capsules (radius, from, to) in its own frame."""

    position: str
    euler: tuple[float, float, float]
    range_rad: tuple[float, float]
    mass_kg: float
    capsules: tuple[tuple[float, str], ...]


_LINKS = (
    _Link(
        position="0 0 0.333",
        euler=_NO_TURN,
        range_rad=(-2.8973, 2.8973),
        mass_kg=4.970684,
        capsules=((0.06, "0 0 -0.19 0 0 -0.03"),),
    ),
    _Link(
        position="0 0 0",
        euler=_QUARTER_TURN_BACK,
        range_rad=(-1.7628, 1.7628),
        mass_kg=0.646926,
        capsules=((0.06, "0 0 -0.06 0 0 0.06"), (0.055, "0 0 0 0 -0.13 0")),
    ),
    _Link(
        position="0 -0.316 0",
        euler=_QUARTER_TURN,
        range_rad=(-2.8973, 2.8973),
        mass_kg=3.228604,
        capsules=((0.055, "0 0 -0.15 0 0 0"), (0.055, "0 0 0 0.0825 0 0")),
    ),
    _Link(
        position="0.0825 0 0",
        euler=_QUARTER_TURN,
        range_rad=(-3.0718, -0.0698),
        mass_kg=3.587895,
        capsules=((0.055, "0 0 -0.06 0 0 0.06"), (0.05, "0 0 0 -0.0825 0.10 0")),
    ),
    _Link(
        position="-0.0825 0.384 0",
        euler=_QUARTER_TURN_BACK,
        range_rad=(-2.8973, 2.8973),
        mass_kg=1.225946,
        capsules=((0.05, "0 0 -0.27 0 0.05 -0.10"), (0.045, "0 0.06 -0.10 0 0 0")),
    ),
    _Link(
        position="0 0 0",
        euler=_QUARTER_TURN,
        range_rad=(-0.0175, 3.7525),
        mass_kg=1.666555,
        capsules=((0.048, "0 0 -0.04 0 0 0.05"), (0.045, "0 0 0 0.088 0 0")),
    ),
    _Link(
        position="0.088 0 0",
        euler=_QUARTER_TURN,
        range_rad=(-2.8973, 2.8973),
        mass_kg=0.735522,
        capsules=((0.045, "0 0 -0.02 0 0 0.07"),),
    ),
)


def add_panda(worldbody: Element, *, grasps: bool = False) -> Element:
    """Add the arm, mounted at the origin of the world, which thereby is the arm's base frame.

    Args:
        worldbody: The ``<worldbody>`` element of the scene.
        grasps: Give the finger tips pads that hold what they close on.

    Returns:
        The hand's ``<body>``: its z axis points out of the hand, its y axis is the one along which the fingers open.
    """
    base = add(worldbody, "body", name="panda_link0")
    _add_capsule(base, radius_m=0.07, ends="-0.05 0 0.07 0 0 0.10", mass_kg=1.0, rgba=_WHITE)
    body = base
    for number, link in enumerate(_LINKS):
        limit = TORQUE_LIMITS_NM[number]
        body = add(body, "body", name=f"panda_link{number + 1}", pos=link.position, euler=link.euler, gravcomp=1)
        add(
            body,
            "joint",
            name=JOINT_NAMES[number],
            axis="0 0 1",
            range=link.range_rad,
            armature=0.1,
            damping=1,
            actuatorfrcrange=(-limit, limit),
            actuatorgravcomp="true",
        )
        mass_kg, rgba = link.mass_kg / len(link.capsules), _GREY if number % 2 else _WHITE
        for radius_m, ends in link.capsules:
            _add_capsule(body, radius_m=radius_m, ends=ends, mass_kg=mass_kg, rgba=rgba)
    hand = add(body, "body", name=HAND_BODY, pos="0 0 0.107", euler=(0, 0, -math.pi / 4), gravcomp=1)
    add(hand, "geom", type="box", size="0.02 0.1 0.03", pos="0 0 0.03", mass=0.73, rgba=_WHITE, **ROBOT_COLLISION)
    add(hand, "site", name=WRIST_SITE)
    add(hand, "site", name=TCP_SITE, pos=(0, 0, TCP_FROM_HAND_M))
    for name, side in zip(FINGER_JOINT_NAMES, (1, -1), strict=True):
        _add_finger(hand, name=name, side=side, pad=grasps)
    return hand


def add_finger_coupling(equality: Element) -> None:
    """Make both fingers move alike, as the hand's one motor does."""
    first, second = FINGER_JOINT_NAMES
    add(equality, "joint", joint1=first, joint2=second, polycoef="0 1 0 0 0")


def add_finger_actuators(actuator: Element) -> None:
    """Add one position servo per finger; its control is half the opening, metres."""
    for name in FINGER_JOINT_NAMES:
        add(
            actuator,
            "position",
            name=name,
            joint=name,
            kp=1500,
            kv=40,
            forcerange="-30 30",
            ctrlrange=(0, FINGER_TRAVEL_M),
        )


def _add_finger(hand: Element, *, name: str, side: int, pad: bool) -> None:
    finger = add(hand, "body", name=name.replace("_joint", ""), pos=(0, 0, _FINGER_FROM_HAND_M), gravcomp=1)
    add(
        finger,
        "joint",
        name=name,
        type="slide",
        axis=(0, side, 0),
        range=(0, FINGER_TRAVEL_M),
        armature=0.1,
        damping=10,
        actuatorgravcomp="true",
    )
    # With a pad in front of it, the finger stands back by the pad's thickness: the joints still tell the opening.
    set_back_m = 2 * _PAD_HALF_THICKNESS_M if pad else 0.0
    half_thickness_m = 0.006 - set_back_m / 2
    add(
        finger,
        "geom",
        name=name.replace("_joint", ""),
        type="box",
        size=(0.009, half_thickness_m, 0.026),
        pos=(0, side * (set_back_m + half_thickness_m), 0.026),
        mass=0.015,
        rgba=_GREY,
        **ROBOT_COLLISION,
    )
    if pad:
        add(
            finger,
            "geom",
            name=name.replace("_joint", "_pad"),
            type="box",
            size=(0.010, _PAD_HALF_THICKNESS_M, 0.010),
            pos=(0, side * _PAD_HALF_THICKNESS_M, TCP_FROM_HAND_M - _FINGER_FROM_HAND_M),
            mass=0.0,
            rgba=_DARK,
            priority="1",
            **PAD_CONTACT,
            **ROBOT_COLLISION,
        )


def _add_capsule(body: Element, *, radius_m: float, ends: str, mass_kg: float, rgba: str) -> None:
    add(body, "geom", type="capsule", size=radius_m, fromto=ends, mass=mass_kg, rgba=rgba, **NO_COLLISION)
