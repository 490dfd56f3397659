"""Pick and place: a rubber duck that a reset puts anywhere on a patch of the table, and a container it belongs in.

The container stands on the robot's side of the duck, and the fingers open across that line: they miss its walls.
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
from user_hardware.simulation.scenes.open_box import add_open_box, is_in_open_box
from user_hardware.simulation.tool_poses import tool_down

_OBJECT_BODY = "object"
_CONTAINER_BODY = "container"
_OBJECT_GEOMS = ("duck_body", "duck_head", "duck_beak", "duck_base")
_WALL_RGBA = "0.13 0.33 0.75 1"
_FLOOR_RGBA = "0.85 0.90 0.95 1"
_DUCK_RGBA = "0.97 0.82 0.08 1"
_BEAK_RGBA = "0.95 0.40 0.05 1"
_RESTING_HEIGHT_M = 0.02
_HALF_LENGTH_M = 0.045
"""Of the duck with its beak."""


@dataclass(frozen=True, kw_only=True)
class PickAndPlaceConfig(SceneConfig):
    """Where duck and container are: lengths in metres, positions on the table in the arm's base frame."""

    object_xy_in_base: tuple[float, ...] = parameter((0.57, 0.0), "middle of the patch on which the duck lies: x, y")
    object_xy_m: tuple[float, ...] = parameter((0.04, 0.06), "half-widths of that patch along base x and y")
    object_yaw_rad: float = parameter(
        0.5, "half-width of the duck's yaw; at 0 it looks away from the robot", minimum=0.0, maximum=3.15
    )
    container_xy_in_base: tuple[float, ...] = parameter((0.39, 0.0), "where the container nominally stands: x, y")
    container_xy_m: float = parameter(
        0.01, "half-width of the container's displacement along base x and y", minimum=0.0, maximum=0.1
    )
    container_half_width_m: float = parameter(0.06, "half the container's outer width", minimum=0.045, maximum=0.15)
    container_height_m: float = parameter(0.04, "height of its walls", minimum=0.01, maximum=0.1)
    reach_low_xy_in_base: tuple[float, ...] = parameter((0.27, -0.3), "where the tool still gets: lowest x, y")
    reach_high_xy_in_base: tuple[float, ...] = parameter((0.73, 0.3), "where the tool still gets: highest x, y")

    def __post_init__(self) -> None:
        """Refuse positions that are none, and a duck that a reset could put into the container."""
        for key in (
            "object_xy_in_base",
            "object_xy_m",
            "container_xy_in_base",
            "reach_low_xy_in_base",
            "reach_high_xy_in_base",
        ):
            if len(getattr(self, key)) != 2:
                refuse(f"scene.{key}", getattr(self, key), "2 numbers")
        apart_m = np.abs(np.subtract(self.object_xy_in_base, self.container_xy_in_base)) - np.asarray(self.object_xy_m)
        needed_m = self.container_xy_m + self.container_half_width_m + _HALF_LENGTH_M
        if np.all(apart_m < needed_m):
            refuse("scene.object_xy_in_base", self.object_xy_in_base, f"{needed_m:.3f} m or more off the container")


@dataclass(frozen=True, kw_only=True, eq=False)
class PickAndPlaceDraw:
    """Where a reset puts things.

    Attributes:
        object_xy_m: (2,) position of the duck, base frame.
        object_yaw_rad: About base z; 0 = beak along base x.
        container_xy_m: (2,) position of the container, base frame.
    """

    object_xy_m: FloatArray
    object_yaw_rad: float
    container_xy_m: FloatArray


class PickAndPlaceScene:
    """See `Scene`. The target pose is that of the grasp at the reset: the half of the task that its draw decides."""

    config_type: ClassVar[type[SceneConfig]] = PickAndPlaceConfig
    coloured_geoms: tuple[tuple[str, ...], ...] = (
        ("duck_body", "duck_head"),
        tuple(f"{_CONTAINER_BODY}_{side}" for side in ("front", "back", "left", "right")),
        (TABLE_GEOM,),
    )
    grasps = True
    closest_width_m = 0.0
    start_width_m = start_opening_m = 2 * panda.FINGER_TRAVEL_M
    settle_s = 0.1

    def __init__(self, *, config: PickAndPlaceConfig) -> None:
        self._config = config
        middle = np.array([*np.add(config.object_xy_in_base, config.container_xy_in_base) / 2, 0.05])
        self.view = ThirdPersonView(eye=middle + [0.45, 0.22, 0.38], look_at=middle, fovy_deg=36.0)
        self.nominal_target = self.target_pose(self.draw(np.zeros))

    def draw(self, uniform: Uniform) -> PickAndPlaceDraw:
        """Draw where the duck lies and where the container stands."""
        config = self._config
        return PickAndPlaceDraw(
            object_xy_m=config.object_xy_in_base + np.asarray(config.object_xy_m) * uniform(2),
            object_yaw_rad=config.object_yaw_rad * float(uniform(1)[0]),
            container_xy_m=config.container_xy_in_base + config.container_xy_m * uniform(2),
        )

    def target_pose(self, draw: PickAndPlaceDraw) -> Pose:
        """Return the tool pose at which the fingers close on the duck where the reset put it, base frame."""
        x, y = draw.object_xy_m
        return tool_down(x, y, _RESTING_HEIGHT_M, yaw_rad=draw.object_yaw_rad)

    def place_fixed(self, model: mujoco.MjModel, draw: PickAndPlaceDraw) -> None:
        """Move the container."""
        model.body(_CONTAINER_BODY).pos[:2] = draw.container_xy_m

    def place_loose(
        self, model: mujoco.MjModel, data: mujoco.MjData, draw: PickAndPlaceDraw, *, start_pose: Pose
    ) -> None:
        """Put the duck on the table."""
        position = np.array([*draw.object_xy_m, _RESTING_HEIGHT_M])
        loose.put(model, data, body=_OBJECT_BODY, position=position, yaw_rad=draw.object_yaw_rad)

    def state(self, data: mujoco.MjData, *, draw: PickAndPlaceDraw, tcp_pose: Pose) -> TaskState:
        """Return whether the duck lies in the container and has been let go, and how far it is from there."""
        config = self._config
        duck, container = loose.pose(data, _OBJECT_BODY), loose.pose(data, _CONTAINER_BODY)
        inside = is_in_open_box(
            duck.position - container.position,
            half_width_m=config.container_half_width_m,
            top_m=config.container_height_m,
        )
        beyond = (duck.position[:2] < config.reach_low_xy_in_base) | (duck.position[:2] > config.reach_high_xy_in_base)
        return TaskState(
            task="pick_and_place",
            success=inside and not loose.are_touching(data, panda.FINGER_GEOMS, _OBJECT_GEOMS),
            failure=bool(np.any(beyond) or duck.position[2] < 0.0),
            names=("object", "container"),
            poses=(duck, container),
            quantities=("lift_m", "to_container_m"),
            values=(
                float(duck.position[2]) - _RESTING_HEIGHT_M,
                float(np.linalg.norm(duck.position[:2] - container.position[:2])),
            ),
        )

    def build(self, parts: SceneParts) -> None:
        """Add container and duck."""
        config = self._config
        container = add(parts.world, "body", name=_CONTAINER_BODY, pos=(*config.container_xy_in_base, 0))
        add_open_box(
            container,
            half_width_m=config.container_half_width_m,
            height_m=config.container_height_m,
            wall_rgba=_WALL_RGBA,
            floor_rgba=_FLOOR_RGBA,
        )
        _add_duck(parts.world, xy_m=config.object_xy_in_base)


def _add_duck(world: Element, *, xy_m: tuple[float, ...]) -> None:
    """Add a duck of 52 g: an ellipsoid on a flat base, a head with a beak; its origin is the ellipsoid's middle."""
    duck = add(world, "body", name=_OBJECT_BODY, pos=(*xy_m, _RESTING_HEIGHT_M))
    add(duck, "freejoint")
    shapes = (
        ("duck_body", "ellipsoid", (0.030, 0.020, 0.018), (0, 0, 0), 0.040, _DUCK_RGBA),
        ("duck_head", "sphere", (0.013,), (0.018, 0, 0.024), 0.006, _DUCK_RGBA),
        ("duck_beak", "ellipsoid", (0.009, 0.006, 0.003), (0.034, 0, 0.023), 0.001, _BEAK_RGBA),
        ("duck_base", "box", (0.018, 0.012, 0.003), (0, 0, -0.017), 0.005, _DUCK_RGBA),
    )
    for name, kind, size, centre, mass_kg, rgba in shapes:
        add(
            duck,
            "geom",
            name=name,
            type=kind,
            size=size,
            pos=centre,
            mass=mass_kg,
            rgba=rgba,
            **contact.GRASP_CONTACT,
            **contact.OBJECT_COLLISION,
        )
