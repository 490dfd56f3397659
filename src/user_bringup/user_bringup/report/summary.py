"""report.json: the figures of a run, a pure function of its tables."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from user_bringup.evaluation.evaluation_report import evaluation_report
from user_bringup.evaluation.evaluation_table import ClosedEvaluation, EvaluationKind
from user_bringup.evaluation.run_record import RunRecord
from user_bringup.evaluation.wilson import SuccessRate
from user_bringup.report.by_task import rates_by_task
from user_bringup.report.corrections import corrections
from user_core.types import Mode, Outcome

_REACHED_WITHOUT_CRITERION = 0.9


def summarise(record: RunRecord, *, transitions: int | None, lost: int | None) -> dict[str, Any]:
    """Return the report's figures; None stands for what was not measured.

    Args:
        record: The tables of the run.
        transitions: Transitions in the bag, None when it was not read; the steps known from ReplayStatus stand in.
        lost: Sequence numbers missing in the bag, None when it was not read to its end.
    """
    facts, counters = record.facts, record.counters
    practice = record.episodes.of_mode(Mode.TRAIN)
    steps = counters.training_steps
    versions = {version for row in record.episodes.episodes for version in row.policy_versions}
    return {
        "task": facts.task,
        "algorithm": facts.algorithm,
        "policy": facts.policy,
        "privileged_inputs": list(facts.privileged_inputs),
        "seed": facts.seed,
        "purpose": facts.purpose,
        "exit_status": facts.exit_status,
        "verdict": facts.verdict or "not finished",
        "setup_s": facts.setup_s,
        "wall_s": round(counters.wall_s, 3),
        "environment_steps": steps,
        "environment_steps_per_s": _practice_rate(record),
        "robot_time_s": round(steps / counters.control_rate_hz, 3) if counters.control_rate_hz else None,
        "episodes": len(practice),
        "updates": counters.updates,
        "utd_ratio": round(counters.updates / steps, 4) if steps else None,
        "evaluation": None if record.final is None else result(record.final),
        "imitation_only": None if record.imitation is None else result(record.imitation),
        "evaluation_by_task": rates_by_task(record, record.final),
        "imitation_by_task": rates_by_task(record, record.imitation),
        "requested": [_point(item) for item in record.evaluations.closed(EvaluationKind.REQUESTED)],
        "operator": [_point(item) for item in record.evaluations.closed(EvaluationKind.OPERATOR)],
        "evaluated": evaluation_report(record),
        "first_reached": _first_reached(record),
        "curve": [_point(item) for item in record.evaluations.closed(EvaluationKind.PERIODIC)],
        "loop": _loop(record),
        "weights": {
            "versions_published": counters.versions_published,
            "versions_used": len(versions),
            "publish_to_use_p50_ms": counters.publish_to_use_p50_ms,
        },
        "replay": {
            "transitions": counters.records if transitions is None else transitions,
            "duplicates_dropped": counters.duplicates_dropped,
            "rejected": counters.rejected,
            "lost": lost,
        },
        "interventions": sum(row.interventions for row in practice),
        "human_steps": sum(row.human_steps for row in practice),
        "corrections": corrections(record),
        "safety_events": _safety(record),
        "ground_truth_known": sum(bool(row.ground_truth) for row in record.episodes.episodes),
        "ground_truth_disagreements": sum(row.contradicted for row in record.episodes.episodes),
        "incomplete_episodes": sum(row.outcome == "incomplete" for row in record.episodes.episodes),
        "reward_disagreement": _disagreement(record),
        "abandoned_evaluations": [
            {"kind": kind.value, "reason": item.abandoned}
            for kind in EvaluationKind
            for item in record.evaluations.closed(kind)
            if item.abandoned
        ],
    }


def result(evaluation: ClosedEvaluation) -> dict[str, Any]:
    """Return an evaluation's episodes, successes, rate and Wilson interval."""
    rate = SuccessRate(episodes=evaluation.episodes, successes=evaluation.successes)
    return {
        **rate.fields(),
        "policy_version": evaluation.version,
        "attempts": evaluation.attempts,
    }


def _disagreement(record: RunRecord) -> dict[str, int] | None:
    """Return where outcome and ground truth of closed episodes differ; None where nothing knows the truth."""
    judged = [row for row in record.episodes.episodes if row.ground_truth and row.outcome != Outcome.INCOMPLETE]
    if not judged:
        return None
    pairs = [(row.outcome == Outcome.SUCCESS, row.ground_truth == Outcome.SUCCESS) for row in judged]
    return {
        "episodes": len(pairs),
        "false_successes": pairs.count((True, False)),
        "missed_successes": pairs.count((False, True)),
    }


def _point(evaluation: ClosedEvaluation) -> dict[str, Any]:
    begun = evaluation.begun
    place = {"environment_steps": begun.training_steps, "updates": begun.updates, "wall_s": evaluation.closed_wall_s}
    return place | result(evaluation)


def _first_reached(record: RunRecord) -> dict[str, Any] | None:
    asked = record.facts.stop_at_success_rate
    threshold = asked if asked <= 1 else _REACHED_WITHOUT_CRITERION
    for item in record.evaluations.closed(EvaluationKind.PERIODIC):
        if item.episodes and not item.abandoned and item.successes >= threshold * item.episodes:
            point = _point(item)
            return {key: point[key] for key in ("success_rate", "environment_steps", "wall_s")} | {"asked": threshold}
    return None


def _loop(record: RunRecord) -> dict[str, Any]:
    rows = record.episodes.episodes
    periods_s = np.array([value for row in rows for value in row.tick_period_s])
    delays_s = np.array([value for row in rows for value in row.action_delay_s])
    return {
        "real_time": bool(periods_s.size),
        "period_mean_ms": _milliseconds(periods_s),
        "period_p99_ms": _milliseconds(periods_s, 0.99),
        "observation_to_command_p50_ms": _milliseconds(delays_s, 0.5),
        "observation_to_command_p99_ms": _milliseconds(delays_s, 0.99),
        "deadline_misses": sum(row.deadline_misses for row in rows),
        "ticks": int(periods_s.size) or sum(row.length for row in rows),
    }


def _milliseconds(values_s: NDArray[np.float64], quantile: float | None = None) -> float | None:
    if not values_s.size:
        return None
    value_s = np.mean(values_s) if quantile is None else np.quantile(values_s, quantile)
    return round(1e3 * float(value_s), 4)


def _practice_rate(record: RunRecord) -> float | None:
    """Return the median rate between samples in which steps were made."""
    pairs = zip(record.samples, record.samples[1:], strict=False)
    rates = [
        (after.training_steps - before.training_steps) / (after.wall_s - before.wall_s)
        for before, after in pairs
        if after.training_steps > before.training_steps and after.wall_s > before.wall_s
    ]
    return round(float(np.median(rates)), 2) if rates and math.isfinite(sum(rates)) else None


def _safety(record: RunRecord) -> dict[str, int]:
    total: dict[str, int] = {}
    for row in record.episodes.episodes:
        for name, count in row.safety.items():
            total[name] = total.get(name, 0) + count
    return total
