"""The newest evaluation of a folder that holds evaluations and nothing else, for its report and its comparison."""

from __future__ import annotations

import dataclasses
from typing import Any

from user_bringup.evaluation.evaluation_request import OPERATOR, EvaluationRequest
from user_bringup.evaluation.evaluation_result import seed_results, summarise_results
from user_bringup.evaluation.evaluation_table import ClosedEvaluation, EvaluationKind
from user_bringup.evaluation.judged_environment import judged_environment
from user_bringup.evaluation.run_record import RunRecord


def evaluation_report(record: RunRecord) -> dict[str, Any] | None:
    """Return what report.json says under `evaluated`: figures, and one row a seed. None in other run folders."""
    request, closed = EvaluationRequest.read(record.folder.run), newest_evaluation(record)
    if request is None or closed is None:
        return None
    results = seed_results(closed, record.episodes, control_rate_hz=record.counters.control_rate_hz)
    return {
        "task": request.task,
        "policy": request.policy,
        "checkpoint": request.checkpoint,
        "version": request.version,
        "seed": request.seed,
        "asked_episodes": request.episodes,
        "passed_on": dict(request.passed_on),
        "environment": judged_environment(record.folder.run),
        "abandoned": closed.abandoned,
        **summarise_results(results, by_operator=request.policy == OPERATOR),
        "rows": [dataclasses.asdict(item) for item in results],
    }


def newest_evaluation(record: RunRecord) -> ClosedEvaluation | None:
    """Return the evaluation that was asked for and closed last."""
    table = record.evaluations
    closed = (*table.closed(EvaluationKind.REQUESTED), *table.closed(EvaluationKind.OPERATOR))
    return max(closed, key=lambda item: item.closed_wall_s, default=None)
