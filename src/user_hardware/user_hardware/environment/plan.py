"""The actions that a policy has answered, by step of the running episode."""

from __future__ import annotations

from user_core.errors import InvalidRecordError
from user_core.spec import EnvironmentSpec
from user_core.types import NO_PLAN, ActionChunk, StateArray


class ActionPlan:
    """Keeps the newest chunk of one episode, and pins the policy version that answered first.

    Args:
        spec: What a chunk must fit.
        source: UUID of this environment process.
        episode: UUID of the episode.
        policy_version: Version or name asked for; "" = the newest.
    """

    def __init__(self, *, spec: EnvironmentSpec, source: str, episode: str, policy_version: str) -> None:
        self._spec = spec
        self._source = source
        self._episode = episode
        self._requested = policy_version
        self._answered = ""
        self._chunk: ActionChunk | None = None
        self._valid_from = 0
        self._taken_over = False
        self.refusal = ""

    @property
    def policy_version(self) -> str:
        """The version that further observations ask for."""
        return self._requested or self._answered

    @property
    def acting_version(self) -> str:
        """The version that answered, or "" before the first answer."""
        return self._answered

    def accept(self, chunk: ActionChunk) -> bool:
        """Take a chunk; tell whether it belongs to this episode. An empty one leaves its reason in `refusal`.

        A second answer to the same observation, and one to an earlier observation, change nothing; any other replaces
        what was planned, from the step on at which it arrives.

        Raises:
            InvalidRecordError: When the chunk does not fit the spec, or another version acts in mid-episode.
        """
        if (chunk.source, chunk.episode) != (self._source, self._episode):
            return False
        if chunk.values.size == 0:
            self.refusal = chunk.reason or "the policy gave no reason"
            return True
        self._spec.check_action(chunk)
        if self._answered and chunk.policy_version != self._answered:
            raise InvalidRecordError(
                what="the policy version in mid-episode", value=chunk.policy_version, allowed=self._answered
            )
        self._answered = chunk.policy_version
        newest = -1 if self._chunk is None else self._chunk.first_step
        if chunk.first_step > newest and chunk.first_step >= self._valid_from:
            self._chunk = chunk
        self.refusal = ""
        return True

    def planned_for(self, step: int, *, taken_over: bool) -> int:
        """Return `Observation.planned_steps` of a new observation; a take-over discards what was planned before it.

        When it ends, a chunk of which only the spare is left is discarded too.

        Args:
            step: Of the observation.
            taken_over: A person controls, so that the policy is asked at every step what it would do.
        """
        if taken_over and not self._taken_over:
            self._chunk, self._valid_from = None, step
        if self._taken_over and not taken_over and not self.planned_steps(step):
            self._chunk = None  # nothing of it was executed, and by now a person has moved the arm elsewhere
        self._taken_over = taken_over
        if taken_over or not self.remaining_steps(step):
            return NO_PLAN
        return min(self.planned_steps(step), NO_PLAN - 1)

    def answers(self, step: int) -> bool:
        """Tell whether the newest chunk answers the observation of this very step."""
        return self._chunk is not None and self._chunk.first_step == step

    def planned_steps(self, step: int) -> int:
        """Return for how many steps, from this one on, there are actions that are meant to be executed."""
        return 0 if self._chunk is None else self._left(step, self._chunk.executed_steps)

    def remaining_steps(self, step: int) -> int:
        """Return the same with the spare: actions for when the next answer is late."""
        return 0 if self._chunk is None else self._left(step, len(self._chunk.values))

    def action(self, step: int) -> StateArray | None:
        """Return the action (A,) for a step, perhaps a spare one, or None when no chunk covers it."""
        if self._chunk is None or not self.remaining_steps(step):
            return None
        return self._chunk.values[step - self._chunk.first_step]

    def _left(self, step: int, length: int) -> int:
        """Return how many of the first `length` steps of the newest chunk lie at or behind `step`."""
        passed = 0 if self._chunk is None else step - self._chunk.first_step
        return max(length - passed, 0) if passed >= 0 else 0
