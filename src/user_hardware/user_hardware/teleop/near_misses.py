"""Shows what success looks like, and what only looks like it: for the pictures that a reward is learned from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from user_core.configuration import parameter
from user_core.transforms import FloatArray, Pose, add_delta, subtract
from user_hardware.teleop.expert import Expert, ExpertAction, ExpertConfig, ExpertView, Hand

_ARRIVED_M = 0.003
_SIDEWAYS_M = 0.004
_SLOWEST_DESCENT = -0.3
_NEARLY_DONE = 0.15


@dataclass(frozen=True, kw_only=True)
class NearMissConfig:
    """What is visited before the task is done, or given up; places are about the goal."""

    enabled: bool = parameter(False, "in episodes of mode collect visit near misses first, and mark how each ended")
    visits: int = parameter(3, "places in an episode", minimum=0, maximum=100)
    visit_ticks: int = parameter(14, "ticks for each, with the way there", minimum=1, maximum=1000)
    success_share: float = parameter(0.6, "share of the episodes that end with the task done", minimum=0.0, maximum=1.0)
    near_m: float = parameter(0.012, "sideways, for places right beside the goal", minimum=0.0, maximum=0.1)
    far_m: float = parameter(0.04, "sideways, for places that are clearly elsewhere", minimum=0.0, maximum=0.2)
    lift_m: float = parameter(0.04, "height above the goal at which it moves sideways", minimum=0.0, maximum=0.2)
    high_m: float = parameter(0.08, "height above the goal of the highest place", minimum=0.0, maximum=0.3)
    turn_rad: float = parameter(0.3, "largest turn about the vertical", minimum=0.0, maximum=3.15)


class NearMisses:
    """Draws places over, beside, on the edge of and half-way into the goal, goes there, then leaves it to the expert.

    Args:
        config: What is visited.
        hand: The expert's scales and tremble.
        expert: Does the task in the end.
    """

    def __init__(self, *, config: NearMissConfig, hand: ExpertConfig, expert: Expert) -> None:
        self._config = config
        self._scales = np.array([hand.position_scale_m] * 3 + [hand.rotation_scale_rad] * 3)
        self._hand = Hand(config=hand)
        self._expert = expert
        self.reset(0)

    def reset(self, seed: int) -> None:
        """Draw another episode."""
        self._generator = np.random.default_rng(seed % 2**64)
        self._hand.reset()
        self._succeeds = bool(self._generator.random() < self._config.success_share)
        self._places = [self._draw() for _ in range(self._config.visits)]
        self._ticks = 0

    @property
    def given_up(self) -> bool:
        """Whether everything has been visited, and the task is not to be done."""
        return not self._places and not self._succeeds

    def act(self, view: ExpertView) -> ExpertAction:
        """Return the motion to the next place, or what the expert does."""
        if self._places:
            self._ticks += 1
            place = add_delta(view.target_pose, self._places[0])
            if self._ticks > self._config.visit_ticks:
                self._places.pop(0)
                self._ticks = 0
            return ExpertAction(twist=self._towards(place, view))
        if not self._succeeds:
            return ExpertAction(twist=np.zeros(6))
        return self._expert.act(view)

    def _draw(self) -> FloatArray:
        """Return (6,) metres and radians from the goal: sideways and heights are mixed, so that all pairs occur."""
        config, draw = self._config, self._generator
        sideways_m = draw.choice([0.0, draw.uniform(0.4, 1.0) * config.near_m, draw.uniform(0.3, 1.0) * config.far_m])
        angle = draw.uniform(-np.pi, np.pi)
        low_m, high_m = draw.uniform(_NEARLY_DONE, 1.0) * config.lift_m, draw.uniform(0.5, 1.0) * config.high_m
        height_m = draw.choice([0.0, low_m, high_m])
        if sideways_m < _ARRIVED_M:
            height_m = max(height_m, _NEARLY_DONE * config.lift_m)  # right at the goal it would be no miss
        turn = draw.choice([0.0, draw.uniform(-1.0, 1.0) * config.turn_rad])
        return np.array([sideways_m * np.cos(angle), sideways_m * np.sin(angle), height_m, 0.0, 0.0, turn])

    def _towards(self, place: Pose, view: ExpertView) -> FloatArray:
        """Return (6,) in [-1, 1]: sideways only above everything, and gently down: something may be there."""
        way = subtract(place, view.tcp_pose)  # (6,) base frame: metres, radians
        height_m = float(subtract(view.tcp_pose, view.target_pose)[2])
        aside = float(np.hypot(way[0], way[1])) > _SIDEWAYS_M or abs(float(way[5])) > 0.1
        if aside and height_m < self._config.lift_m - _ARRIVED_M:
            way[:2], way[5] = 0.0, 0.0
            way[2] = self._config.lift_m - height_m
        elif aside:
            way[2] = max(float(way[2]), self._config.lift_m - height_m)
        action = np.clip(way / self._scales, -1.0, 1.0)
        action[2] = max(float(action[2]), _SLOWEST_DESCENT)
        return self._hand.deflection(action, self._generator)
