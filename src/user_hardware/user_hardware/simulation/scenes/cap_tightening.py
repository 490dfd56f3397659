"""Cap tightening: a bottle that stands fast, and a cap on its thread that a reset has turned loose."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar
from xml.etree.ElementTree import Element

import mujoco
import numpy as np

from user_core.configuration import parameter
from user_core.errors import ConfigurationError
from user_core.transforms import FloatArray, Pose
from user_core.types import TaskState
from user_hardware.simulation import contact, panda
from user_hardware.simulation.mjcf import add
from user_hardware.simulation.scene import SceneConfig, SceneParts, ThirdPersonView, Uniform
from user_hardware.simulation.scene_model import TABLE_GEOM
from user_hardware.simulation.tool_poses import tool_down

_WHERE = "the simulation_node section of the params files"
_BOTTLE_BODY = "bottle"
_CAP_BODY = "cap"
_LIFT_JOINT = "cap_lift"
_TURN_JOINT = "cap_turn"
_STOP_SENSOR = "cap_stop_torque"
_NECK_RADIUS_M = 0.0125
_NECK_M = 0.025
_SHOULDER_M = 0.008
_SHOULDER_SHARE = 0.72
_STRIPE_HALF_WIDTH_M = 0.0035
_PAINT_M = 0.0006
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
class CapTighteningConfig(SceneConfig):
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
            _refuse("scene.cap_position_in_base", self.cap_position_in_base, "3 numbers")
        lowest_m = _NECK_M + _SHOULDER_M + self.cap_height_m / 2
        if self.cap_position_in_base[2] <= lowest_m:
            _refuse(
                "scene.cap_position_in_base", self.cap_position_in_base, f"z above {lowest_m}, for neck and shoulder"
            )
        if self.turn_spread_rad >= self.turn_rad:
            _refuse("scene.turn_spread_rad", self.turn_spread_rad, f"less than turn_rad = {self.turn_rad}")


@dataclass(frozen=True, kw_only=True, eq=False)
class CapDraw:
    """How a reset leaves bottle and cap.

    Attributes:
        xy_m: (2,) the bottle's displacement along base x and y.
        turn_rad: Turn to make until the cap's stripe meets the mark; positive = clockwise seen from above.
    """

    xy_m: FloatArray
    turn_rad: float


class CapTighteningScene:
    """See `Scene`; the joint's angle is 0 where the cap's stripe meets the mark, and negative while it is loose.

    A turn clockwise takes the cap down by the thread's pitch. At its end the thread resists: what it resists with is
    the torque that tells a tight cap. Nothing here can fail for good.
    """

    config_type: ClassVar[type[SceneConfig]] = CapTighteningConfig
    coloured_geoms: tuple[tuple[str, ...], ...] = (("bottle", "shoulder"), ("cap",), (TABLE_GEOM,))
    grasps = True
    closest_width_m = 0.0
    start_width_m = 2 * panda.FINGER_TRAVEL_M
    start_opening_m = 2 * panda.FINGER_TRAVEL_M
    settle_s = 0.0

    def __init__(self, *, config: CapTighteningConfig) -> None:
        self._config = config
        cap = np.asarray(config.cap_position_in_base)
        self.view = ThirdPersonView(eye=cap + [0.24, 0.08, 0.16], look_at=cap + [0.0, 0.0, -0.012], fovy_deg=30.0)
        # The window in which the tool may turn lies about the pose that takes the cap, not about a goal beyond it.
        self.nominal_target = tool_down(*config.cap_position_in_base)

    def draw(self, uniform: Uniform) -> CapDraw:
        """Draw where the bottle is and how loose its cap."""
        config = self._config
        xy_m = config.bottle_xy_m * uniform(2)
        return CapDraw(xy_m=xy_m, turn_rad=config.turn_rad + config.turn_spread_rad * float(uniform(1)[0]))

    def target_pose(self, draw: CapDraw) -> Pose:
        """Return where a tool ends that takes the cap at yaw 0 and never lets go, base frame.

        No tool turns that far in one go; the pose says where the cap is and how far it has to be turned.
        """
        x, y, z = self._config.cap_position_in_base
        return tool_down(x + draw.xy_m[0], y + draw.xy_m[1], z, yaw_rad=-draw.turn_rad)

    def place_fixed(self, model: mujoco.MjModel, draw: CapDraw) -> None:
        """Move the bottle."""
        x, y, _ = self._config.cap_position_in_base
        model.body(_BOTTLE_BODY).pos[:] = [x + draw.xy_m[0], y + draw.xy_m[1], 0.0]

    def place_loose(self, model: mujoco.MjModel, data: mujoco.MjData, draw: CapDraw, *, start_pose: Pose) -> None:
        """Turn the cap loose."""
        data.qpos[model.joint(_TURN_JOINT).qposadr[0]] = -draw.turn_rad
        data.qpos[model.joint(_LIFT_JOINT).qposadr[0]] = self._metres_per_rad * draw.turn_rad

    def state(self, data: mujoco.MjData, *, draw: CapDraw, tcp_pose: Pose) -> TaskState:
        """Return whether the cap is at its mark and tight, where it is, how far it was turned, and the torque."""
        turned_rad = float(data.joint(_TURN_JOINT).qpos[0]) + draw.turn_rad
        torque_nm = float(data.sensor(_STOP_SENSOR).data[0])
        cap = data.body(_CAP_BODY)
        return TaskState(
            task="cap_tightening",
            success=turned_rad >= draw.turn_rad and torque_nm > self._config.tight_torque_nm,
            names=("cap",),
            poses=(Pose(position=cap.xpos.copy(), quaternion=np.roll(cap.xquat, -1)),),
            quantities=("angle_rad", "target_angle_rad", "torque_nm"),
            values=(turned_rad, draw.turn_rad, torque_nm),
        )

    def build(self, parts: SceneParts) -> None:
        """Add the bottle, and its cap on a slide and a hinge that the thread couples."""
        config = self._config
        x, y, height = config.cap_position_in_base
        bottle = add(parts.world, "body", name=_BOTTLE_BODY, pos=(x, y, 0.0))
        self._add_bottle(bottle)
        lift = add(bottle, "body", name="cap_on_thread", pos=(0, 0, height), gravcomp=1)
        add(lift, "joint", name=_LIFT_JOINT, type="slide", axis="0 0 1", damping=1, armature=0.01)
        add(lift, "inertial", pos="0 0 0", mass=0.001, diaginertia="1e-7 1e-7 1e-7")
        self._add_cap(add(lift, "body", name=_CAP_BODY, gravcomp=1))
        thread = (0.0, -self._metres_per_rad, 0.0, 0.0, 0.0)
        add(parts.equality, "joint", joint1=_LIFT_JOINT, joint2=_TURN_JOINT, polycoef=thread, **_STIFF)
        add(parts.sensor, "jointlimitfrc", name=_STOP_SENSOR, joint=_TURN_JOINT)

    @property
    def _metres_per_rad(self) -> float:
        return self._config.pitch_m / (2 * math.pi)

    def _add_bottle(self, bottle: Element) -> None:
        """Add body, shoulder and neck from the table up to under the cap, and the mark on the shoulder."""
        config = self._config
        neck_top_m = config.cap_position_in_base[2]
        body_top_m = neck_top_m - config.cap_height_m / 2 - _NECK_M
        radius_m = config.bottle_radius_m
        _add_cylinder(bottle, "bottle", radius_m=radius_m, span_m=(0.0, body_top_m), rgba=_BOTTLE_RGBA)
        shoulder_top_m = body_top_m + _SHOULDER_M
        _add_cylinder(
            bottle, "shoulder", radius_m=0.72 * radius_m, span_m=(body_top_m, shoulder_top_m), rgba=_BOTTLE_RGBA
        )
        _add_cylinder(bottle, "neck", radius_m=_NECK_RADIUS_M, span_m=(shoulder_top_m, neck_top_m), rgba=_NECK_RGBA)
        # Up the neck, over the shoulder and the bottle's edge: seen from above and from the front.
        for outer_m, bottom_m, top_m in (
            (_NECK_RADIUS_M, shoulder_top_m, neck_top_m - config.cap_height_m / 2),
            (_SHOULDER_SHARE * radius_m, body_top_m, shoulder_top_m),
            (radius_m, body_top_m - 0.02, body_top_m),
        ):
            _add_paint(bottle, outer_m=outer_m, span_m=(bottom_m, top_m), rgba=_MARK_RGBA)

    def _add_cap(self, cap: Element) -> None:
        """Add the cap with its stripe, which points along x when it meets the mark."""
        config = self._config
        most_rad = config.turn_rad + config.turn_spread_rad + _LOOSENS_RAD
        add(
            cap,
            "joint",
            name=_TURN_JOINT,
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


def _refuse(key: str, value: object, allowed: str) -> None:
    raise ConfigurationError(key=key, value=value, allowed=allowed, where=_WHERE)
