"""Peg insertion: a square peg fixed in the hand, above a board with a square hole that a reset moves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar
from xml.etree.ElementTree import Element

import mujoco
import numpy as np

from user_core.configuration import parameter
from user_core.transforms import FloatArray, Pose, subtract
from user_core.types import TaskState
from user_hardware.simulation import contact, panda
from user_hardware.simulation.mjcf import add
from user_hardware.simulation.refusal import refuse
from user_hardware.simulation.scene import SceneConfig, SceneParts, ThirdPersonView, Uniform
from user_hardware.simulation.scene_model import TABLE_GEOM
from user_hardware.simulation.solids import add_fixed_box
from user_hardware.simulation.tool_poses import tool_down, yaw_wxyz

_BOARD_BODY = "board"
_PEG_GEOM = "peg"
_BOARD_GEOMS = ("board_front", "board_back", "board_left", "board_right")
_BOARD_RGBA = "0.55 0.58 0.62 1"
_RIM_RGBA = "0.95 0.75 0.10 1"
_BOTTOM_RGBA = "0.05 0.05 0.07 1"
_PEG_RGBA = "0.85 0.20 0.15 1"
_RIM_WIDTH_M = 0.005
_BOTTOM_THICKNESS_M = 0.01
_PAINT_M = 0.0003
_INSERTED_SHARE = 0.8


@dataclass(frozen=True, kw_only=True)
class PegInsertionConfig(SceneConfig):
    """Geometry of the peg and of the board with the hole: lengths in metres, poses in the arm's base frame."""

    hole_position_in_base: tuple[float, ...] = parameter(
        (0.5, 0.0, 0.06), "nominal centre of the hole at the board's upper face: x, y, z in metres"
    )
    hole_width_m: float = parameter(0.026, "inner width of the square hole", minimum=0.005, maximum=0.1)
    hole_depth_m: float = parameter(0.027, "from the board's face to the hole's bottom", minimum=0.01, maximum=0.05)
    hole_xy_m: float = parameter(
        0.02, "half-width of the hole's displacement along base x and y", minimum=0.0, maximum=0.2
    )
    hole_yaw_rad: float = parameter(0.0, "half-width of the hole's yaw about base z", minimum=0.0, maximum=3.15)
    insertion_depth_m: float = parameter(0.025, "depth of the peg's tip at the target", minimum=0.005, maximum=0.05)
    board_half_width_m: float = parameter(0.07, "half the outer width of the board", minimum=0.02, maximum=0.3)
    peg_width_m: float = parameter(0.024, "width of the square peg fixed in the hand", minimum=0.005, maximum=0.07)
    peg_length_m: float = parameter(0.08, "length of the peg", minimum=0.05, maximum=0.2)
    peg_grip_m: float = parameter(0.02, "length of the peg above the TCP, in the hand", minimum=0.0, maximum=0.04)
    friction: float = parameter(0.3, "sliding friction of the peg on the board", minimum=0.0, maximum=2.0)

    def __post_init__(self) -> None:
        """Refuse a scene that cannot be built or solved."""
        if len(self.hole_position_in_base) != 3:
            refuse("scene.hole_position_in_base", self.hole_position_in_base, "3 numbers")
        if self.insertion_depth_m > self.hole_depth_m:
            refuse("scene.insertion_depth_m", self.insertion_depth_m, f"at most hole_depth_m = {self.hole_depth_m}")
        if self.peg_width_m >= self.hole_width_m:
            refuse("scene.peg_width_m", self.peg_width_m, f"less than hole_width_m = {self.hole_width_m}")

    @property
    def peg_reach_m(self) -> float:
        """Distance from the TCP to the peg's tip."""
        return self.peg_length_m - self.peg_grip_m


@dataclass(frozen=True, kw_only=True, eq=False)
class HoleDraw:
    """Where a reset puts the hole.

    Attributes:
        xy_m: (2,) displacement along base x and y.
        yaw_rad: About base z.
    """

    xy_m: FloatArray
    yaw_rad: float


class PegInsertionScene:
    """See `Scene`; the peg is part of the hand, so the fingers only seem to hold it."""

    config_type: ClassVar[type[SceneConfig]] = PegInsertionConfig
    coloured_geoms: tuple[tuple[str, ...], ...] = (
        ("board_front", "board_back", "board_left", "board_right"),
        (_PEG_GEOM,),
        (TABLE_GEOM,),
    )
    grasps = False
    start_opening_m = 0.0
    settle_s = 0.0

    def __init__(self, *, config: PegInsertionConfig) -> None:
        self._config = config
        hole = np.asarray(config.hole_position_in_base)
        self.view = ThirdPersonView(eye=hole + [0.30, 0.22, 0.36], look_at=hole + [0.0, 0.0, 0.03], fovy_deg=20.0)
        self.closest_width_m = self.start_width_m = config.peg_width_m
        self.nominal_target = self.target_pose(HoleDraw(xy_m=np.zeros(2), yaw_rad=0.0))

    def draw(self, uniform: Uniform) -> HoleDraw:
        """Draw where the hole is."""
        xy_m = self._config.hole_xy_m * uniform(2)
        return HoleDraw(xy_m=xy_m, yaw_rad=self._config.hole_yaw_rad * float(uniform(1)[0]))

    def target_pose(self, draw: HoleDraw) -> Pose:
        """Return the tool pose of the fully inserted peg, base frame."""
        x, y, z = self._config.hole_position_in_base
        height = z - self._config.insertion_depth_m + self._config.peg_reach_m
        return tool_down(x + draw.xy_m[0], y + draw.xy_m[1], height, yaw_rad=draw.yaw_rad)

    def place_fixed(self, model: mujoco.MjModel, draw: HoleDraw) -> None:
        """Move the board."""
        board = model.body(_BOARD_BODY)
        board.pos[:] = np.asarray(self._config.hole_position_in_base) + np.array([*draw.xy_m, 0.0])
        board.quat[:] = yaw_wxyz(draw.yaw_rad)

    def place_loose(self, model: mujoco.MjModel, data: mujoco.MjData, draw: HoleDraw, *, start_pose: Pose) -> None:
        """Do nothing: nothing moves by itself."""

    def state(self, data: mujoco.MjData, *, draw: HoleDraw, tcp_pose: Pose) -> TaskState:
        """Return whether most of the peg's tip is in the hole, and how deep it is."""
        target = self.target_pose(draw)
        missing = subtract(tcp_pose, target)
        depth_m = self._config.insertion_depth_m - float(missing[2])
        aligned = bool(np.all(np.abs(missing[:2]) < self._config.hole_width_m / 2))
        return TaskState(
            task="peg_insertion",
            success=aligned and depth_m >= _INSERTED_SHARE * self._config.insertion_depth_m,
            names=("target",),
            poses=(target,),
            quantities=("depth_m",),
            values=(depth_m,),
        )

    def build(self, parts: SceneParts) -> None:
        """Add peg and board."""
        self._add_peg(parts.hand)
        self._add_board(parts.world)

    def _add_peg(self, hand: Element) -> None:
        config = self._config
        half_width, half_length = config.peg_width_m / 2, config.peg_length_m / 2
        centre = panda.TCP_FROM_HAND_M - config.peg_grip_m + half_length
        body = add(hand, "body", name="peg", pos=(0, 0, centre), gravcomp=1)
        add(
            body,
            "geom",
            name=_PEG_GEOM,
            type="box",
            size=(half_width, half_width, half_length),
            mass=0.05,
            rgba=_PEG_RGBA,
            friction=(config.friction, 0.005, 0.0001),
            priority="1",
            **contact.SCENE_CONTACT,
            **contact.ROBOT_COLLISION,
        )

    def _add_board(self, world: Element) -> None:
        """Add four boxes around the hole, a dark bottom and a coloured rim; the body's origin is the hole's centre."""
        config = self._config
        board = add(world, "body", name=_BOARD_BODY, pos=config.hole_position_in_base)
        inner, outer = config.hole_width_m / 2, config.board_half_width_m
        middle, half = (outer + inner) / 2, (outer - inner) / 2
        depth = (config.hole_depth_m + _BOTTOM_THICKNESS_M) / 2
        rim, rim_half = inner + _RIM_WIDTH_M / 2, _RIM_WIDTH_M / 2
        for name, x, y in (("front", 1, 0), ("back", -1, 0), ("left", 0, 1), ("right", 0, -1)):
            along_x = x != 0
            size = (half, outer, depth) if along_x else (inner, half, depth)
            centre = (x * middle, y * middle, -depth)
            add_fixed_box(board, f"board_{name}", centre=centre, half_size=size, rgba=_BOARD_RGBA)
            size = (rim_half, inner + _RIM_WIDTH_M, _PAINT_M) if along_x else (inner, rim_half, _PAINT_M)
            add(board, "geom", type="box", pos=(x * rim, y * rim, 0), size=size, rgba=_RIM_RGBA, **contact.NO_COLLISION)
        bottom = _BOTTOM_THICKNESS_M / 2
        add_fixed_box(
            board,
            "board_bottom",
            centre=(0, 0, -config.hole_depth_m - bottom),
            half_size=(inner, inner, bottom),
            rgba=_BOTTOM_RGBA,
        )
