"""When the next chunk of one robot is computed, and what it continues."""

from __future__ import annotations

from user_core.types import NO_PLAN, ActionChunk, ChunkPrefix, Observation

_MOST_OUTDATED = 2
"""Observations that may have been made before the last chunk arrived: one that waited here, one on its way."""


class ChunkSchedule:
    """Remembers the last chunk that was sent to a robot.

    An answer is due when no more is planned than will be executed before it arrives; both numbers come with each
    observation, measured where they are known. What the robot does not know is which chunk is on its way to it.
    """

    def __init__(self) -> None:
        self._last: ActionChunk | None = None
        self._outdated = 0

    def wants_answer(self, observation: Observation) -> bool:
        """Tell whether a chunk is to be computed from this observation."""
        if observation.planned_steps == NO_PLAN:
            return True
        last = self._of_this_episode(observation)
        if last is not None and last.first_step < observation.step and self._outdated < _MOST_OUTDATED:
            planned_until = observation.step + observation.planned_steps
            if planned_until < last.first_step + last.executed_steps:
                self._outdated += 1
                return False
        return observation.planned_steps <= observation.delay_steps

    def prefix(self, observation: Observation) -> ChunkPrefix | None:
        """Return what a chunk from this observation continues, or None."""
        last = self._of_this_episode(observation)
        if last is None or observation.planned_steps == NO_PLAN or last.first_step >= observation.step:
            return None
        values = last.values[observation.step - last.first_step :]
        return ChunkPrefix(values=values, frozen=min(observation.delay_steps, len(values))) if len(values) else None

    def repeated(self, observation: Observation) -> ActionChunk | None:
        """Return the answer given before to the very same observation: a repetition must not draw a new sample."""
        last = self._of_this_episode(observation)
        return last if last is not None and last.first_step == observation.step else None

    def sent(self, chunk: ActionChunk) -> None:
        """Note the chunk that goes to the robot."""
        self._last, self._outdated = chunk, 0

    def _of_this_episode(self, observation: Observation) -> ActionChunk | None:
        last = self._last
        if last is None or (last.source, last.episode) != (observation.source, observation.episode):
            return None
        return last
