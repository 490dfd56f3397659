"""Domain randomisation: what one reset draws, from its seed alone, and how the draw is put into the model."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import mujoco
import numpy as np

from user_core.transforms import FloatArray, Pose, add_delta
from user_hardware.simulation.config import RandomisationConfig
from user_hardware.simulation.scene import Scene
from user_hardware.simulation.scene_model import CAMERA_NAMES


@dataclass(frozen=True, kw_only=True, eq=False)
class SceneDraw:
    """One draw.

    Attributes:
        things: Where the task's things are, as its scene draws it.
        start_pose: TCP pose at which the arm is put, base frame.
        light: (3,) relative brightness, then the lamp's turn about x and y in radians.
        colours: (G, 3) added to the RGB of each group of coloured geoms.
        camera_positions_m: (C, 3) added to each camera's position.
        camera_angles_rad: (C, 3) rotation vector of each camera.
    """

    things: Any
    start_pose: Pose
    light: FloatArray
    colours: FloatArray
    camera_positions_m: FloatArray
    camera_angles_rad: FloatArray


def draw_scene(ranges: RandomisationConfig, scene: Scene, *, seed: int) -> SceneDraw:
    """Draw a scene; all numbers are drawn whatever the ranges are, so one parameter never shifts another's draw."""
    generator = np.random.default_rng(seed % 2**64)

    def uniform(*shape: int) -> FloatArray:
        return generator.uniform(-1.0, 1.0, shape)

    things = scene.draw(uniform)
    start = uniform(4) * np.array([ranges.start_xy_m, ranges.start_xy_m, ranges.start_z_m, ranges.start_yaw_rad])
    offset = np.array([start[0], start[1], ranges.start_lift_m + start[2], 0.0, 0.0, start[3]])
    return SceneDraw(
        things=things,
        start_pose=add_delta(scene.nominal_target, offset),
        light=ranges.light * uniform(3),
        colours=ranges.colour * uniform(len(scene.coloured_geoms), 3),
        camera_positions_m=ranges.camera_position_m * uniform(len(CAMERA_NAMES), 3),
        camera_angles_rad=ranges.camera_angle_rad * uniform(len(CAMERA_NAMES), 3),
    )


class SceneRandomiser:
    """Puts draws into a model, each on top of the model's nominal values and never of an earlier draw."""

    def __init__(self, *, model: mujoco.MjModel, scene: Scene) -> None:
        """Remember the nominal values of `model`."""
        self._model = model
        self._scene = scene
        self._lamp_direction = model.light_dir[0].copy()
        self._lamp_diffuse = model.light_diffuse[0].copy()
        self._geoms = [model.geom(name).id for names in scene.coloured_geoms for name in names]
        self._groups = [group for group, names in enumerate(scene.coloured_geoms) for _ in names]
        self._rgb = model.geom_rgba[self._geoms, :3].copy()
        self._cameras = [model.camera(name).id for name in CAMERA_NAMES]
        self._camera_positions = model.cam_pos[self._cameras].copy()
        self._camera_quaternions = model.cam_quat[self._cameras].copy()

    def apply(self, draw: SceneDraw) -> None:
        """Overwrite lamp, colours, cameras and what is fixed to the table."""
        model = self._model
        self._scene.place_fixed(model, draw.things)
        model.light_diffuse[0] = self._lamp_diffuse * (1.0 + draw.light[0])
        direction = self._lamp_direction + np.array([draw.light[1], draw.light[2], 0.0])
        model.light_dir[0] = direction / np.linalg.norm(direction)
        model.geom_rgba[self._geoms, :3] = np.clip(self._rgb + draw.colours[self._groups], 0.0, 1.0)
        for index, camera in enumerate(self._cameras):
            model.cam_pos[camera] = self._camera_positions[index] + draw.camera_positions_m[index]
            quaternion = self._camera_quaternions[index].copy()
            mujoco.mju_quatIntegrate(quaternion, draw.camera_angles_rad[index], 1.0)
            model.cam_quat[camera] = quaternion
