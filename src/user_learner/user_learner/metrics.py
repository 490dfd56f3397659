"""TensorBoard: losses by update, episodes by training step."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from torch.utils.tensorboard import SummaryWriter

from user_core.interfaces import Metrics
from user_core.types import EpisodeSummary, ImageArray, Outcome
from user_learner.evaluation_tally import EvaluationResult

_RECENT_EPISODES = 20


class MetricsWriter:
    """Averages what comes often and writes it now and then.

    Args:
        folder: Of the event files; a restart adds a file and goes on at the same steps.
        every_updates: Updates that one point of a curve is averaged over.
        say: Takes a sentence for people.
        clock: Monotonic seconds, for rates.
    """

    def __init__(
        self,
        *,
        folder: Path,
        every_updates: int,
        say: Callable[[str], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._writer = SummaryWriter(str(folder))
        self._every_updates = every_updates
        self._clock = clock
        self._sums: dict[str, tuple[float, int]] = {}
        self._pending = 0
        self._rates_from: tuple[float, int, int] | None = None
        self._recent: deque[bool] = deque(maxlen=_RECENT_EPISODES)
        self._say = say
        self._failed = False

    def update(self, metrics: Metrics, *, updates: int, training_steps: int, staleness: int) -> None:
        """Take the metrics of one update."""
        for name, value in metrics.items():
            total, count = self._sums.get(name, (0.0, 0))
            self._sums[name] = (total + value, count + 1)
        self._pending += 1
        if self._pending < self._every_updates:
            return
        for name, (total, count) in self._sums.items():
            self._scalar(f"learner/{name}", total / count, updates)
        self._scalar("learner/staleness_updates", staleness, updates)
        self._write_rates(updates=updates, training_steps=training_steps)
        self._sums.clear()
        self._pending = 0

    def episode(self, summary: EpisodeSummary, *, training_steps: int) -> None:
        """Take a closed training episode."""
        self._recent.append(summary.outcome is Outcome.SUCCESS)
        scalars = {
            "success": float(summary.outcome is Outcome.SUCCESS),
            f"success_of_last_{_RECENT_EPISODES}": sum(self._recent) / len(self._recent),
            "return": summary.episode_return,
            "length": summary.length,
            "interventions": summary.interventions,
            "human_steps": summary.human_steps,
            "deadline_misses": summary.deadline_misses,
        }
        for name, value in scalars.items():
            self._scalar(f"episode/{name}", value, training_steps)

    def evaluation(self, result: EvaluationResult, *, training_steps: int) -> None:
        """Take what an evaluation has shown so far; the last point of an evaluation is its result."""
        self._scalar("evaluation/success_rate", result.success_rate, training_steps)

    def strip(self, image: ImageArray, *, training_steps: int) -> None:
        """Take a film strip (H, W, 3) uint8 RGB of an episode."""
        with self._tolerated():
            self._writer.add_image("episode/film", image, training_steps, dataformats="HWC")

    def close(self) -> None:
        """Write what waits."""
        with self._tolerated():
            self._writer.close()

    def _scalar(self, name: str, value: float, step: int) -> None:
        with self._tolerated():
            self._writer.add_scalar(name, value, step)

    @contextmanager
    def _tolerated(self) -> Iterator[None]:
        """A full disk ends the curves, never the learning."""
        try:
            yield
        except OSError as error:
            if not self._failed:
                self._say(f"TensorBoard events cannot be written in {self._writer.log_dir} ({error}); learning goes on")
            self._failed = True

    def _write_rates(self, *, updates: int, training_steps: int) -> None:
        now_s = self._clock()
        if self._rates_from is not None and now_s > self._rates_from[0]:
            elapsed_s = now_s - self._rates_from[0]
            self._scalar("rates/updates_per_s", (updates - self._rates_from[1]) / elapsed_s, updates)
            self._scalar("rates/training_steps_per_s", (training_steps - self._rates_from[2]) / elapsed_s, updates)
        self._rates_from = (now_s, updates, training_steps)
