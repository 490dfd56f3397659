"""What was received of a control loop, and the figures that follow from it. All times are CLOCK_MONOTONIC seconds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

EPISODE_STEPS = 100


@dataclass(frozen=True, kw_only=True)
class Receipt:
    """An observation of an episode, the first time that it was received."""

    episode: str
    step: int
    received_s: float


@dataclass(kw_only=True)
class LoopRecord:
    """Receipts in the order of their arrival.

    Attributes:
        observations: Each observation once.
        commands_s: When a target was received, by (episode, step) of the newest observation then; the first one counts.
    """

    observations: list[Receipt] = field(default_factory=list)
    commands_s: dict[tuple[str, int], float] = field(default_factory=dict)

    def observe(self, episode: str, step: int, received_s: float) -> None:
        """Note an observation; one that is published again keeps its first time."""
        last = self.observations[-1] if self.observations else None
        if last is None or (last.episode, last.step) != (episode, step):
            self.observations.append(Receipt(episode=episode, step=step, received_s=received_s))

    def command(self, received_s: float) -> None:
        """Note a target that was sent to the controller."""
        if self.observations:
            last = self.observations[-1]
            self.commands_s.setdefault((last.episode, last.step), received_s)

    def periods_s(self) -> list[float]:
        """Return the times between consecutive steps of one episode.

        The first step of an episode waits for the policy's first answer, so that its period is no loop period.
        """
        pairs = zip(self.observations, self.observations[1:], strict=False)
        return [
            after.received_s - before.received_s
            for before, after in pairs
            if before.episode == after.episode and after.step == before.step + 1 and before.step > 0
        ]

    def delays_s(self) -> list[float]:
        """Return the times from an observation to its command."""
        return [
            self.commands_s[item.episode, item.step] - item.received_s
            for item in self.observations
            if item.step > 0 and (item.episode, item.step) in self.commands_s
        ]

    def missed_observations(self) -> int:
        """Return how many observations within the episodes did not arrive here."""
        pairs = zip(self.observations, self.observations[1:], strict=False)
        return sum(after.step - before.step - 1 for before, after in pairs if before.episode == after.episode)

    def hundred_steps_s(self) -> list[float]:
        """Return how long 100 steps took in each episode that had 100 observations; their last period is the mean."""
        by_episode: dict[str, dict[int, float]] = {}
        for item in self.observations:
            by_episode.setdefault(item.episode, {})[item.step] = item.received_s
        first, last = 1, EPISODE_STEPS - 1
        spans = [times for times in by_episode.values() if first in times and last in times]
        return [(times[last] - times[first]) * EPISODE_STEPS / (last - first) for times in spans]


def period_rows(name: str, periods_s: Sequence[float]) -> list[tuple[str, str]]:
    """Return the figures of a list of periods as rows of a table."""
    if not periods_s:
        return [(f"{name}: ticks", "0")]
    periods_ms = 1e3 * np.asarray(periods_s)
    return [
        (f"{name}: ticks", str(periods_ms.size)),
        (f"{name}: period mean", f"{periods_ms.mean():.4f} ms"),
        (f"{name}: period p50 / p99", f"{np.quantile(periods_ms, 0.5):.3f} / {np.quantile(periods_ms, 0.99):.3f} ms"),
        (f"{name}: period min / max", f"{periods_ms.min():.3f} / {periods_ms.max():.3f} ms"),
    ]


def table(record: LoopRecord, *, idle_periods_s: Sequence[float], deadline_misses: int) -> list[tuple[str, str]]:
    """Return all figures as rows of name and value."""
    periods_s, delays_s, hundred_s = record.periods_s(), record.delays_s(), record.hundred_steps_s()
    rows = period_rows("control loop", periods_s) + period_rows("idle process", idle_periods_s)
    if periods_s and idle_periods_s:
        difference_ms = 1e3 * (np.quantile(periods_s, 0.99) - np.quantile(idle_periods_s, 0.99))
        rows.append(("p99 above the idle process", f"{difference_ms:+.3f} ms"))
    if delays_s:
        p50_ms, p99_ms = 1e3 * np.quantile(delays_s, [0.5, 0.99])
        rows.append(("observation to command p50 / p99", f"{p50_ms:.2f} / {p99_ms:.2f} ms"))
    if hundred_s:
        rows.append(("100 steps, shortest / longest", f"{min(hundred_s):.4f} / {max(hundred_s):.4f} s"))
    rows.append(("episodes of 100 observations", str(len(hundred_s))))
    rows.append(("observations not received here", str(record.missed_observations())))
    rows.append(("deadline misses (EnvironmentStatus)", str(deadline_misses)))
    return rows
