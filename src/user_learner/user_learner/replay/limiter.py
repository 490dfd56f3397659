"""How far robots and learner may run ahead of each other."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from user_core.configuration import parameter
from user_core.errors import ConfigurationError
from user_core.interfaces import Tensors

_WHERE = "the group pipeline of learner_node in the params files"
UNLIMITED = -1


@dataclass(frozen=True, kw_only=True)
class PipelineConfig:
    """Which of learner and robots waits for the other, and when."""

    name: str = parameter(
        "paced",
        "asynchronous: robots never wait; paced: robots wait for updates; synchronous: episode, updates, episode",
        choices=("asynchronous", "paced", "synchronous"),
    )
    start_training_steps: int = parameter(200, "training steps before the first update", minimum=1)
    slack_steps: int = parameter(20, "paced: training steps that robots may be ahead of the updates", minimum=1)
    updates_at_once: int = parameter(8, "updates done before the steps are looked at again", minimum=1, maximum=10000)


class UpdateLimit:
    """Reverb's law: updates ≤ (training steps - start) · utd_ratio (arXiv:2102.04736, section 3.4)."""

    def __init__(self, *, utd_ratio: float, start_training_steps: int) -> None:
        """Takes the ratio and the training steps before the first update."""
        self._utd_ratio = utd_ratio
        self._start = start_training_steps

    def may_update(self, *, updates: int, training_steps: int) -> bool:
        """Tell whether one more update keeps the law."""
        return updates + 1 <= (training_steps - self._start) * self._utd_ratio


class Pipeline:
    """The asynchronous pipeline, and what the others change: robots never wait, the learner keeps the law."""

    requires_version = False
    """Whether an episode must ask for the version that was broadcast last."""

    def __init__(self, *, config: PipelineConfig, utd_ratio: float) -> None:
        """Takes settings that were found to make progress.

        Raises:
            ConfigurationError: When robots and learner would wait for each other for ever.
        """
        if utd_ratio <= 0:
            raise ConfigurationError(
                key="hyperparameters.utd_ratio",
                value=utd_ratio,
                allowed="greater than 0, or nothing is ever learned",
                where="the group hyperparameters of learner_node in the params files",
            )
        self._config = config
        self._utd_ratio = utd_ratio
        self._limit = UpdateLimit(utd_ratio=utd_ratio, start_training_steps=config.start_training_steps)

    def may_update(self, *, updates: int, training_steps: int) -> bool:
        """Tell whether one more update is allowed."""
        return self._limit.may_update(updates=updates, training_steps=training_steps)

    def step_budget(self, *, updates: int) -> int:
        """Return how many training steps of the run are allowed; -1 = unlimited."""
        return UNLIMITED

    def due_for_sync(self, *, updates: int, training_steps: int) -> bool:
        """Tell whether the newest weights must be broadcast now, and `synchronise` be called after that."""
        return False

    def synchronise(self, *, training_steps: int) -> None:
        """Note that weights were broadcast when the log had `training_steps`."""

    def done(self, *, updates: int) -> bool:
        """Tell whether there is nothing left to learn, so that the run can end."""
        return False

    def state(self) -> dict[str, NDArray[np.int64]]:
        """Return what a checkpoint needs."""
        return {}

    def restore(self, state: Tensors) -> None:
        """Undo `state`."""


class PacedPipeline(Pipeline):
    """Robots wait as well: step budget = start + updates / utd_ratio + slack, so a fast simulation is like a robot."""

    def __init__(self, *, config: PipelineConfig, utd_ratio: float) -> None:
        """Checks that the slack covers the steps that one round of updates needs.

        Raises:
            ConfigurationError: When it does not.
        """
        super().__init__(config=config, utd_ratio=utd_ratio)
        least = 1 + config.updates_at_once / utd_ratio
        if config.slack_steps < least:
            raise ConfigurationError(
                key="pipeline.slack_steps",
                value=config.slack_steps,
                allowed=f"at least 1 + updates_at_once / utd_ratio = {least:g}, or each waits for the other",
                where=_WHERE,
            )

    def step_budget(self, *, updates: int) -> int:
        """Return start + updates / utd_ratio + slack, rounded down."""
        ahead = int(updates / self._utd_ratio)
        return self._config.start_training_steps + ahead + self._config.slack_steps


class SynchronousPipeline(Pipeline):
    """One episode, its updates, a broadcast, the next episode: the baseline to measure the others against.

    The budget is looked at only when an episode begins, so one step above the last synchronisation allows one episode.
    """

    requires_version = True

    def __init__(self, *, config: PipelineConfig, utd_ratio: float) -> None:
        """Starts before the first synchronisation."""
        super().__init__(config=config, utd_ratio=utd_ratio)
        self._synchronised_steps = 0

    def step_budget(self, *, updates: int) -> int:
        """Return max(start, steps at the last synchronisation + 1)."""
        return max(self._config.start_training_steps, self._synchronised_steps + 1)

    def due_for_sync(self, *, updates: int, training_steps: int) -> bool:
        """Tell whether all updates that the new steps allow are done."""
        enough = training_steps >= self.step_budget(updates=updates)
        return enough and not self.may_update(updates=updates, training_steps=training_steps)

    def synchronise(self, *, training_steps: int) -> None:
        """Allow the next episode."""
        self._synchronised_steps = training_steps

    def state(self) -> dict[str, NDArray[np.int64]]:
        """Return the steps at the last synchronisation."""
        return {"synchronised_steps": np.array(self._synchronised_steps, np.int64)}

    def restore(self, state: Tensors) -> None:
        """Undo `state`."""
        self._synchronised_steps = int(state["synchronised_steps"])


class OfflinePipeline(Pipeline):
    """No practice: so many updates from what was demonstrated, and then it is done."""

    requires_version = True

    def __init__(self, *, config: PipelineConfig, utd_ratio: float, updates: int) -> None:
        """Takes the number of updates."""
        super().__init__(config=config, utd_ratio=utd_ratio)
        self._updates = updates

    def may_update(self, *, updates: int, training_steps: int) -> bool:
        """Tell whether some are left."""
        return updates < self._updates

    def step_budget(self, *, updates: int) -> int:
        """Return that no training step is allowed."""
        return 0

    def done(self, *, updates: int) -> bool:
        """Tell whether none is left."""
        return updates >= self._updates


_PIPELINES = {"asynchronous": Pipeline, "paced": PacedPipeline, "synchronous": SynchronousPipeline}


def make_pipeline(*, config: PipelineConfig, utd_ratio: float, offline_updates: int = 0) -> Pipeline:
    """Makes the pipeline that `config.name` names.

    Args:
        config: Of the robots and the learner.
        utd_ratio: Updates per environment step.
        offline_updates: Updates of an algorithm that learns without practice, whatever the pipeline; 0 = it practises.

    Raises:
        ConfigurationError: When robots and learner would wait for each other for ever.
    """
    if offline_updates:
        return OfflinePipeline(config=config, utd_ratio=utd_ratio, updates=offline_updates)
    return _PIPELINES[config.name](config=config, utd_ratio=utd_ratio)
