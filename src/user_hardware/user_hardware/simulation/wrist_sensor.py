"""The external wrench, in the convention of the Franka drivers.

libfranka's ``O_F_ext_hat_K`` (and `external_wrench_in_base_frame` made of it) is the wrench that *the arm applies to
its environment*, about the TCP, along the axes of the base frame: pressing down gives a negative force along z.
"""

from __future__ import annotations

import math

import mujoco
import numpy as np

from user_core.transforms import FloatArray
from user_hardware.simulation import panda
from user_hardware.simulation.config import ImpedanceConfig
from user_hardware.simulation.scene_model import FORCE_SENSOR


class WristSensor:
    """Force/torque at the flange, relieved of the tool's weight, moved to the TCP and low-passed."""

    def __init__(self, *, model: mujoco.MjModel, config: ImpedanceConfig) -> None:
        """Look up the model's names; the tool is all that hangs on the hand."""
        force = int(model.sensor(FORCE_SENSOR).adr[0])
        self._readings = slice(force, force + 6)
        self._wrist = model.site(panda.WRIST_SITE).id
        self._tcp = model.site(panda.TCP_SITE).id
        self._hand = model.body(panda.HAND_BODY).id
        self._support_n = -float(model.body_subtreemass[self._hand]) * np.array(model.opt.gravity)
        self._blend = 1.0 - math.exp(-2.0 * math.pi * config.wrench_cutoff_hz * config.control_period_s)
        self._filtered = np.zeros(6)

    def reset(self, data: mujoco.MjData) -> None:
        """Forget the filter's past; sensors of `data` are up to date."""
        self._filtered = np.array(data.sensordata[self._readings])

    def update(self, data: mujoco.MjData) -> None:
        """Filter in the newest readings; call once every control period."""
        self._filtered += self._blend * (data.sensordata[self._readings] - self._filtered)

    def read(self, data: mujoco.MjData) -> FloatArray:
        """Return (6,) force N and torque N·m about the TCP that the arm applies to its environment, base axes."""
        rotation = data.site_xmat[self._wrist].reshape(3, 3)
        origin = data.site_xpos[self._wrist]
        # MuJoCo's sensor reads what the arm applies to the hand: what holds the tool up, and what it pushes with.
        force = rotation @ self._filtered[:3] - self._support_n
        torque = rotation @ self._filtered[3:]
        moment = np.zeros(3)
        mujoco.mju_cross(moment, data.subtree_com[self._hand] - origin, self._support_n)
        torque -= moment
        mujoco.mju_cross(moment, origin - data.site_xpos[self._tcp], force)
        return np.concatenate([force, torque + moment])
