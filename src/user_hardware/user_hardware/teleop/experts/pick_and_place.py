"""Pick and place as a person does it: over the object, down, close, up, across, down, open; and again when it slips.

What is done follows from what is seen, so that a policy's mistakes are recovered from: heights are funnels over the
distance that is left sideways. Only the fingers' last width is remembered, to see whether they have closed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from user_core.configuration import parameter
from user_core.transforms import FloatArray, Pose, rotation_between
from user_hardware.teleop.expert import ExpertAction, ExpertConfig, ExpertView, Hand

_OPEN, _CLOSED = 1.0, 0.0


@dataclass(frozen=True, kw_only=True)
class PickAndPlaceExpertConfig(ExpertConfig):
    """Skill; lengths in metres, heights above the table, of the tool unless said otherwise."""

    gain: float = parameter(0.7, "share of the way that is left that a tick asks for", minimum=0.05, maximum=1.0)
    lowest_m: float = parameter(0.015, "lowest height at which it grasps", minimum=0.0, maximum=0.1)
    hover_m: float = parameter(0.05, "height above the grasp that is kept far from it", minimum=0.01, maximum=0.2)
    align_m: float = parameter(0.008, "distance sideways at which it goes down or closes", minimum=1e-3, maximum=0.03)
    align_rad: float = parameter(0.15, "turn left at which it closes", minimum=0.01, maximum=1.0)
    funnel_m: float = parameter(0.03, "distance sideways, beyond align_m, from which it hovers", minimum=1e-3)
    largest_turn_rad: float = parameter(0.5, "farthest it turns to grasp across the object", minimum=0.0, maximum=1.6)
    carry_m: float = parameter(0.09, "height at which it carries", minimum=0.03, maximum=0.3)
    release_m: float = parameter(0.065, "height at which it lets go", minimum=0.02, maximum=0.3)
    release_xy_m: float = parameter(
        0.025, "distance of the object from the container's middle at which it lets go", minimum=1e-3, maximum=0.1
    )
    inside_xy_m: float = parameter(0.054, "half-width of the container's inside", minimum=0.01, maximum=0.2)
    inside_z_m: float = parameter(
        0.06, "height of an object above the container's floor below which it falls in, or lies in it", minimum=0.01
    )
    open_m: float = parameter(0.07, "width from which the fingers count as open", minimum=0.005, maximum=0.2)
    empty_m: float = parameter(0.012, "width below which there is nothing between them", minimum=0.0, maximum=0.1)
    still_m: float = parameter(0.001, "change of width in a tick below which they have closed", minimum=1e-5)


class PickAndPlaceExpert:
    """Fetches the object `object` and lets it fall into `container`, both by their poses in the task's state."""

    config_type: ClassVar[type[ExpertConfig]] = PickAndPlaceExpertConfig

    def __init__(self, *, config: PickAndPlaceExpertConfig, seed: int = 0) -> None:
        """Start an episode with the tremble that `seed` draws."""
        self._config = config
        self._hand = Hand(config=config)
        self.reset(seed)

    def reset(self, seed: int) -> None:
        """Begin another episode."""
        self._generator = np.random.default_rng(seed % 2**64)
        self._hand.reset()
        self._width_m = 0.0

    def way_left_m(self, view: ExpertView) -> float:
        """Return the way to the object, up, across and down again, as far as each is still to be made."""
        config = self._config
        if self._is_inside(view):
            return 0.0
        across_m = _distance(_offset(view)[:2])
        above_m = config.carry_m - config.release_m
        if self._is_between_fingers(view):
            up_m = max(config.carry_m - float(view.tcp_pose.position[2]), 0.0)
            return up_m + across_m + min(above_m, across_m)
        to_object_m = _distance(view.state.pose("object").position - view.tcp_pose.position)
        return to_object_m + config.carry_m + across_m + above_m

    def act(self, view: ExpertView) -> ExpertAction:
        """Return the motion towards the next thing to be done, and what the fingers do."""
        closed = abs(view.gripper_width_m - self._width_m) < self._config.still_m
        self._width_m = view.gripper_width_m
        if self._is_between_fingers(view) and closed:
            return self._carry(view)
        if self._is_inside(view):
            return self._move(view, to=view.tcp_pose.position + [0.0, 0.0, self._config.hover_m], opening=_OPEN)
        return self._fetch(view)

    def _fetch(self, view: ExpertView) -> ExpertAction:
        """Come from above with open fingers, close where the object is."""
        config = self._config
        thing, tool = view.state.pose("object"), view.tcp_pose
        goal = thing.position.copy()
        goal[2] = grasp_m = max(float(goal[2]), config.lowest_m)
        turn_rad = self._turn_across(thing, tool)
        sideways_m = _distance(goal[:2] - tool.position[:2])
        there = (
            sideways_m < config.align_m
            and abs(tool.position[2] - grasp_m) < config.align_m
            and abs(turn_rad) < config.align_rad
        )
        if there and view.gripper_width_m > config.empty_m:
            return self._move(view, to=goal, turn_rad=turn_rad, opening=_CLOSED)
        away = float(np.clip((sideways_m - config.align_m) / config.funnel_m, 0.0, 1.0))
        # Fingers that are not open would push the object away, or land on it.
        may_go_down = view.gripper_width_m > config.open_m
        goal[2] += config.hover_m * (away if may_go_down else 1.0)
        # Far from the object it does not cross below hovering height, where walls are in the way.
        missing_m = max(goal[2] - float(tool.position[2]), 0.0)
        goal[:2] -= away * min(missing_m / config.align_m / 2, 1.0) * (goal[:2] - tool.position[:2])
        return self._move(view, to=goal, turn_rad=turn_rad, opening=_OPEN)

    def _carry(self, view: ExpertView) -> ExpertAction:
        """Lift, cross, lower, let go; the object is what has to arrive, wherever the fingers hold it."""
        config = self._config
        offset, tool = _offset(view), view.tcp_pose.position
        sideways_m = _distance(offset[:2])
        over = sideways_m < config.release_xy_m
        if over and tool[2] < config.release_m + config.align_m:
            return self._move(view, to=tool, opening=_OPEN)
        # It does not cross before the object is higher than the walls.
        lifted = np.clip((tool[2] - config.release_m + config.align_m) / (config.carry_m - config.release_m), 0.0, 1.0)
        goal = np.array([*(tool[:2] - lifted * offset[:2]), config.release_m if over else config.carry_m])
        return self._move(view, to=goal, opening=_CLOSED)

    def _move(self, view: ExpertView, *, to: FloatArray, turn_rad: float = 0.0, opening: float) -> ExpertAction:
        """Return the action towards a position (3,) and a turn about base z, with the tool kept upright."""
        config = self._config
        action = np.empty(6)
        action[:3] = config.gain * (to - view.tcp_pose.position) / config.position_scale_m
        # Sideways in a straight line; up and down at a pace of its own.
        action[:2] /= max(1.0, float(np.max(np.abs(action[:2]))))
        tilt = rotation_between(view.tcp_pose, view.target_pose)[:2]
        action[3:] = config.gain * np.array([*tilt, turn_rad]) / config.rotation_scale_rad
        return ExpertAction(twist=self._hand.deflection(action, self._generator), opening=opening)

    def _turn_across(self, thing: Pose, tool: Pose) -> float:
        """Return the turn about base z after which the fingers close across the object, whichever way it points."""
        wanted = _half_turn(_heading(thing))
        limit = self._config.largest_turn_rad
        return float(np.clip(wanted, -limit, limit)) - _half_turn(_heading(tool))

    def _is_between_fingers(self, view: ExpertView) -> bool:
        """Tell whether the fingers are around the object and not wide open."""
        offset = view.state.pose("object").position - view.tcp_pose.position
        near = _distance(offset[:2]) < 2 * self._config.align_m and abs(offset[2]) < 2 * self._config.align_m
        return near and self._config.empty_m < view.gripper_width_m < self._config.open_m

    def _is_inside(self, view: ExpertView) -> bool:
        offset = _offset(view)
        sideways_m = float(np.max(np.abs(offset[:2])))
        return sideways_m < self._config.inside_xy_m and float(offset[2]) < self._config.inside_z_m


def _offset(view: ExpertView) -> FloatArray:
    """Return the object's position (3,) relative to the container's."""
    offset: FloatArray = view.state.pose("object").position - view.state.pose("container").position
    return offset


def _distance(vector: FloatArray) -> float:
    return float(np.linalg.norm(vector))


def _heading(pose: Pose) -> float:
    """Return the angle of a pose's x axis about base z."""
    x, y, _ = pose.rotation.apply([1.0, 0.0, 0.0])
    return float(np.arctan2(y, x))


def _half_turn(angle_rad: float) -> float:
    """Return an angle in [-pi/2, pi/2): fingers do not know front from back."""
    return float((angle_rad + np.pi / 2) % np.pi - np.pi / 2)
