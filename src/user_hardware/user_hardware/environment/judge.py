"""Who says how a step went: the reward, which may wait for an estimate, and the person, whose word outranks it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from user_core.interfaces import Reward, RewardInput, Stamped
from user_core.types import Mode, Observation, Outcome, RewardEstimate, RewardSignal
from user_hardware.environment.lingering import Lingering
from user_hardware.rewards import human
from user_hardware.rewards.config import HOLD, HUMAN, RewardConfig
from user_hardware.rewards.human import marked
from user_hardware.rewards.registry import CLASSIFIER

NODE = "reward_node"


@dataclass(frozen=True, kw_only=True)
class Judgement:
    """What came of a step.

    Attributes:
        outcome: SUCCESS or FAILURE when the episode is over by it, else None.
        mark: What a person said of the step, or None.
        estimate: What reward_node said of the observation that the step led to, or None.
        missed: The estimate that it should have rested on had not come in time.
    """

    signal: RewardSignal
    outcome: Outcome | None
    mark: Outcome | None = None
    estimate: RewardEstimate | None = None
    missed: bool = False


class Judge:
    """Asks the reward about each step until it answers.

    Args:
        reward: Judges a step.
        config: Patience with reward_node, and who has the last word.
        estimate: Returns the newest estimate of reward_node, or None.
        wall_s: Monotonic wall seconds.
    """

    def __init__(
        self,
        *,
        reward: Reward,
        config: RewardConfig,
        estimate: Callable[[], Stamped[RewardEstimate] | None],
        wall_s: Callable[[], float],
    ) -> None:
        self._reward = reward
        self._config = config
        self._estimate = estimate
        self._wall_s = wall_s
        self._needs_estimates = config.name == CLASSIFIER
        self._newest: Stamped[RewardEstimate] | None = None
        self._asked_s: float | None = None
        self._step: RewardInput | None = None
        self._mark: Outcome | None = None
        self._lingering = Lingering(ticks=config.linger_ticks)

    @property
    def pending(self) -> bool:
        """Whether a step is not judged yet."""
        return self._step is not None

    @property
    def problem(self) -> str:
        """Why the episode cannot go on, for people; "" when it can."""
        if not (self._is_silent() and self._config.fallback == HOLD):
            return ""
        return f"no estimate of {NODE} for {self._config.silence_s:g} s{self._refusal()}"

    def open(self, *, mode: Mode) -> None:
        """Begin an episode."""
        self._reward.reset()
        self._step = self._asked_s = self._mark = None
        self._lingering.open(mode=mode)

    def obstacle(self, observation: Observation) -> str:
        """Return why the first action cannot be judged: nobody has judged o_0, which is asked for and never counts."""
        if not self._needs_estimates:
            return ""
        if self._asked_s is None:
            self._asked_s = self._wall_s()
        self._listen()
        if self._newest is not None and self._newest.value.episode == observation.episode and not self._refusal():
            self._asked_s = None  # nothing is being waited for, however long the first action takes
            return ""
        stands_in = self._is_silent() and self._config.fallback != HOLD
        return "" if stands_in else f"waiting for {NODE}{self._refusal() or ': no estimate yet'}"

    def begin(self, step: RewardInput, *, mark: Outcome | None) -> None:
        """Take a step that is to be judged.

        Args:
            step: What the reward may look at.
            mark: A person's word, just given.
        """
        self._step, self._mark = step, mark
        if self._asked_s is None:
            self._asked_s = self._wall_s()

    def ask(self, *, overdue: bool = False) -> Judgement | None:
        """Return what came of the step, or None while its estimate can be waited for.

        Args:
            overdue: The step can wait no longer.
        """
        if self._step is None:
            return None
        self._listen()
        silent = self._needs_estimates and self._is_silent()
        estimate = self._estimate_of(self._step.observation)
        step = replace(self._step, estimate=estimate, overdue=overdue or silent, silent=silent)
        signal = self._reward(step)
        if signal is None:
            return None
        self._step = None
        if estimate is not None or not self._needs_estimates:
            self._asked_s = None
        if self._mark is not None:
            signal = marked(signal, success=self._mark is Outcome.SUCCESS)
        signal, outcome = self._lingering.conclude(signal)
        missed = self._needs_estimates and estimate is None
        return Judgement(signal=signal, outcome=outcome, mark=self._mark, estimate=estimate, missed=missed)

    def wants_verdict(self, signal: RewardSignal) -> bool:
        """Tell whether a person is to be asked about an episode that ends with this signal: not if one has said so."""
        return self._config.verdict == HUMAN and signal.source != human.SOURCE

    def _listen(self) -> None:
        """Note a sign of life."""
        newest = self._estimate()
        if newest is self._newest or newest is None:
            return
        self._newest = newest
        if not newest.value.reason and self._asked_s is not None:
            self._asked_s = self._wall_s()

    def _estimate_of(self, observation: Observation) -> RewardEstimate | None:
        if self._newest is None or self._refusal():
            return None
        estimate = self._newest.value
        asked = (observation.source, observation.episode, observation.step)
        return estimate if (estimate.source, estimate.episode, estimate.step) == asked else None

    def _is_silent(self) -> bool:
        return self._asked_s is not None and self._wall_s() - self._asked_s > self._config.silence_s

    def _refusal(self) -> str:
        return f": {self._newest.value.reason}" if self._newest is not None and self._newest.value.reason else ""
