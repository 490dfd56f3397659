"""An evaluation of robots at different tasks, task by task."""

from __future__ import annotations

from typing import Any

from user_bringup.evaluation.evaluation_table import ClosedEvaluation
from user_bringup.evaluation.run_record import RunRecord
from user_bringup.evaluation.wilson import SuccessRate


def rates_by_task(record: RunRecord, evaluation: ClosedEvaluation | None) -> dict[str, dict[str, Any]]:
    """Return episodes, successes, rate and interval of each task; empty where there was but one."""
    if evaluation is None:
        return {}
    decided = record.episodes.decisions(evaluation.begun.evaluation, evaluation.begun.seeds).values()
    tasks = sorted({row.task for row in decided})
    if len(tasks) < 2:
        return {}
    rates = {}
    for task in tasks:
        rows = [row for row in decided if row.task == task]
        rate = SuccessRate(episodes=len(rows), successes=sum(row.succeeded for row in rows))
        rates[task] = rate.fields()
    return rates
