"""What the learner says of itself; made whole by its thread, read by any other (field names as LearnerStatus.msg)."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum


class LearnerState(StrEnum):
    """What the learner does now."""

    WAITING = "waiting"
    LOADING = "loading"
    PRETRAINING = "pretraining"
    TRAINING = "training"
    LIMITED = "limited"
    PAUSED = "paused"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, kw_only=True)
class LearnerSnapshot:
    """State and counters at one moment.

    Attributes:
        detail: For people: progress of loading, why it waits or failed.
        log_position: Number of the next record of the log.
        staleness: Updates since the last broadcast.
        step_budget: Training steps of the run allowed so far; -1 = unlimited.
        required_version: Version that the next episode must ask for; "" = any.
    """

    run: str
    algorithm: str
    state: LearnerState = LearnerState.WAITING
    detail: str = ""
    updates: int = 0
    log_position: int = 0
    training_steps: int = 0
    staleness: int = 0
    step_budget: int = 0
    required_version: str = ""
    versions_published: int = 0
    publish_to_use_p50_ms: float = math.nan
