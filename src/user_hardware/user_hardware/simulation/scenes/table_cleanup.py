"""Table clean-up: red things into the red box, the green thing into the green box, then the green box's lid shut.

The boxes stand on the robot's side of the clutter, and the fingers open across that line: they miss the boxes' walls.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar
from xml.etree.ElementTree import Element

import mujoco
import numpy as np

from user_core.configuration import parameter
from user_core.transforms import FloatArray, Pose
from user_core.types import TaskState
from user_hardware.simulation import contact, loose, panda
from user_hardware.simulation.mjcf import add
from user_hardware.simulation.refusal import refuse
from user_hardware.simulation.scene import SceneConfig, SceneParts, ThirdPersonView, Uniform
from user_hardware.simulation.scene_model import TABLE_GEOM
from user_hardware.simulation.scenes.lid import add_lid, lid_angle_rad, open_lid
from user_hardware.simulation.scenes.open_box import WALL_SIDES, add_open_box, is_in_open_box
from user_hardware.simulation.tool_poses import tool_down

STAGES = 3
_BOX_A, _BOX_B = "box_a", "box_b"
_RED = "0.85 0.15 0.12 1"
_DARK_RED = "0.62 0.10 0.10 1"
_GREEN = "0.12 0.70 0.25 1"
_DARK_GREEN = "0.08 0.48 0.18 1"
_FLOOR_RGBA = "0.85 0.87 0.88 1"


@dataclass(frozen=True, kw_only=True)
class _Thing:
    """A block of clutter: half its edges in metres, its box, its colour."""

    half_m: tuple[float, float, float]
    box: str
    rgba: str


_THINGS = {
    "cube": _Thing(half_m=(0.015, 0.015, 0.015), box=_BOX_A, rgba=_RED),
    "brick": _Thing(half_m=(0.022, 0.013, 0.012), box=_BOX_A, rgba=_RED),
    "bar": _Thing(half_m=(0.025, 0.012, 0.014), box=_BOX_B, rgba=_GREEN),
}
_MASS_KG = 0.02


@dataclass(frozen=True, kw_only=True)
class TableCleanupConfig(SceneConfig):
    """Where boxes and clutter are: lengths in metres, positions on the table in the arm's base frame."""

    clutter_xy_in_base: tuple[float, ...] = parameter((0.58, 0.0), "middle of the three places of clutter: x, y")
    spacing_m: float = parameter(0.13, "distance along base y from one place to the next", minimum=0.11, maximum=0.2)
    clutter_xy_m: tuple[float, ...] = parameter((0.03, 0.02), "half-widths of a thing's displacement in its place")
    clutter_yaw_rad: float = parameter(0.4, "half-width of a thing's yaw", minimum=0.0, maximum=3.15)
    box_a_xy_in_base: tuple[float, ...] = parameter((0.42, 0.15), "where the red box nominally stands: x, y")
    box_b_xy_in_base: tuple[float, ...] = parameter((0.42, -0.15), "where the green box nominally stands: x, y")
    boxes_xy_m: float = parameter(
        0.005, "half-width of each box's displacement along base x and y", minimum=0.0, maximum=0.05
    )
    box_half_width_m: float = parameter(0.06, "half a box's outer width", minimum=0.045, maximum=0.1)
    box_height_m: float = parameter(0.04, "height of a box's walls", minimum=0.03, maximum=0.1)
    shut_rad: float = parameter(0.1, "angle of the lid below which it is shut", minimum=0.01, maximum=0.5)
    reach_low_xy_in_base: tuple[float, ...] = parameter((0.27, -0.35), "where the tool still gets: lowest x, y")
    reach_high_xy_in_base: tuple[float, ...] = parameter((0.73, 0.35), "where the tool still gets: highest x, y")

    def __post_init__(self) -> None:
        """Refuse positions that are none."""
        for key in (
            "clutter_xy_in_base",
            "clutter_xy_m",
            "box_a_xy_in_base",
            "box_b_xy_in_base",
            "reach_low_xy_in_base",
            "reach_high_xy_in_base",
        ):
            if len(getattr(self, key)) != 2:
                refuse(f"scene.{key}", getattr(self, key), "2 numbers")


@dataclass(frozen=True, kw_only=True, eq=False)
class TableCleanupDraw:
    """Where a reset puts things.

    Attributes:
        things_xy_m: (3, 2) positions of cube, brick and bar, base frame.
        things_yaw_rad: (3,) about base z.
        boxes_xy_m: (2, 2) positions of red and green box, base frame.
    """

    things_xy_m: FloatArray
    things_yaw_rad: FloatArray
    boxes_xy_m: FloatArray


class TableCleanupScene:
    """See `Scene`. The target pose is that of the first grasp, the cube's, at the reset."""

    config_type: ClassVar[type[SceneConfig]] = TableCleanupConfig
    coloured_geoms: tuple[tuple[str, ...], ...] = (
        *((name,) for name in _THINGS),
        tuple(f"{_BOX_A}_{side}" for side in WALL_SIDES),
        (*(f"{_BOX_B}_{side}" for side in WALL_SIDES), f"{_BOX_B}_lid"),
        (TABLE_GEOM,),
    )
    grasps = True
    closest_width_m = 0.0
    start_width_m = start_opening_m = 2 * panda.FINGER_TRAVEL_M
    settle_s = 0.1

    def __init__(self, *, config: TableCleanupConfig) -> None:
        self._config = config
        middle = np.array([config.clutter_xy_in_base[0] - 0.10, config.clutter_xy_in_base[1], 0.08])
        self.view = ThirdPersonView(eye=middle + [0.60, 0.0, 0.50], look_at=middle, fovy_deg=36.0)
        x, y = config.clutter_xy_in_base
        self.nominal_target = tool_down(x, y, _THINGS["cube"].half_m[2])

    def draw(self, uniform: Uniform) -> TableCleanupDraw:
        """Draw which thing lies where, and where the boxes stand."""
        config = self._config
        places = np.argsort(uniform(len(_THINGS))) - 1  # (3,) -1, 0, 1
        middles = config.clutter_xy_in_base + np.stack([np.zeros(3), places * config.spacing_m], axis=1)
        boxes = np.array([config.box_a_xy_in_base, config.box_b_xy_in_base])
        return TableCleanupDraw(
            things_xy_m=middles + np.asarray(config.clutter_xy_m) * uniform(6).reshape(3, 2),
            things_yaw_rad=config.clutter_yaw_rad * uniform(3),
            boxes_xy_m=boxes + config.boxes_xy_m * uniform(4).reshape(2, 2),
        )

    def target_pose(self, draw: TableCleanupDraw) -> Pose:
        """Return the tool pose at which the fingers close on the cube where the reset put it, base frame."""
        x, y = draw.things_xy_m[0]
        return tool_down(x, y, _THINGS["cube"].half_m[2], yaw_rad=float(draw.things_yaw_rad[0]))

    def place_fixed(self, model: mujoco.MjModel, draw: TableCleanupDraw) -> None:
        """Move the boxes."""
        for name, xy_m in zip((_BOX_A, _BOX_B), draw.boxes_xy_m, strict=True):
            model.body(name).pos[:2] = xy_m

    def place_loose(
        self, model: mujoco.MjModel, data: mujoco.MjData, draw: TableCleanupDraw, *, start_pose: Pose
    ) -> None:
        """Put the clutter on the table and open the lid."""
        for (name, thing), xy_m, yaw_rad in zip(_THINGS.items(), draw.things_xy_m, draw.things_yaw_rad, strict=True):
            loose.put(model, data, body=name, position=np.array([*xy_m, thing.half_m[2]]), yaw_rad=float(yaw_rad))
        open_lid(data, _BOX_B)

    def state(self, data: mujoco.MjData, *, draw: TableCleanupDraw, tcp_pose: Pose) -> TaskState:
        """Return the stages done: red things in their box and let go, then the green one, then the lid shut.

        What is out of reach, or still missing when the lid falls shut, is a failure.
        """
        names = (*_THINGS, _BOX_A, _BOX_B)
        poses = {name: loose.pose(data, name) for name in names}
        tidy = {name: self._is_tidy(data, name, poses) for name in _THINGS}
        lid_rad = lid_angle_rad(data, _BOX_B)
        shut = lid_rad < self._config.shut_rad
        red = tidy["cube"] and tidy["brick"]
        stage = 0 if not red else 1 if not tidy["bar"] else 2 if not shut else STAGES
        return TaskState(
            task="table_cleanup",
            success=stage == STAGES,
            failure=(shut and not tidy["bar"]) or any(self._is_lost(poses[name]) for name in _THINGS),
            stage=stage,
            stages=STAGES,
            names=names,
            poses=tuple(poses.values()),
            quantities=("tidy_count", "lid_rad"),
            values=(float(sum(tidy.values())), lid_rad),
        )

    def build(self, parts: SceneParts) -> None:
        """Add boxes, lid and clutter."""
        config = self._config
        size = {"half_width_m": config.box_half_width_m, "height_m": config.box_height_m}
        colours = {_BOX_A: (config.box_a_xy_in_base, _DARK_RED), _BOX_B: (config.box_b_xy_in_base, _DARK_GREEN)}
        for name, (xy_m, rgba) in colours.items():
            box = add(parts.world, "body", name=name, pos=(*xy_m, 0))
            add_open_box(box, wall_rgba=rgba, floor_rgba=_FLOOR_RGBA, **size)
            if name == _BOX_B:
                add_lid(box, rgba=rgba, **size)
        for name, thing in _THINGS.items():
            _add_thing(parts.world, name, thing, xy_m=config.clutter_xy_in_base)

    def _is_tidy(self, data: mujoco.MjData, name: str, poses: dict[str, Pose]) -> bool:
        """Tell whether a thing is in its box and let go."""
        config = self._config
        offset_m = poses[name].position - poses[_THINGS[name].box].position
        inside = is_in_open_box(offset_m, half_width_m=config.box_half_width_m, top_m=config.box_height_m)
        return inside and not loose.are_touching(data, panda.FINGER_GEOMS, (name,))

    def _is_lost(self, thing: Pose) -> bool:
        """Tell whether a thing lies where the tool does not get, or has fallen off the table."""
        low, high = self._config.reach_low_xy_in_base, self._config.reach_high_xy_in_base
        xy_m = thing.position[:2]
        return bool(np.any(xy_m < low) or np.any(xy_m > high) or thing.position[2] < 0.0)


def _add_thing(world: Element, name: str, thing: _Thing, *, xy_m: tuple[float, ...]) -> None:
    body = add(world, "body", name=name, pos=(*xy_m, thing.half_m[2]))
    add(body, "freejoint")
    add(
        body,
        "geom",
        name=name,
        type="box",
        size=thing.half_m,
        mass=_MASS_KG,
        rgba=thing.rgba,
        **contact.GRASP_CONTACT,
        **contact.OBJECT_COLLISION,
    )
