"""A bottle that stands fast, with a cap on its thread: what it measures, and its MJCF."""

from __future__ import annotations

import math
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from user_core.configuration import parameter
from user_hardware.simulation import contact
from user_hardware.simulation.mjcf import add
from user_hardware.simulation.refusal import refuse
from user_hardware.simulation.scene import SceneConfig, SceneParts

BOTTLE_BODY = "bottle"
CAP_BODY = "cap"
LIFT_JOINT = "cap_lift"
TURN_JOINT = "cap_turn"
STOP_SENSOR = "cap_stop_torque"
_NECK_RADIUS_M = 0.0125
_NECK_M = 0.025
_MARK_M = 0.02
_SHOULDER_M = 0.008
_SHOULDER_SHARE = 0.72
_STRIPE_HALF_WIDTH_M = 0.0035
_PAINT_M = 0.0006
# How far it can be turned the wrong way before the thread ends.
_LOOSENS_RAD = 0.5
_STIFF = {"solref": "0.005 1", "solimp": "0.99 0.999 0.001"}
# MuJoCo scales a coupling by the joints' inertias as they are: that of so small a cap alone would make it limp.
_TURN_ARMATURE_KG_M2 = 0.001
_BOTTLE_RGBA = "0.16 0.42 0.62 1"
_NECK_RGBA = "0.72 0.80 0.84 1"
_CAP_RGBA = "0.85 0.20 0.15 1"
_STRIPE_RGBA = "0.97 0.97 0.95 1"
_MARK_RGBA = "0.98 0.82 0.10 1"


@dataclass(frozen=True, kw_only=True)
class BottleConfig(SceneConfig):
    """Geometry of bottle and cap, and how a reset leaves them: lengths in metres, poses in the arm's base frame."""

    cap_position_in_base: tuple[float, ...] = parameter(
        (0.5, 0.0, 0.105), "nominal centre of the tightened cap: x, y, z in metres"
    )
    bottle_xy_m: float = parameter(
        0.005, "half-width of the bottle's displacement along base x and y", minimum=0.0, maximum=0.1
    )
    turn_rad: float = parameter(1.0, "mean turn from a reset's loose cap to its mark", minimum=0.1, maximum=6.0)
    turn_spread_rad: float = parameter(0.4, "half-width of that turn's draw", minimum=0.0, maximum=3.0)
    stop_rad: float = parameter(0.15, "how far beyond the mark the thread ends", minimum=0.0, maximum=1.0)
    tight_torque_nm: float = parameter(0.5, "torque at the thread's end from which it is tight", minimum=0.01)
    cap_radius_m: float = parameter(0.016, "radius of the cap", minimum=0.013, maximum=0.035)
    cap_height_m: float = parameter(0.02, "height of the cap", minimum=0.005, maximum=0.03)
    bottle_radius_m: float = parameter(0.032, "radius of the bottle", minimum=0.015, maximum=0.04)
    pitch_m: float = parameter(0.004, "how far the cap travels in a full turn", minimum=0.0, maximum=0.02)
    friction_nm: float = parameter(0.04, "friction of the thread", minimum=0.0, maximum=0.4)

    def __post_init__(self) -> None:
        """Refuse a scene that cannot be built or solved."""
        if len(self.cap_position_in_base) != 3:
            refuse("scene.cap_position_in_base", self.cap_position_in_base, "3 numbers")
        lowest_m = _MARK_M + _NECK_M + self.cap_height_m / 2
        if self.cap_position_in_base[2] <= lowest_m:
            refuse("scene.cap_position_in_base", self.cap_position_in_base, f"z above {lowest_m}, for the bottle")
        if self.turn_spread_rad >= self.turn_rad:
            refuse("scene.turn_spread_rad", self.turn_spread_rad, f"less than turn_rad = {self.turn_rad}")

    @property
    def lift_m_rad(self) -> float:
        """How far the cap rises when it is turned loose by a radian."""
        return self.pitch_m / (2 * math.pi)


def add_bottle_with_cap(parts: SceneParts, config: BottleConfig) -> None:
    """Add the bottle, and its cap on a slide and a hinge that the thread couples.

    The hinge is at 0 where the cap's stripe meets the bottle's mark, and turns clockwise seen from above.
    """
    x, y, height = config.cap_position_in_base
    bottle = add(parts.world, "body", name=BOTTLE_BODY, pos=(x, y, 0.0))
    _add_bottle(bottle, config)
    lift = add(bottle, "body", name="cap_on_thread", pos=(0, 0, height), gravcomp=1)
    add(lift, "joint", name=LIFT_JOINT, type="slide", axis="0 0 1", damping=1, armature=0.01)
    add(lift, "inertial", pos="0 0 0", mass=0.001, diaginertia="1e-7 1e-7 1e-7")
    _add_cap(add(lift, "body", name=CAP_BODY, gravcomp=1), config)
    thread = (0.0, -config.lift_m_rad, 0.0, 0.0, 0.0)
    add(parts.equality, "joint", joint1=LIFT_JOINT, joint2=TURN_JOINT, polycoef=thread, **_STIFF)
    add(parts.sensor, "jointlimitfrc", name=STOP_SENSOR, joint=TURN_JOINT)


def _add_bottle(bottle: Element, config: BottleConfig) -> None:
    """Add body, shoulder and neck from the table up to under the cap, and the mark on the shoulder."""
    neck_top_m = config.cap_position_in_base[2]
    body_top_m = neck_top_m - config.cap_height_m / 2 - _NECK_M
    radius_m = config.bottle_radius_m
    _add_cylinder(bottle, "bottle", radius_m=radius_m, span_m=(0.0, body_top_m), rgba=_BOTTLE_RGBA)
    shoulder_top_m = body_top_m + _SHOULDER_M
    shoulder_radius_m = _SHOULDER_SHARE * radius_m
    span_m = (body_top_m, shoulder_top_m)
    _add_cylinder(bottle, "shoulder", radius_m=shoulder_radius_m, span_m=span_m, rgba=_BOTTLE_RGBA)
    _add_cylinder(bottle, "neck", radius_m=_NECK_RADIUS_M, span_m=(shoulder_top_m, neck_top_m), rgba=_NECK_RGBA)
    # Up the neck, over the shoulder and the bottle's edge: seen from above and from the front.
    for outer_m, bottom_m, top_m in (
        (_NECK_RADIUS_M, shoulder_top_m, neck_top_m - config.cap_height_m / 2),
        (shoulder_radius_m, body_top_m, shoulder_top_m),
        (radius_m, body_top_m - _MARK_M, body_top_m),
    ):
        _add_paint(bottle, outer_m=outer_m, span_m=(bottom_m, top_m), rgba=_MARK_RGBA)


def _add_cap(cap: Element, config: BottleConfig) -> None:
    """Add the cap with its stripe, which points along x when it meets the mark."""
    most_rad = config.turn_rad + config.turn_spread_rad + _LOOSENS_RAD
    add(
        cap,
        "joint",
        name=TURN_JOINT,
        type="hinge",
        axis="0 0 -1",
        range=(-most_rad, config.stop_rad),
        armature=_TURN_ARMATURE_KG_M2,
        damping=0.002,
        frictionloss=config.friction_nm,
    )
    half_height_m = config.cap_height_m / 2
    add(
        cap,
        "geom",
        name="cap",
        type="cylinder",
        size=(config.cap_radius_m, half_height_m),
        mass=0.015,
        rgba=_CAP_RGBA,
        **contact.GRASP_CONTACT,
        **contact.SCENE_COLLISION,
    )
    span_m = (-half_height_m, half_height_m)
    _add_paint(cap, outer_m=config.cap_radius_m, span_m=span_m, rgba=_STRIPE_RGBA)


def _add_cylinder(body: Element, name: str, *, radius_m: float, span_m: tuple[float, float], rgba: str) -> None:
    """Add an upright cylinder on the body's axis, from one height to another."""
    bottom_m, top_m = span_m
    add(
        body,
        "geom",
        name=name,
        type="cylinder",
        size=(radius_m, (top_m - bottom_m) / 2),
        pos=(0, 0, (top_m + bottom_m) / 2),
        rgba=rgba,
        **contact.SCENE_CONTACT,
        **contact.SCENE_COLLISION,
    )


def _add_paint(body: Element, *, outer_m: float, span_m: tuple[float, float], rgba: str) -> None:
    """Paint a stripe from the axis along x over the top of a cylinder and down its side."""
    bottom_m, top_m = span_m
    add(
        body,
        "geom",
        type="box",
        size=(outer_m / 2 + _PAINT_M / 2, _STRIPE_HALF_WIDTH_M, (top_m - bottom_m) / 2 + _PAINT_M / 2),
        pos=(outer_m / 2 + _PAINT_M / 2, 0, (top_m + bottom_m) / 2 + _PAINT_M / 2),
        mass=0.0,
        rgba=rgba,
        **contact.NO_COLLISION,
    )
