"""Cartesian impedance with reference limiting and a null-space posture, as the CRISP controller does it.

The spring-dampers themselves are MuJoCo actuators between the TCP and a reference site (see the scene), so that they
run at the physics rate in C. What is left for each control period is to place the reference, limited to within the
error clip of where the tool is, and to pull the elbow towards its posture without moving the tool.
"""

from __future__ import annotations

import mujoco
import numpy as np

from user_core.transforms import FloatArray, Pose
from user_hardware.simulation import panda
from user_hardware.simulation.config import ImpedanceConfig
from user_hardware.simulation.scene_model import POSTURE_ACTUATORS, REFERENCE_BODY


class CartesianImpedance:
    """Places the impedance reference of one arm; call `update` once every control period."""

    def __init__(self, *, model: mujoco.MjModel, config: ImpedanceConfig, posture_rad: FloatArray) -> None:
        """Look up the model's names.

        Args:
            model: The compiled scene.
            config: Gains and limits.
            posture_rad: (7,) joint angles towards which the null space is pulled.
        """
        self._model = model
        self._config = config
        self._posture_rad = posture_rad
        self._site = model.site(panda.TCP_SITE).id
        self._mocap = int(model.body(REFERENCE_BODY).mocapid[0])
        first = model.actuator(POSTURE_ACTUATORS[0]).id
        self._posture_actuators = slice(first, first + len(POSTURE_ACTUATORS))
        self._target_position = np.zeros(3)
        self._target_quaternion = np.array([1.0, 0.0, 0.0, 0.0])
        self._jacobian = np.zeros((6, model.nv))
        self._tool_quaternion = np.zeros(4)
        self._rotation_error = np.zeros(3)
        self._damping = 1e-9 * np.eye(6)
        self._wrench = np.zeros(6)

    def set_target(self, target: Pose) -> None:
        """Take a new TCP target in the base frame; it acts from the next `update` on."""
        self._target_position = np.array(target.position, dtype=np.float64)
        self._target_quaternion = np.roll(target.quaternion, 1)

    def update(self, data: mujoco.MjData) -> None:
        """Limit the reference and sets the posture torque; kinematics of `data` are up to date."""
        self._place_reference(data)
        data.ctrl[self._posture_actuators] = self._posture_torque(data)

    def _place_reference(self, data: mujoco.MjData) -> None:
        clip_m, clip_rad = self._config.error_clip_m, self._config.error_clip_rad
        position = data.site_xpos[self._site]
        # np.clip costs ten times as much on three numbers, and this runs at every control period.
        error = np.minimum(np.maximum(self._target_position - position, -clip_m), clip_m)
        data.mocap_pos[self._mocap] = position + error
        mujoco.mju_mat2Quat(self._tool_quaternion, data.site_xmat[self._site])
        mujoco.mju_subQuat(self._rotation_error, self._target_quaternion, self._tool_quaternion)
        turn = np.minimum(np.maximum(self._rotation_error, -clip_rad), clip_rad)
        mujoco.mju_quatIntegrate(self._tool_quaternion, turn, 1.0)
        data.mocap_quat[self._mocap] = self._tool_quaternion

    def _posture_torque(self, data: mujoco.MjData) -> FloatArray:
        """Return (7,) N·m: (I - J^T (J J^T)^-1 J) tau, which exerts no static wrench at the TCP."""
        mujoco.mj_jacSite(self._model, data, self._jacobian[:3], self._jacobian[3:], self._site)
        jacobian = self._jacobian[:, panda.ARM_JOINTS]  # (6, 7)
        torque = self._config.nullspace_stiffness_nm_rad * (self._posture_rad - data.qpos[panda.ARM_JOINTS])
        torque -= self._config.nullspace_damping_nms_rad * data.qvel[panda.ARM_JOINTS]
        factor = jacobian @ jacobian.T + self._damping
        mujoco.mju_cholFactor(factor, 0.0)
        mujoco.mju_cholSolve(self._wrench, factor, jacobian @ torque)
        projected: FloatArray = torque - jacobian.T @ self._wrench
        return projected
