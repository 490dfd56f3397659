"""The skill of putting a thing somewhere, as a person does it: over it, down, close, up, across, down, open.

What is done follows from what is seen, so that a policy's mistakes are recovered from: heights are funnels over the
distance that is left sideways. Only the fingers' last width is remembered, to see whether they have closed.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from user_core.configuration import parameter
from user_core.transforms import FloatArray, Pose, rotation_between
from user_hardware.teleop.expert import ExpertAction, ExpertConfig, ExpertView, Hand

OPEN, CLOSED = 1.0, 0.0


@dataclass(frozen=True, kw_only=True)
class PlacingConfig(ExpertConfig):
    """Skill; lengths in metres, heights above the table, of the tool unless said otherwise."""

    gain: float = parameter(0.7, "share of the way that is left that a tick asks for", minimum=0.05, maximum=1.0)
    descent_m: float = parameter(1.0, "farthest it goes down in a tick", minimum=1e-3, maximum=1.0)
    lowest_m: float = parameter(0.015, "lowest height at which it grasps", minimum=0.0, maximum=0.1)
    hover_m: float = parameter(0.06, "height above the grasp that is kept far from it", minimum=0.01, maximum=0.2)
    align_m: float = parameter(0.008, "distance sideways at which it goes down or closes", minimum=1e-3, maximum=0.03)
    align_rad: float = parameter(0.15, "turn left at which it closes", minimum=0.01, maximum=1.0)
    funnel_m: float = parameter(0.03, "distance sideways, beyond align_m, from which it hovers", minimum=1e-3)
    largest_turn_rad: float = parameter(0.5, "farthest it turns to grasp across a thing", minimum=0.0, maximum=1.6)
    carry_m: float = parameter(0.1, "height at which it carries", minimum=0.03, maximum=0.3)
    release_m: float = parameter(0.075, "height at which it lets go", minimum=0.02, maximum=0.3)
    release_xy_m: float = parameter(
        0.025, "distance sideways of the thing from its place at which it lets go", minimum=1e-3, maximum=0.1
    )
    inside_xy_m: float = parameter(0.054, "half-width of a box's inside", minimum=0.01, maximum=0.2)
    inside_z_m: float = parameter(
        0.07, "height of a thing above a box's floor below which it falls in, or lies in it", minimum=0.01
    )
    open_m: float = parameter(0.07, "width from which the fingers count as open", minimum=0.005, maximum=0.2)
    empty_m: float = parameter(0.012, "width below which there is nothing between them", minimum=0.0, maximum=0.1)
    still_m: float = parameter(0.001, "change of width in a tick below which they have closed", minimum=1e-5)


class PlacingSkill:
    """Moves one thing at a time; which one, and where to, is said at every tick.

    Args:
        config: How.
        seed: Of the hand's tremble.
    """

    def __init__(self, *, config: PlacingConfig, seed: int) -> None:
        self._config = config
        self._hand = Hand(config=config)
        self.reset(seed)

    def reset(self, seed: int) -> None:
        """Begin another episode, or take over in the middle of one."""
        self._generator = np.random.default_rng(seed % 2**64)
        self._hand.reset()
        self._width_m: float | None = None

    def way_left_m(self, view: ExpertView, *, thing: Pose, place: FloatArray) -> float:
        """Return the way to the thing, up, across and down again, as far as each is still to be made; see `put`."""
        return self.to_thing_m(view, thing) + self.to_place_m(view, thing=thing, place=place)

    def to_thing_m(self, view: ExpertView, thing: Pose) -> float:
        """Return the way to a thing, none to what is held."""
        return 0.0 if self.is_between_fingers(view, thing) else _distance(thing.position - view.tcp_pose.position)

    def to_place_m(self, view: ExpertView, *, thing: Pose, place: FloatArray) -> float:
        """Return the way of a thing up, across and down, as far as each is still to be made."""
        config = self._config
        across_m = _distance(thing.position[:2] - place[:2])
        above_m = config.carry_m - config.release_m
        if not self.is_between_fingers(view, thing):
            return config.carry_m + across_m + above_m
        tool_m = float(view.tcp_pose.position[2])
        if across_m < config.release_xy_m:
            return float(np.clip(tool_m - config.release_m, 0.0, above_m))
        return max(config.carry_m - tool_m, 0.0) + across_m + above_m

    def put(self, view: ExpertView, *, thing: Pose, place: FloatArray, placed: bool) -> ExpertAction:
        """Return what brings a thing to a place and leaves it there.

        Args:
            view: What is seen.
            thing: Where the thing is, base frame.
            place: (3,) where it is to be dropped, base frame, on the floor.
            placed: Whether it is where it belongs once it is let go.
        """
        before_m, self._width_m = self._width_m, view.gripper_width_m
        if self.is_between_fingers(view, thing):
            if before_m is None:  # whoever acted before has closed them, or is about to: the next look tells
                return self.move(view, to=view.tcp_pose.position, opening=CLOSED)
            if abs(view.gripper_width_m - before_m) < self._config.still_m:
                return self._carry(view, thing, place)
        if placed:
            return self.move(view, to=view.tcp_pose.position + [0.0, 0.0, self._config.hover_m], opening=OPEN)
        return self._fetch(view, thing)

    def move(self, view: ExpertView, *, to: FloatArray, turn_rad: float = 0.0, opening: float) -> ExpertAction:
        """Return the action towards a position (3,) and a turn about base z, with the tool kept upright."""
        config = self._config
        action = np.empty(6)
        action[:3] = config.gain * (to - view.tcp_pose.position) / config.position_scale_m
        # Sideways in a straight line; up and down at a pace of its own.
        action[:2] /= max(1.0, float(np.max(np.abs(action[:2]))))
        action[2] = max(action[2], -config.descent_m / config.position_scale_m)
        tilt = rotation_between(view.tcp_pose, view.target_pose)[:2]
        action[3:] = config.gain * np.array([*tilt, turn_rad]) / config.rotation_scale_rad
        return ExpertAction(twist=self._hand.deflection(action, self._generator), opening=opening)

    def is_between_fingers(self, view: ExpertView, thing: Pose) -> bool:
        """Tell whether the fingers are around a thing and not wide open."""
        offset = thing.position - view.tcp_pose.position
        near = _distance(offset[:2]) < 2 * self._config.align_m and abs(offset[2]) < 2 * self._config.align_m
        return near and self._config.empty_m < view.gripper_width_m < self._config.open_m

    def is_inside(self, thing: Pose, box: Pose) -> bool:
        """Tell whether a thing is in a box, or on its way to the box's floor."""
        offset = thing.position - box.position
        sideways_m = float(np.max(np.abs(offset[:2])))
        return sideways_m < self._config.inside_xy_m and float(offset[2]) < self._config.inside_z_m

    def _fetch(self, view: ExpertView, thing: Pose) -> ExpertAction:
        """Come from above with open fingers, close where the thing is."""
        config, tool = self._config, view.tcp_pose
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
            return self.move(view, to=goal, turn_rad=turn_rad, opening=CLOSED)
        away = float(np.clip((sideways_m - config.align_m) / config.funnel_m, 0.0, 1.0))
        # Fingers that are not open would push the thing away, or land on it.
        may_go_down = view.gripper_width_m > config.open_m
        goal[2] += config.hover_m * (away if may_go_down else 1.0)
        # Far from the thing it does not cross below hovering height, where walls are in the way.
        missing_m = max(goal[2] - float(tool.position[2]), 0.0)
        goal[:2] -= away * min(missing_m / config.align_m / 2, 1.0) * (goal[:2] - tool.position[:2])
        return self.move(view, to=goal, turn_rad=turn_rad, opening=OPEN)

    def _carry(self, view: ExpertView, thing: Pose, place: FloatArray) -> ExpertAction:
        """Lift, cross, lower, let go; the thing is what has to arrive, wherever the fingers hold it."""
        config, tool = self._config, view.tcp_pose.position
        offset = thing.position[:2] - place[:2]
        over = _distance(offset) < config.release_xy_m
        if over and tool[2] < config.release_m + config.align_m:
            return self.move(view, to=tool, opening=OPEN)
        # It does not cross before the thing is higher than the walls.
        lifted = np.clip((tool[2] - config.release_m + config.align_m) / (config.carry_m - config.release_m), 0.0, 1.0)
        goal = np.array([*(tool[:2] - lifted * offset), config.release_m if over else config.carry_m])
        return self.move(view, to=goal, opening=CLOSED)

    def _turn_across(self, thing: Pose, tool: Pose) -> float:
        """Return the turn about base z after which the fingers close across a thing, whichever way it points."""
        limit = self._config.largest_turn_rad
        return float(np.clip(heading_rad(thing), -limit, limit)) - heading_rad(tool)


def heading_rad(pose: Pose) -> float:
    """Return the angle of a pose's x axis about base z, in [-pi/2, pi/2): fingers do not know front from back."""
    x, y, _ = pose.rotation.apply([1.0, 0.0, 0.0])
    return float((np.arctan2(y, x) + np.pi / 2) % np.pi - np.pi / 2)


def _distance(vector: FloatArray) -> float:
    return float(np.linalg.norm(vector))
