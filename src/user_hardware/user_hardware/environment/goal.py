"""Which episode comes next: of a RunEpisodes goal, or one of training."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from user_core.types import Mode, Outcome

FIRST_TRAINING_SEED = 1_000_000
MAX_ATTEMPTS = 4
"""An incomplete episode of a goal is run anew with its seed at most 3 times; then it is a failure."""


@dataclass(frozen=True, kw_only=True)
class EpisodeRequest:
    """What an episode is to be."""

    mode: Mode
    seed: int
    deterministic: bool
    policy_version: str = ""
    evaluation: str = ""


@dataclass(frozen=True, kw_only=True)
class Goal:
    """A RunEpisodes goal: one episode per seed that counts, in order."""

    mode: Mode
    seeds: tuple[int, ...]
    deterministic: bool
    policy_version: str
    evaluation: str


@dataclass(frozen=True, kw_only=True)
class EpisodeResult:
    """An episode of a goal as its sender hears of it.

    Attributes:
        counts: False for one that will be run anew.
        actions: How many were taken; 0 = it never began, so that neither a record nor a summary of it will come.
    """

    seed: int
    episode: str
    outcome: Outcome
    counts: bool
    episode_return: float
    actions: int


class GoalProgress:
    """How far a goal has come.

    Args:
        goal: What was asked for.
        report: Called with each finished episode.
        finish: Called once, with the reason of an early end or "".
    """

    def __init__(
        self, *, goal: Goal, report: Callable[[EpisodeResult], None], finish: Callable[[GoalProgress, str], None]
    ) -> None:
        self.goal = goal
        self.counted = 0
        self.successes = 0
        self._attempts = 0
        self._policy_version = goal.policy_version
        self._report = report
        self._finish = finish

    @property
    def request(self) -> EpisodeRequest:
        """The episode to run next."""
        goal = self.goal
        return EpisodeRequest(
            mode=goal.mode,
            seed=goal.seeds[self.counted],
            deterministic=goal.deterministic,
            policy_version=self._policy_version,
            evaluation=goal.evaluation,
        )

    @property
    def complete(self) -> bool:
        """Whether every seed has its result."""
        return self.counted == len(self.goal.seeds)

    def on_end(
        self, *, episode: str, outcome: Outcome, episode_return: float, actions: int, policy_version: str
    ) -> None:
        """Take a finished episode: an incomplete one is run anew, up to `MAX_ATTEMPTS`, then it is a failure.

        The first `policy_version` that acted, "" for none, is asked for in all further episodes of the goal.
        """
        self._attempts += 1
        self._policy_version = self._policy_version or policy_version
        counts = outcome is not Outcome.INCOMPLETE or self._attempts >= MAX_ATTEMPTS
        result = Outcome.FAILURE if counts and outcome is Outcome.INCOMPLETE else outcome
        seed = self.goal.seeds[self.counted]
        if counts:
            self.counted += 1
            self.successes += outcome is Outcome.SUCCESS
            self._attempts = 0
        self._report(
            EpisodeResult(
                seed=seed,
                episode=episode,
                outcome=result,
                counts=counts,
                episode_return=episode_return,
                actions=actions,
            )
        )

    def finish(self, reason: str = "") -> None:
        """Tell the sender that nothing more will come."""
        self._finish(self, reason)


class EpisodeSchedule:
    """Goals before training; a new goal replaces the old one after the running episode.

    Args:
        seed: Of training resets and of the choice of deterministic episodes; the same seed, the same episodes.
        robot: Two arms of one run draw different episodes.
        training: Whether to train when there is no goal.
        deterministic_share: Share of the training episodes run without exploration.
    """

    def __init__(self, *, seed: int, robot: str, training: bool, deterministic_share: float) -> None:
        self._key = (seed, zlib.crc32(robot.encode()))
        self._training = training
        self._deterministic_share = deterministic_share
        self._training_episodes = 0
        self._epoch = 0
        self._progress: GoalProgress | None = None
        self._running: GoalProgress | None = None

    @property
    def evaluation(self) -> str:
        """UUID of the goal in progress, or ""."""
        return "" if self._progress is None else self._progress.goal.evaluation

    @property
    def mode(self) -> Mode:
        """Mode of the next episode."""
        return Mode.TRAIN if self._progress is None else self._progress.goal.mode

    def begin_at(self, records_in_log: int) -> None:
        """Draw other episodes than a predecessor of this process did, whose records are in the log already."""
        self._epoch = records_in_log

    def set_goal(self, progress: GoalProgress) -> None:
        """Take a goal; the one before it is ended and told so."""
        if self._progress is not None:
            self._progress.finish("replaced by a newer goal")
        self._progress = progress

    def cancel(self, progress: GoalProgress) -> None:
        """Give up a goal; the running episode finishes and is not counted."""
        if self._progress is progress:
            self._progress = None
            progress.finish("cancelled")

    def next_request(self, *, required_version: str) -> EpisodeRequest | None:
        """Return what should run next, or None when there is nothing to do."""
        if self._progress is not None:
            return self._progress.request
        if not self._training:
            return None
        generator = np.random.default_rng((*self._key, self._epoch, self._training_episodes))
        deterministic = bool(generator.random() < self._deterministic_share)
        seed = int(generator.integers(FIRST_TRAINING_SEED, 2**31))
        return EpisodeRequest(mode=Mode.TRAIN, seed=seed, deterministic=deterministic, policy_version=required_version)

    def wants(self, request: EpisodeRequest) -> bool:
        """Tell whether an episode that has not started is still what should run next."""
        return request.mode is Mode.TRAIN if self._progress is None else request == self._progress.request

    def begin(self, request: EpisodeRequest) -> None:
        """Note that this episode has opened; one that a newer goal has overtaken belongs to no goal any more."""
        overtaken = self._progress is None or request != self._progress.request
        self._running = None if overtaken else self._progress

    def on_end(
        self,
        request: EpisodeRequest,
        *,
        episode: str,
        outcome: Outcome,
        episode_return: float,
        actions: int,
        policy_version: str = "",
    ) -> None:
        """Note how the running episode ended, and finish its goal when that was the last one."""
        self._training_episodes += request.mode is Mode.TRAIN and actions > 0
        progress, self._running = self._running, None
        if progress is None or progress is not self._progress:
            return
        progress.on_end(
            episode=episode,
            outcome=outcome,
            episode_return=episode_return,
            actions=actions,
            policy_version=policy_version,
        )
        if progress.complete:
            self._progress = None
            progress.finish()
