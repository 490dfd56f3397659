"""Cap tightening as a person does it: take the cap, turn as far as the wrist goes, let go, turn back, take it again."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from user_core.configuration import parameter
from user_core.transforms import FloatArray, Pose, rotation_between, subtract
from user_hardware.simulation.tool_poses import tool_down
from user_hardware.teleop.expert import ExpertAction, ExpertConfig, ExpertView, Hand

_WIDTH_TOLERANCE_M = 0.002
_UNTURNED = tool_down(0.0, 0.0, 0.0)


@dataclass(frozen=True, kw_only=True)
class CapTighteningExpertConfig(ExpertConfig):
    """Skill and imprecision; lengths in metres, actions in [-1, 1]."""

    cap_width_m: float = parameter(
        0.032, "width between fingers that hold the cap: twice scene.cap_radius_m", minimum=0.01, maximum=0.08
    )
    window_rad: float = parameter(
        0.5236, "yaw either way between which it turns, as the guard's", minimum=0.1, maximum=3.1
    )
    end_rad: float = parameter(0.05, "distance from the end of the window that counts as there", minimum=1e-3)
    align_m: float = parameter(0.003, "misalignment with the cap's axis at which it closes", minimum=1e-4)
    height_m: float = parameter(0.004, "distance from the cap's height at which it closes", minimum=1e-4)
    hold_m: float = parameter(0.008, "misalignment and distance up to which closed fingers hold it", minimum=1e-4)
    clear_m: float = parameter(0.008, "width beyond the cap's at which it moves", minimum=1e-3, maximum=0.05)
    tighten_rad: float = parameter(0.21, "turn beyond the mark after which it is tight", minimum=0.0)
    gain: float = parameter(1.0, "share of the way left that it asks for in a tick", minimum=0.05, maximum=2.0)
    turn_lever_m: float = parameter(0.02, "metres of way that a radian of tool rotation counts", minimum=0.0)
    regrasp_m: float = parameter(0.01, "metres of way that closing on the cap counts", minimum=0.0)


class CapTighteningExpert:
    """Turns while it holds the cap and the wrist has room; else opens, goes to where a turn begins, and closes.

    Without imprecision the action depends on what is seen alone: the fingers' width tells whether the cap is held, and
    the wrist's angle which way to go.
    """

    config_type: ClassVar[type[ExpertConfig]] = CapTighteningExpertConfig

    def __init__(self, *, config: CapTighteningExpertConfig, seed: int = 0) -> None:
        """Start an episode with the tremble that `seed` draws."""
        self._config = config
        self._hand = Hand(config=config)
        self.reset(seed)

    def reset(self, seed: int) -> None:
        """Begin another episode."""
        self._generator = np.random.default_rng(seed % 2**64)
        self._hand.reset()

    def act(self, view: ExpertView) -> ExpertAction:
        """Return the motion and the opening of this tick."""
        wanted, opening = self._intention(view)
        config = self._config
        error = subtract(wanted, view.tcp_pose)  # (6,) base frame: metres, radians
        action = np.concatenate([error[:3] / config.position_scale_m, error[3:] / config.rotation_scale_rad])
        return ExpertAction(twist=self._hand.deflection(config.gain * action, self._generator), opening=opening)

    def way_left_m(self, view: ExpertView) -> float:
        """Return the tool's way until the cap is tight: there, all its turns and turns back, and the grasps between."""
        if view.state.success:
            return 0.0
        config = self._config
        tight_rad = view.state.value("target_angle_rad") + config.tighten_rad
        left_rad = max(0.0, tight_rad - view.state.value("angle_rad"))
        end_rad = config.window_rad - config.end_rad
        stroke_rad, yaw_rad = 2 * end_rad, _yaw(view.tcp_pose)
        turns_m = config.turn_lever_m * left_rad
        regrasp_m = config.turn_lever_m * stroke_rad + config.regrasp_m
        if self._holds(view):
            room_rad = max(0.0, yaw_rad + end_rad)
            return turns_m + math.ceil(max(0.0, left_rad - room_rad) / stroke_rad) * regrasp_m
        there_m = float(np.linalg.norm(self._to_cap(view)))
        back_m = config.turn_lever_m * max(0.0, end_rad - yaw_rad)
        regrasps = max(1, math.ceil(left_rad / stroke_rad)) - 1
        return there_m + back_m + config.regrasp_m + turns_m + regrasps * regrasp_m

    def _intention(self, view: ExpertView) -> tuple[Pose, float]:
        """Return the pose to be at and the opening, 1 = open."""
        config = self._config
        cap, yaw_rad = view.state.pose("cap").position, _yaw(view.tcp_pose)
        if self._holds(view):
            if yaw_rad > config.end_rad - config.window_rad:
                return tool_down(*cap, yaw_rad=-config.window_rad), 0.0
            return view.tcp_pose, 1.0
        there = self._is_around_cap(view, xy_m=config.align_m, z_m=config.height_m)
        if there and yaw_rad > config.window_rad - config.end_rad:
            return tool_down(*cap, yaw_rad=config.window_rad), 0.0
        if view.gripper_width_m < config.cap_width_m + config.clear_m:
            return view.tcp_pose, 1.0
        return tool_down(*cap, yaw_rad=config.window_rad), 1.0

    def _holds(self, view: ExpertView) -> bool:
        config = self._config
        around = self._is_around_cap(view, xy_m=config.hold_m, z_m=config.hold_m)
        return around and abs(view.gripper_width_m - config.cap_width_m) < _WIDTH_TOLERANCE_M

    def _is_around_cap(self, view: ExpertView, *, xy_m: float, z_m: float) -> bool:
        x, y, z = self._to_cap(view)
        return math.hypot(x, y) < xy_m and abs(z) < z_m

    def _to_cap(self, view: ExpertView) -> FloatArray:
        """Return (3,) metres from the tool to the cap."""
        way: FloatArray = view.state.pose("cap").position - view.tcp_pose.position
        return way


def _yaw(tcp_pose: Pose) -> float:
    """Return the tool's turn about base z in radians."""
    return rotation_between(_UNTURNED, tcp_pose)[2]
