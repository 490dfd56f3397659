"""What was received of a policy that acts in chunks, and the figures that follow from it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from user_core.types import ActionChunk, ActionSource, SafetyFlag, StateArray, StepType, Transition

_SAME = 1e-6


@dataclass(kw_only=True)
class ChunkRecord:
    """Chunks and records by episode, in the order of their arrival."""

    chunks: defaultdict[str, list[ActionChunk]] = field(default_factory=lambda: defaultdict(list))
    steps: defaultdict[str, dict[int, Transition]] = field(default_factory=lambda: defaultdict(dict))

    def answer(self, chunk: ActionChunk) -> None:
        """Note a chunk; the same one, sent again, counts once."""
        known = self.chunks[chunk.episode]
        if len(chunk.values) and (not known or known[-1].first_step != chunk.first_step):
            known.append(chunk)

    def close(self, record: Transition) -> None:
        """Note what was done at a step."""
        if record.step_type is not StepType.LAST:
            self.steps[record.observation.episode][record.observation.step] = record

    @property
    def ticks(self) -> int:
        """Return how many steps were received."""
        return sum(map(len, self.steps.values()))

    def deadline_misses(self) -> int:
        """Return how many steps were marked as missed."""
        return sum(SafetyFlag.DEADLINE_MISSED in record.safety_flags for _, record in self._all())

    def of_no_chunk(self) -> int:
        """Return how many of the policy's steps were none that a chunk had for them."""
        return sum(self._origin(episode, record) is None for episode, record in self._by_policy())

    def altered(self, *, tolerance: float) -> int:
        """Return how many of the policy's steps were executed otherwise than asked for, and not because of a limit."""
        return sum(
            bool(np.abs(record.executed_action - record.policy_action).max() > tolerance)
            for _, record in self._by_policy()
            if not record.safety_flags
        )

    def jumps(self) -> tuple[list[float], list[float]]:
        """Return the largest change of any axis from one step to the next: within a chunk, and where another sets in.

        A step belongs to the oldest chunk that has its action: the frozen beginning of a new one belongs to the old.
        """
        within: list[float] = []
        between: list[float] = []
        for episode, steps in self.steps.items():
            for step, after in sorted(steps.items()):
                before = steps.get(step - 1)
                if before is None or not (len(before.policy_action) and len(after.policy_action)):
                    continue
                origins = self._origin(episode, before), self._origin(episode, after)
                if None not in origins:
                    jump = float(np.abs(after.policy_action - before.policy_action).max())
                    (within if origins[0] == origins[1] else between).append(jump)
        return within, between

    def _origin(self, episode: str, record: Transition) -> int | None:
        """Return the first step of the oldest chunk that has a record's action for its step."""
        for chunk in self.chunks[episode]:
            index = record.observation.step - chunk.first_step
            if 0 <= index < len(chunk.values) and _is_same(chunk.values[index], record.policy_action):
                return chunk.first_step
        return None

    def _all(self) -> Iterator[tuple[str, Transition]]:
        for episode, steps in self.steps.items():
            for record in steps.values():
                yield episode, record

    def _by_policy(self) -> Iterator[tuple[str, Transition]]:
        return (item for item in self._all() if item[1].action_source is ActionSource.POLICY)


def quantiles(values: Sequence[float]) -> str:
    """Return mean, 95 % quantile and maximum, for a table."""
    if not values:
        return "none"
    return f"{np.mean(values):.3f} / {np.quantile(values, 0.95):.3f} / {np.max(values):.3f}"


def _is_same(one: StateArray, other: StateArray) -> bool:
    return one.shape == other.shape and bool(np.abs(one - other).max() <= _SAME)
