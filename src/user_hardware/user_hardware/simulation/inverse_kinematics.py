"""Joint angles for a TCP pose, by damped least squares from a fixed posture."""

from __future__ import annotations

import mujoco
import numpy as np

from user_core.errors import ConfigurationError
from user_core.transforms import FloatArray, Pose
from user_hardware.simulation import panda

_ITERATIONS = 100
_DAMPING = 1e-4
_TOLERANCE = 1e-8


def solve(*, model: mujoco.MjModel, target: Pose, posture_rad: FloatArray) -> FloatArray:
    """Return (7,) joint angles that put the TCP at `target`; the same answer for the same arguments.

    Args:
        model: The compiled scene.
        target: TCP pose in the base frame.
        posture_rad: (7,) joint angles to start from.

    Raises:
        ConfigurationError: When the arm cannot reach the pose.
    """
    data = mujoco.MjData(model)
    site = model.site(panda.TCP_SITE).id
    ranges = np.array([model.joint(name).range for name in panda.JOINT_NAMES])
    data.qpos[panda.ARM_JOINTS] = posture_rad
    quaternion = np.roll(target.quaternion, 1)
    tool, error, jacobian = np.zeros(4), np.zeros(6), np.zeros((6, model.nv))
    for _ in range(_ITERATIONS):
        mujoco.mj_kinematics(model, data)
        mujoco.mj_comPos(model, data)
        rotation = data.site_xmat[site]
        error[:3] = target.position - data.site_xpos[site]
        mujoco.mju_mat2Quat(tool, rotation)
        mujoco.mju_subQuat(error[3:], quaternion, tool)
        error[3:] = rotation.reshape(3, 3) @ error[3:]
        if float(np.abs(error).max()) < _TOLERANCE:
            return np.array(data.qpos[panda.ARM_JOINTS])
        mujoco.mj_jacSite(model, data, jacobian[:3], jacobian[3:], site)
        reduced = jacobian[:, panda.ARM_JOINTS]  # (6, 7)
        step = reduced.T @ np.linalg.solve(reduced @ reduced.T + _DAMPING * np.eye(6), error)
        data.qpos[panda.ARM_JOINTS] = np.clip(data.qpos[panda.ARM_JOINTS] + step, ranges[:, 0], ranges[:, 1])
    raise ConfigurationError(
        key="a reset's start pose",
        value=[round(float(value), 3) for value in target.as_array()],
        allowed=f"a pose that the arm can reach; {1000 * float(np.linalg.norm(error[:3])):.0f} mm are missing",
        where="scene.* and randomisation.* of simulation_node",
    )
