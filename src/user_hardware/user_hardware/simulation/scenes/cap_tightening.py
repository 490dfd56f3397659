"""Cap tightening: a bottle that stands fast, and a cap on its thread that a reset has turned loose."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import mujoco
import numpy as np

from user_core.transforms import FloatArray, Pose
from user_core.types import TaskState
from user_hardware.simulation import loose, panda
from user_hardware.simulation.scene import SceneConfig, SceneParts, ThirdPersonView, Uniform
from user_hardware.simulation.scene_model import TABLE_GEOM
from user_hardware.simulation.scenes.bottle import (
    BOTTLE_BODY,
    CAP_BODY,
    LIFT_JOINT,
    STOP_SENSOR,
    TURN_JOINT,
    BottleConfig,
    add_bottle_with_cap,
)
from user_hardware.simulation.tool_poses import tool_down


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
    """See `Scene`: a reset leaves the cap loose, and it is done when it is at its mark and tight.

    A turn clockwise takes the cap down by the thread's pitch. At its end the thread resists: what it resists with is
    the torque that tells a tight cap. Nothing here can fail for good.
    """

    config_type: ClassVar[type[SceneConfig]] = BottleConfig
    coloured_geoms: tuple[tuple[str, ...], ...] = (("bottle", "shoulder"), ("cap",), (TABLE_GEOM,))
    grasps = True
    closest_width_m = 0.0
    start_width_m = 2 * panda.FINGER_TRAVEL_M
    start_opening_m = 2 * panda.FINGER_TRAVEL_M
    settle_s = 0.0

    def __init__(self, *, config: BottleConfig) -> None:
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
        model.body(BOTTLE_BODY).pos[:] = [x + draw.xy_m[0], y + draw.xy_m[1], 0.0]

    def place_loose(self, model: mujoco.MjModel, data: mujoco.MjData, draw: CapDraw, *, start_pose: Pose) -> None:
        """Turn the cap loose."""
        data.qpos[model.joint(TURN_JOINT).qposadr[0]] = -draw.turn_rad
        data.qpos[model.joint(LIFT_JOINT).qposadr[0]] = self._config.lift_m_rad * draw.turn_rad

    def state(self, data: mujoco.MjData, *, draw: CapDraw, tcp_pose: Pose) -> TaskState:
        """Return whether the cap is at its mark and tight, where it is, how far it was turned, and the torque."""
        turned_rad = float(data.joint(TURN_JOINT).qpos[0]) + draw.turn_rad
        torque_nm = float(data.sensor(STOP_SENSOR).data[0])
        return TaskState(
            task="cap_tightening",
            success=turned_rad >= draw.turn_rad and torque_nm > self._config.tight_torque_nm,
            names=("cap",),
            poses=(loose.pose(data, CAP_BODY),),
            quantities=("angle_rad", "target_angle_rad", "torque_nm"),
            values=(turned_rad, draw.turn_rad, torque_nm),
        )

    def build(self, parts: SceneParts) -> None:
        """Add the bottle and its cap."""
        add_bottle_with_cap(parts, self._config)
