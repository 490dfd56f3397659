"""When a training step is allowed: the learner's budget, against what the log and this environment's outbox hold."""

from __future__ import annotations

from collections import deque


class StepBudget:
    """Counts training steps of the run: those in the log, and our own that are not acknowledged yet.

    Args:
        requires: Which of replay, learner must have been heard, and whether a recorder must hear this arm, before an
            episode begins; learner for training alone.
        lockstep: Then the budget is looked at before every step, else only between episodes.
        max_steps: Training steps of the run after which no training episode begins; 0 = no limit.
    """

    def __init__(self, *, requires: tuple[str, ...], lockstep: bool, max_steps: int = 0) -> None:
        self._requires = requires
        self._lockstep = lockstep
        self._max_steps = max_steps
        self._learner_heard = False
        self._replay_heard = False
        self._is_recorded = False
        self._logged_steps = 0
        self._step_budget = -1
        self._replay_error = ""
        self._unacknowledged: deque[int] = deque()
        self.required_version = ""
        self.own_training_steps = 0

    def on_learner(self, *, step_budget: int, required_version: str) -> None:
        """Take LearnerStatus: how many training steps of the run are allowed (-1 = unlimited)."""
        self._learner_heard = True
        self._step_budget = step_budget
        self.required_version = required_version

    def on_replay(self, *, training_steps: int, acknowledged: int, error: str) -> None:
        """Take ReplayStatus: training steps in the log, and our highest sequence in it (-1 = none)."""
        self._replay_heard = True
        self._logged_steps = training_steps
        self._replay_error = error
        while self._unacknowledged and self._unacknowledged[0] <= acknowledged:
            self._unacknowledged.popleft()

    def on_recorder(self) -> None:
        """Note that a recorder hears this arm."""
        self._is_recorded = True

    def on_training_record(self, source_sequence: int) -> None:
        """Count a record k < T of mode train that was just stored."""
        self._unacknowledged.append(source_sequence)
        self.own_training_steps += 1

    def forget(self) -> None:
        """Begin anew for another run."""
        self._unacknowledged.clear()
        self._learner_heard = self._replay_heard = False
        self._step_budget, self.required_version, self.own_training_steps = -1, "", 0

    def allows_step(self) -> bool:
        """Tell whether one more training step fits the budget."""
        return self._step_budget < 0 or self._steps < self._step_budget

    def allows_next_step(self) -> bool:
        """Tell whether a running training episode may go on; only lockstep pauses within an episode.

        A pipeline that asks for a version (synchronous) is looked at only when an episode begins.
        """
        return not self._lockstep or bool(self.required_version) or self.allows_step()

    def obstacle(self, *, training: bool) -> str:
        """Return why no episode may begin, for people; "" when one may."""
        if self._replay_error:
            return f"the log cannot be written: {self._replay_error}"
        if "replay" in self._requires and not self._replay_heard:
            return "waiting for replay_node (/replay/status)"
        if "recorder" in self._requires and not self._is_recorded:
            return "waiting for recorder_node, which does not hear all topics yet"
        if training and "learner" in self._requires and not self._learner_heard:
            return "waiting for learner_node (/learner/status)"
        if training and 0 < self._max_steps <= self._steps:
            return f"the run has its {self._max_steps} training steps (max_environment_steps)"
        if training and not self.allows_step():
            return f"waiting for the learner: {self._step_budget} training steps are allowed so far"
        return ""

    @property
    def _steps(self) -> int:
        return self._logged_steps + len(self._unacknowledged)
