"""The actions that a policy has answered, by step of the running episode."""

from __future__ import annotations

from user_core.errors import InvalidRecordError
from user_core.spec import EnvironmentSpec
from user_core.types import ActionChunk, StateArray


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

        A second answer to the same observation, and one to an earlier observation, change nothing.

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
        if self._chunk is None or chunk.first_step > self._chunk.first_step:
            self._chunk = chunk
        self.refusal = ""
        return True

    def action(self, step: int) -> StateArray | None:
        """Return the action (A,) for a step, or None when no chunk covers it."""
        if self._chunk is None:
            return None
        index = step - self._chunk.first_step
        return self._chunk.values[index] if 0 <= index < len(self._chunk.values) else None
