"""Domain randomisation: what one reset draws, from its seed alone, and how the draw is put into the model."""

from __future__ import annotations

from dataclasses import dataclass

import mujoco
import numpy as np

from user_core.transforms import FloatArray, Pose
from user_hardware.simulation.config import SimulationConfig
from user_hardware.simulation.peg_insertion_scene import BOARD_BODY, CAMERA_NAMES, COLOURED_GEOMS, target_pose


@dataclass(frozen=True, kw_only=True, eq=False)
class SceneDraw:
    """One draw.

    Attributes:
        target_pose: TCP pose of the fully inserted peg, base frame.
        start_pose: TCP pose at which the arm is put, base frame.
        hole_xy_m: (2,) displacement of the hole.
        hole_yaw_rad: Yaw of the hole.
        light: (3,) relative brightness, then the lamp's turn about x and y in radians.
        colours: (3, 3) added to the RGB of board, peg and table.
        camera_positions_m: (C, 3) added to each camera's position.
        camera_angles_rad: (C, 3) rotation vector of each camera.
    """

    target_pose: Pose
    start_pose: Pose
    hole_xy_m: FloatArray
    hole_yaw_rad: float
    light: FloatArray
    colours: FloatArray
    camera_positions_m: FloatArray
    camera_angles_rad: FloatArray


def draw_scene(config: SimulationConfig, *, seed: int) -> SceneDraw:
    """Draw a scene; all numbers are drawn whatever the ranges are, so one parameter never shifts another's draw."""
    generator = np.random.default_rng(seed % 2**64)
    ranges = config.randomisation

    def uniform(*shape: int) -> FloatArray:
        return generator.uniform(-1.0, 1.0, shape)

    hole_xy_m = ranges.hole_xy_m * uniform(2)
    hole_yaw_rad = ranges.hole_yaw_rad * float(uniform(1)[0])
    start = uniform(4) * np.array([ranges.start_xy_m, ranges.start_xy_m, ranges.start_z_m, ranges.start_yaw_rad])
    yawed = target_pose(config, yaw_rad=float(start[3]))
    lift = np.array([start[0], start[1], ranges.start_lift_m + start[2]])
    return SceneDraw(
        target_pose=target_pose(config, hole_xy_m=(float(hole_xy_m[0]), float(hole_xy_m[1])), yaw_rad=hole_yaw_rad),
        start_pose=Pose(position=yawed.position + lift, quaternion=yawed.quaternion),
        hole_xy_m=hole_xy_m,
        hole_yaw_rad=hole_yaw_rad,
        light=ranges.light * uniform(3),
        colours=ranges.colour * uniform(3, 3),
        camera_positions_m=ranges.camera_position_m * uniform(len(CAMERA_NAMES), 3),
        camera_angles_rad=ranges.camera_angle_rad * uniform(len(CAMERA_NAMES), 3),
    )


class SceneRandomiser:
    """Puts draws into a model, each on top of the model's nominal values and never of an earlier draw."""

    def __init__(self, model: mujoco.MjModel) -> None:
        """Remember the nominal values of `model`."""
        self._model = model
        self._board = model.body(BOARD_BODY).id
        self._board_position = model.body_pos[self._board].copy()
        self._lamp_direction = model.light_dir[0].copy()
        self._lamp_diffuse = model.light_diffuse[0].copy()
        self._geoms = [model.geom(name).id for name in COLOURED_GEOMS]
        self._rgb = model.geom_rgba[self._geoms, :3].copy()
        self._cameras = [model.camera(name).id for name in CAMERA_NAMES]
        self._camera_positions = model.cam_pos[self._cameras].copy()
        self._camera_quaternions = model.cam_quat[self._cameras].copy()

    def apply(self, draw: SceneDraw) -> None:
        """Overwrite hole, lamp, colours and cameras of the model."""
        model = self._model
        model.body_pos[self._board] = self._board_position + np.array([*draw.hole_xy_m, 0.0])
        half = draw.hole_yaw_rad / 2
        model.body_quat[self._board] = [np.cos(half), 0.0, 0.0, np.sin(half)]
        model.light_diffuse[0] = self._lamp_diffuse * (1.0 + draw.light[0])
        direction = self._lamp_direction + np.array([draw.light[1], draw.light[2], 0.0])
        model.light_dir[0] = direction / np.linalg.norm(direction)
        change = draw.colours[[0, 0, 0, 0, 1, 2]]
        model.geom_rgba[self._geoms, :3] = np.clip(self._rgb + change, 0.0, 1.0)
        for index, camera in enumerate(self._cameras):
            model.cam_pos[camera] = self._camera_positions[index] + draw.camera_positions_m[index]
            quaternion = self._camera_quaternions[index].copy()
            mujoco.mju_quatIntegrate(quaternion, draw.camera_angles_rad[index], 1.0)
            model.cam_quat[camera] = quaternion
