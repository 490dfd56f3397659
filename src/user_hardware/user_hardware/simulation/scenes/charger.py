"""Charger plugging: a two-pin charger held by friction in the fingers, and a socket that a reset moves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar
from xml.etree.ElementTree import Element

import mujoco
import numpy as np

from user_core.configuration import parameter
from user_core.transforms import FloatArray, Pose, subtract
from user_core.types import TaskState
from user_hardware.simulation import contact, loose
from user_hardware.simulation.mjcf import add
from user_hardware.simulation.refusal import refuse
from user_hardware.simulation.scene import SceneConfig, SceneParts, ThirdPersonView, Uniform
from user_hardware.simulation.scene_model import TABLE_GEOM
from user_hardware.simulation.solids import add_fixed_box
from user_hardware.simulation.tool_poses import tool_down, yaw_wxyz

_BODY = "charger"
_JOINT = "charger_free"
_SOCKET = "socket"
_SOCKET_GEOMS = ("socket_left", "socket_right", "socket_middle", "socket_front", "socket_back")
_BLOCK_GEOM, _PLATE_GEOM = "charger_block", "charger_plate"
_SOCKET_RGBA = "0.88 0.88 0.84 1"
_BOTTOM_RGBA = "0.03 0.03 0.04 1"
_FRAME_RGBA = "0.10 0.45 0.85 1"
_CHARGER_RGBA = "0.16 0.17 0.20 1"
_PIN_RGBA = "0.95 0.70 0.15 1"
_BLOCK_HALF_M = (0.009, 0.009, 0.014)
_PLATE_HALF_M = (0.017, 0.009, 0.004)
_PIN_RADIUS_M = 0.002
_PIN_LENGTH_M = 0.018
_PIN_SPACING_M = 0.019
_MASS_KG = 0.04
_SOCKET_DEPTH_M = 0.024
_SOCKET_OUTER_M = (0.030, 0.022)
_STAND_M = 0.006
_PAINT_M = 0.0003
_RING_HALF_M = 0.001
_SEATED_M = 0.003
_SEATED_XY_M = 0.004
_UPRIGHT = 0.98
_LOST_M = 0.05

TCP_TO_PLATE_M = _BLOCK_HALF_M[2] + 2 * _PLATE_HALF_M[2]
"""From the middle of the grip to the face that comes to lie on the socket."""


@dataclass(frozen=True, kw_only=True)
class ChargerConfig(SceneConfig):
    """Where the socket is, how tight it is, and how the charger sits in the hand; metres, base frame."""

    socket_position_in_base: tuple[float, ...] = parameter(
        (0.5, 0.0, 0.06), "nominal centre of the socket's face: x, y, z in metres"
    )
    socket_xy_m: float = parameter(
        0.01, "half-width of the socket's displacement along base x and y", minimum=0.0, maximum=0.1
    )
    socket_yaw_rad: float = parameter(0.0, "half-width of the socket's yaw about base z", minimum=0.0, maximum=1.5)
    clearance_m: float = parameter(0.002, "width of a hole beyond the pin's diameter", minimum=0.0002, maximum=0.004)
    slip_m: float = parameter(
        0.001,
        "half-width of how the charger has slipped in the hand, along and across its pins",
        minimum=0,
        maximum=0.004,
    )
    friction: float = parameter(0.3, "sliding friction of pins and plate on the socket", minimum=0.0, maximum=2.0)

    def __post_init__(self) -> None:
        """Refuse a position that is none."""
        if len(self.socket_position_in_base) != 3:
            refuse("scene.socket_position_in_base", self.socket_position_in_base, "3 numbers")


@dataclass(frozen=True, kw_only=True, eq=False)
class ChargerDraw:
    """What a reset draws.

    Attributes:
        xy_m: (2,) displacement of the socket.
        yaw_rad: Of the socket about base z.
        slip_m: (2,) of the charger in the hand: across its pins (tool x) and along them (tool z).
    """

    xy_m: FloatArray
    yaw_rad: float
    slip_m: FloatArray


class ChargerScene:
    """See `Scene`; nothing but friction keeps the charger in the hand."""

    config_type: ClassVar[type[SceneConfig]] = ChargerConfig
    coloured_geoms: tuple[tuple[str, ...], ...] = (_SOCKET_GEOMS, (_BLOCK_GEOM, _PLATE_GEOM), (TABLE_GEOM,))
    grasps = True
    closest_width_m = 0.0
    start_width_m = 2 * _BLOCK_HALF_M[1]
    start_opening_m = 0.0
    settle_s = 0.1

    def __init__(self, *, config: ChargerConfig) -> None:
        self._config = config
        socket = np.asarray(config.socket_position_in_base)
        self.view = ThirdPersonView(eye=socket + [0.24, 0.18, 0.26], look_at=socket + [0.0, 0.0, 0.025], fovy_deg=18.0)
        self.nominal_target = self.target_pose(ChargerDraw(xy_m=np.zeros(2), yaw_rad=0.0, slip_m=np.zeros(2)))

    def draw(self, uniform: Uniform) -> ChargerDraw:
        """Draw where the socket is and how the charger sits in the hand."""
        config = self._config
        return ChargerDraw(
            xy_m=config.socket_xy_m * uniform(2),
            yaw_rad=config.socket_yaw_rad * float(uniform(1)[0]),
            slip_m=config.slip_m * uniform(2),
        )

    def target_pose(self, draw: ChargerDraw) -> Pose:
        """Return the tool pose at which the charger, as it sits in the hand, is plugged in; base frame."""
        x, y, z = self._config.socket_position_in_base
        seated = tool_down(x + draw.xy_m[0], y + draw.xy_m[1], z + TCP_TO_PLATE_M, yaw_rad=draw.yaw_rad)
        slip = seated.rotation.apply([draw.slip_m[0], 0.0, draw.slip_m[1]])
        return Pose(position=seated.position - slip, quaternion=seated.quaternion)

    def place_fixed(self, model: mujoco.MjModel, draw: ChargerDraw) -> None:
        """Move the socket."""
        socket = model.body(_SOCKET)
        socket.pos[:] = np.asarray(self._config.socket_position_in_base) + np.array([*draw.xy_m, 0.0])
        socket.quat[:] = yaw_wxyz(draw.yaw_rad)

    def place_loose(self, model: mujoco.MjModel, data: mujoco.MjData, draw: ChargerDraw, *, start_pose: Pose) -> None:
        """Put the charger between the fingers."""
        slip = start_pose.rotation.apply([draw.slip_m[0], 0.0, draw.slip_m[1]])
        joint = data.joint(_JOINT)
        joint.qpos[:3] = start_pose.position + slip
        joint.qpos[3:] = np.roll(start_pose.quaternion, 1)

    def state(self, data: mujoco.MjData, *, draw: ChargerDraw, tcp_pose: Pose) -> TaskState:
        """Return whether the charger sits on the socket, or has fallen out of the hand."""
        charger = loose.pose(data, _BODY)
        seated = self.target_pose(ChargerDraw(xy_m=draw.xy_m, yaw_rad=draw.yaw_rad, slip_m=np.zeros(2)))
        missing = subtract(charger, seated)
        upright = -float(charger.rotation.apply([0.0, 0.0, 1.0])[2])
        in_place = missing[2] < _SEATED_M and float(np.hypot(missing[0], missing[1])) < _SEATED_XY_M
        return TaskState(
            task="charger",
            success=bool(in_place and upright > _UPRIGHT),
            failure=bool(np.linalg.norm(charger.position - tcp_pose.position) > _LOST_M),
            names=("target", "charger"),
            poses=(self.target_pose(draw), charger),
            quantities=("height_m",),
            values=(float(missing[2]),),
        )

    def build(self, parts: SceneParts) -> None:
        """Add socket and charger."""
        self._add_socket(parts.world)
        self._add_charger(parts.world)

    def _add_charger(self, world: Element) -> None:
        """Add the charger; its frame is that of the tool that holds it in the middle: z points out of the hand."""
        body = add(world, "body", name=_BODY)
        add(body, "freejoint", name=_JOINT)
        block, plate = _BLOCK_HALF_M[2], _PLATE_HALF_M[2]
        style = {"rgba": _CHARGER_RGBA, **contact.GRASP_CONTACT, **contact.OBJECT_COLLISION}
        friction = (self._config.friction, 0.005, 0.0001)
        add(body, "geom", name=_BLOCK_GEOM, type="box", size=_BLOCK_HALF_M, mass=0.6 * _MASS_KG, **style)
        add(
            body,
            "geom",
            name=_PLATE_GEOM,
            type="box",
            size=_PLATE_HALF_M,
            pos=(0, 0, block + plate),
            mass=0.3 * _MASS_KG,
            friction=friction,
            **style,
        )
        for side in (1, -1):
            x = side * _PIN_SPACING_M / 2
            # A capsule's round end is the chamfer of a real pin.
            add(
                body,
                "geom",
                type="capsule",
                size=_PIN_RADIUS_M,
                fromto=(x, 0, TCP_TO_PLATE_M, x, 0, TCP_TO_PLATE_M + _PIN_LENGTH_M - _PIN_RADIUS_M),
                mass=0.05 * _MASS_KG,
                friction=friction,
                priority="1",
                **{**style, "rgba": _PIN_RGBA},
            )

    def _add_socket(self, world: Element) -> None:
        """Add five boxes around two square holes, on a dark bottom; the body's origin is the middle of the face."""
        body = add(world, "body", name=_SOCKET, pos=self._config.socket_position_in_base)
        hole = _PIN_RADIUS_M + self._config.clearance_m / 2
        inner, outer, side = _PIN_SPACING_M / 2 - hole, _PIN_SPACING_M / 2 + hole, _SOCKET_OUTER_M[0]
        back = _SOCKET_OUTER_M[1]
        for name, low, high in (
            ("socket_left", (-side, -hole), (-outer, hole)),
            ("socket_right", (outer, -hole), (side, hole)),
            ("socket_middle", (-inner, -hole), (inner, hole)),
            ("socket_front", (-side, hole), (side, back)),
            ("socket_back", (-side, -back), (side, -hole)),
        ):
            self._add_box(body, name, low=(*low, -_SOCKET_DEPTH_M), high=(*high, 0.0), rgba=_SOCKET_RGBA)
        bottom = -_SOCKET_DEPTH_M
        self._add_box(
            body, "socket_bottom", low=(-side, -back, bottom - _STAND_M), high=(side, back, bottom), rgba=_BOTTOM_RGBA
        )
        for x in (-_PIN_SPACING_M / 2, _PIN_SPACING_M / 2):
            # At 64 pixels a hole of 6 mm is two pixels; a dark square around it makes it four.
            for dx, dy in ((1, 0), (-1, 0), (0, 1), (0, -1)):
                size = (_RING_HALF_M, hole + 2 * _RING_HALF_M, _PAINT_M) if dx else (hole, _RING_HALF_M, _PAINT_M)
                centre = (x + dx * (hole + _RING_HALF_M), dy * (hole + _RING_HALF_M), 0)
                add(body, "geom", type="box", pos=centre, size=size, rgba=_BOTTOM_RGBA, **contact.NO_COLLISION)
        for x, y in ((1, 0), (-1, 0), (0, 1), (0, -1)):
            # A coloured frame along the edge of the face, for the cameras alone.
            size = (0.0015, back, _PAINT_M) if x else (side, 0.0015, _PAINT_M)
            add(
                body,
                "geom",
                type="box",
                pos=(x * side, y * back, 0),
                size=size,
                rgba=_FRAME_RGBA,
                **contact.NO_COLLISION,
            )

    def _add_box(
        self,
        body: Element,
        name: str,
        *,
        low: tuple[float, float, float],
        high: tuple[float, float, float],
        rgba: str,
    ) -> None:
        corner, opposite = np.array(low), np.array(high)
        add_fixed_box(
            body,
            name,
            centre=(corner + opposite) / 2,
            half_size=(opposite - corner) / 2,
            rgba=rgba,
            touch=contact.GRASP_CONTACT,
            friction=(self._config.friction, 0.005, 0.0001),
        )
