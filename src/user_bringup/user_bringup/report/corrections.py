"""What a person did in practice, for the report: how often they took over, and how sure the policy was there."""

from __future__ import annotations

from typing import Any

import numpy as np

from user_bringup.evaluation.run_record import RunRecord
from user_core.run import RunFolder
from user_core.types import Mode
from user_learner.checkpoint import CheckpointStore

_QUARTERS = 4
_DOUBTS = "trainer.learner.doubts"
_THRESHOLD = "trainer.learner.doubt_threshold"


def corrections(record: RunRecord) -> dict[str, Any]:
    """Return take-overs, the steps that were corrected on the way to a success, and the rates by quarter of practice.

    The gate is the person: the log says of each step who acted. The doubt is the algorithm's, where it has
    one. Empty where nobody took over.
    """
    practice = [row for row in record.episodes.of_mode(Mode.TRAIN) if row.length]
    if not any(row.interventions for row in practice):
        return {}
    ends = np.cumsum([row.length for row in practice])
    quarters = np.minimum((ends - 1) * _QUARTERS // ends[-1], _QUARTERS - 1)
    parts = [[row for row, of in zip(practice, quarters, strict=True) if of == quarter] for quarter in range(_QUARTERS)]
    steps = [sum(row.length for row in part) for part in parts]
    threshold = doubt_threshold(record)
    return {
        "take_overs": sum(row.interventions for row in practice),
        "corrected_samples": sum(row.human_steps for row in practice if row.succeeded),
        "take_overs_per_100_steps_by_quarter": [
            _share(100 * sum(row.interventions for row in part), of) for part, of in zip(parts, steps, strict=True)
        ],
        "share_of_steps_by_a_person_by_quarter": [
            _share(sum(row.human_steps for row in part), of) for part, of in zip(parts, steps, strict=True)
        ],
        "doubt_threshold": None if threshold is None else round(threshold, 6),
    }


def doubts_at_take_overs(record: RunRecord) -> list[float]:
    """Return the doubt at each take-over as the newest checkpoint has it; empty for algorithms without doubt."""
    doubts = _newest(record).newest_tensor(_DOUBTS)
    return [] if doubts is None else [float(doubt) for doubt in doubts]


def doubt_threshold(record: RunRecord) -> float | None:
    """Return the threshold that they give; None before the first, and for algorithms without doubt."""
    threshold = _newest(record).newest_tensor(_THRESHOLD)
    return None if threshold is None or not np.isfinite(threshold) else float(threshold)


def _newest(record: RunRecord) -> CheckpointStore:
    return CheckpointStore(folder=RunFolder(path=record.folder.run).checkpoints, keep_newest=1)


def _share(count: float, of: int) -> float | None:
    return round(count / of, 4) if of else None
