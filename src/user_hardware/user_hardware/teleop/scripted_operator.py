"""When the scripted person takes hold of the device, and what is felt there: to demonstrate, or to correct."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from user_core.configuration import group, parameter
from user_core.transforms import FloatArray
from user_core.types import Mode, Outcome
from user_hardware.teleop.expert import Expert, ExpertConfig, ExpertView
from user_hardware.teleop.near_misses import NearMissConfig, NearMisses
from user_hardware.teleop.scripted_marks import ScriptedMarks
from user_hardware.teleop.supervision import CorrectionConfig, Supervision

_IN_EPISODE = ("AUTONOMOUS", "TAKEOVER", "HANDBACK")


@dataclass(frozen=True, kw_only=True)
class ScriptedOperatorConfig:
    """Skill of the scripted person, and when it acts; `expert` is that of its task."""

    task: str = parameter("peg_insertion", "task that it can do")
    seed: int = parameter(0, "of the imprecision; each episode draws its own from it", minimum=0)
    expert: ExpertConfig = group(ExpertConfig)
    correction: CorrectionConfig = group(CorrectionConfig)
    near_misses: NearMissConfig = group(NearMissConfig)
    verdict_ticks: int = parameter(5, "looks at an ended episode before it says how it went", minimum=1, maximum=10000)


@dataclass(frozen=True, kw_only=True, eq=False)
class DeviceInput:
    """What the device reports.

    Attributes:
        twist: (6,) in [-1, 1], base axes.
        dead_man: Whether the dead-man button is held.
        opening: 1 = the opening button is held, 0 = the closing one, None = neither.
        mark: SUCCESS or FAILURE = that button is held.
    """

    twist: FloatArray
    dead_man: bool
    opening: float | None = None
    mark: Outcome | None = None


RELEASED = DeviceInput(twist=np.zeros(6), dead_man=False)


class ScriptedOperator:
    """Demonstrates in episodes of mode collect, corrects training episodes if asked to, keeps its hands off others.

    It holds the dead-man button as long as it acts, so that standing still is an action of its own.
    """

    def __init__(self, *, config: ScriptedOperatorConfig, expert: Expert) -> None:
        """Start with nothing known of the environment."""
        self._config = config
        self._expert = expert
        self._near_misses = NearMisses(config=config.near_misses, hand=config.expert, expert=expert)
        self._marks = ScriptedMarks(verdict_ticks=config.verdict_ticks)
        self._supervision = Supervision(config=config.correction)
        self._asked = ""
        self._episode = ""
        self._episodes = 0
        self._beginnings = 0
        self._mode = ""
        self._active = False
        self._released = True

    def watch(self, *, state: str, mode: str, episode: str, awaits_verdict: str = "") -> None:
        """Take the environment's newest status (see EnvironmentStatus.msg)."""
        self._mode = mode
        self._asked = awaits_verdict
        self._active = state in _IN_EPISODE
        if episode and episode != self._episode:
            self._episode = episode
            self._episodes += 1
            self._begin()
            self._near_misses.reset(self._config.seed + self._episodes)
            self._marks.begin()
            self._supervision.begin(seed=self._config.seed + self._episodes)

    def answer(self, view: ExpertView | None) -> DeviceInput | None:
        """Return what the device reports now, or None while nobody is there.

        Args:
            view: What is seen; None when something of it is not known yet.
        """
        if self._asked and view is not None:
            self._released = False
            return replace(RELEASED, mark=self._marks.of_verdict(view.state, asked=self._asked))
        attentive = self._mode == Mode.COLLECT or (self._mode == Mode.TRAIN and self._supervision.watching)
        if not attentive:
            # Whoever leaves lets go first.
            leaving, self._released = not self._released, True
            return RELEASED if leaving else None
        self._released = False
        if not self._active or view is None:
            return RELEASED
        if self._mode == Mode.TRAIN and not self._takes_over(view):
            return RELEASED
        shows = self._mode == Mode.COLLECT and self._config.near_misses.enabled
        action = (self._near_misses if shows else self._expert).act(view)
        mark = self._marks.of_progress(view.state, given_up=self._near_misses.given_up) if shows else None
        return DeviceInput(twist=action.twist, dead_man=True, opening=action.opening, mark=mark)

    def _begin(self) -> None:
        """Take the device in hand, for an episode or in the middle of one: what was seen before is past."""
        self._beginnings += 1
        self._expert.reset(self._config.seed + self._beginnings)

    def _takes_over(self, view: ExpertView) -> bool:
        """Watch the policy for a tick; tell whether the person acts in its place."""
        had_it = self._supervision.acting
        has_it = self._supervision.corrects(self._expert.way_left_m(view))
        if has_it and not had_it:
            self._begin()
        return has_it
