"""Putting something held into a hole, as a person does it: hover, align, descend, search on the rim.

It can be told to be as imprecise as a person: it trembles, misjudges where the hole is, and looks again when the tip
rests on the rim.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from user_core.configuration import parameter
from user_core.transforms import FloatArray, subtract
from user_hardware.teleop.expert import ExpertAction, ExpertConfig, ExpertView, Hand

_TICKS_BEFORE_SEARCH = 3


@dataclass(frozen=True, kw_only=True)
class InsertionExpertConfig(ExpertConfig):
    """Skill and imprecision; lengths in metres, actions in [-1, 1]."""

    insertion_depth_m: float = parameter(0.025, "height above the target at which the peg meets the rim", minimum=0.0)
    hover_m: float = parameter(0.012, "height above the rim that is kept while not aligned", minimum=0.001, maximum=0.1)
    align_m: float = parameter(0.001, "misalignment at which it descends", minimum=1e-4, maximum=0.02)
    funnel_m: float = parameter(0.01, "misalignment beyond align_m at which it keeps the full hover", minimum=1e-4)
    yaw_lever_m: float = parameter(0.02, "metres of misalignment that a radian of tool rotation counts", minimum=0.0)
    descend_limit: float = parameter(0.6, "largest downward action on the way to the rim", minimum=0.05, maximum=1.0)
    touch_limit: float = parameter(0.25, "largest downward action close to the rim", minimum=0.05, maximum=1.0)
    touch_m: float = parameter(0.008, "height above the rim that counts as close", minimum=0.0, maximum=0.05)
    rim_press: float = parameter(0.3, "downward action while the peg rests on the rim", minimum=0.0, maximum=1.0)
    search_m: float = parameter(
        0.0015, "radius of the circling on the rim, which overcomes friction", minimum=0.0, maximum=0.02
    )
    search_turn_rad: float = parameter(1.3, "how far it circles in a tick", minimum=0.0, maximum=3.15)
    aim_error_m: float = parameter(
        0.0, "standard deviation, each of x and y, by which the hole is misjudged", minimum=0.0, maximum=0.02
    )
    aim_error_probability: float = parameter(
        1.0, "share of the episodes in which the hole is misjudged", minimum=0.0, maximum=1.0
    )
    look_again: float = parameter(
        0.15, "share of the misjudgement that is mended at each tick on the rim", minimum=0.0, maximum=1.0
    )


class InsertionExpert:
    """Hovers, aligns, descends through a funnel, searches on the rim.

    Off the rim, and without imprecision, the action depends on the two poses alone. What is remembered is the
    misjudgement, the tremble, and for how long the peg has been on the rim.
    """

    config_type: ClassVar[type[ExpertConfig]] = InsertionExpertConfig

    def __init__(self, *, config: InsertionExpertConfig, seed: int = 0) -> None:
        """Start an episode with the imprecision that `seed` draws."""
        self._config = config
        self._hand = Hand(config=config)
        self.reset(seed)

    def reset(self, seed: int) -> None:
        """Begin another episode: draws how the hole is misjudged, and forgets the tremble."""
        self._generator = np.random.default_rng(seed % 2**64)
        misjudged = self._generator.random() < self._config.aim_error_probability
        error = self._generator.normal(0.0, 1.0, 2) * self._config.aim_error_m
        self._aim_error_m: FloatArray = error if misjudged else np.zeros(2)
        self._hand.reset()
        self._rim_ticks = 0

    def way_left_m(self, view: ExpertView) -> float:
        """Return the distance to the inserted pose; a turn that is left counts by its lever."""
        way = subtract(view.target_pose, view.tcp_pose)
        return float(np.linalg.norm(way[:3])) + self._config.yaw_lever_m * float(np.linalg.norm(way[3:]))

    def act(self, view: ExpertView) -> ExpertAction:
        """Return the motion towards the inserted pose."""
        config = self._config
        error = subtract(view.target_pose, view.tcp_pose)  # (6,) base frame: metres, radians
        height_m = -error[2]
        on_rim = abs(height_m - config.insertion_depth_m) < 0.002
        if on_rim:
            self._aim_error_m = self._aim_error_m * (1.0 - config.look_again)
        inside = height_m < config.insertion_depth_m - 0.002
        if not inside:
            error[:2] += self._aim_error_m
        self._rim_ticks = self._rim_ticks + 1 if on_rim else 0
        action = np.empty(6)
        action[:2] = error[:2] / config.position_scale_m
        action[2] = self._vertical(error, inside=inside, on_rim=on_rim)
        if self._rim_ticks > _TICKS_BEFORE_SEARCH:
            angle = self._rim_ticks * config.search_turn_rad
            action[:2] += config.search_m / config.position_scale_m * np.array([np.cos(angle), np.sin(angle)])
        action[3:] = error[3:] / config.rotation_scale_rad
        return ExpertAction(twist=self._hand.deflection(action, self._generator))

    def _vertical(self, error: FloatArray, *, inside: bool, on_rim: bool) -> float:
        """Return the action along z: the height to be at is a funnel over the misalignment."""
        config = self._config
        if inside:
            return -1.0 if -error[2] > 0.25 * config.position_scale_m else float(error[2] / config.position_scale_m)
        height_m = -float(error[2])
        misalignment_m = float(np.hypot(error[0], error[1])) + config.yaw_lever_m * float(np.linalg.norm(error[3:]))
        if misalignment_m < config.align_m and on_rim:
            return -config.rim_press
        open_m = min(1.0, (misalignment_m - config.align_m) / config.funnel_m)
        wanted_m = config.insertion_depth_m + config.hover_m * open_m if open_m > 0.0 else 0.0
        close = height_m < config.insertion_depth_m + config.touch_m
        slowest = -config.touch_limit if close else -config.descend_limit
        return max(slowest, (wanted_m - height_m) / config.position_scale_m)
