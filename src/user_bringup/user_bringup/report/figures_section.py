"""The report's figures in words: what each number is called, and which ones a purpose has."""

from __future__ import annotations

import html
from collections.abc import Mapping
from typing import Any

_TABLES = (
    "curve",
    "evaluation",
    "evaluation_by_task",
    "imitation_only",
    "imitation_by_task",
    "requested",
    "operator",
    "evaluated",
)
"""Shown elsewhere on the page."""

_OF_PRACTICE = (
    "algorithm",
    "policy",
    "privileged_inputs",
    "environment_steps",
    "environment_steps_per_s",
    "robot_time_s",
    "episodes",
    "updates",
    "utd_ratio",
    "first_reached",
    "weights",
    "interventions",
    "human_steps",
    "corrections",
)
"""Figures that only a run that trains can have."""

_WORDS = {
    "setup_s": "seconds of set-up before the launch",
    "wall_s": "wall time in seconds",
    "environment_steps": "training steps",
    "environment_steps_per_s": "training steps per second of practice, median",
    "robot_time_s": "robot time in seconds: training steps at the control rate",
    "episodes": "training episodes",
    "updates": "updates of the learner",
    "utd_ratio": "updates per training step",
    "loop.real_time": "in real time (false: lockstep)",
    "loop.period_mean_ms": "control period in ms, mean",
    "loop.period_p99_ms": "control period in ms, 99th percentile",
    "loop.observation_to_command_p50_ms": "observation to command in ms, median",
    "loop.observation_to_command_p99_ms": "observation to command in ms, 99th percentile",
    "loop.deadline_misses": "ticks whose action came too late",
    "loop.ticks": "ticks in all",
    "weights.versions_published": "versions of the weights sent by the learner",
    "weights.versions_used": "versions of the weights that acted",
    "weights.publish_to_use_p50_ms": "ms from sending weights to the first record made with them, median",
    "replay.transitions": "transitions in the log",
    "replay.duplicates_dropped": "records that came twice, kept once (sent again after a pause or a restart)",
    "replay.rejected": "records that did not fit the contract, kept apart",
    "replay.lost": "records missing in the log",
    "interventions": "take-overs by a person in training",
    "human_steps": "training steps by a person",
    "corrections.take_overs": "corrections: take-overs",
    "corrections.corrected_samples": "corrections: steps by a person in episodes that succeeded",
    "corrections.take_overs_per_100_steps_by_quarter": "corrections: take-overs in 100 steps, by quarter",
    "corrections.share_of_steps_by_a_person_by_quarter": "corrections: share of steps by a person, by quarter",
    "corrections.doubt_threshold": "corrections: doubt threshold, the mean at the last quarter of the take-overs",
    "ground_truth_known": "episodes whose true outcome is known",
    "ground_truth_disagreements": "of these, judged otherwise",
    "incomplete_episodes": "incomplete episodes (interrupted; never counted as success or failure)",
}


def practises(summary: Mapping[str, Any]) -> bool:
    """Tell whether the run trains; "" = an older run, which did not say."""
    return summary["purpose"] in ("train", "")


def figures_table(summary: Mapping[str, Any]) -> str:
    """Return the rows of the table, in HTML: every figure of the summary that its purpose has."""
    return "".join(_row(name, value) for name, value in _flat(summary))


def _flat(summary: Mapping[str, Any]) -> list[tuple[str, object]]:
    rows: list[tuple[str, object]] = []
    for key, value in summary.items():
        if key in _TABLES or (key in _OF_PRACTICE and not practises(summary)):
            continue
        if isinstance(value, dict):
            rows += [(f"{key}.{inner}", item) for inner, item in value.items()]
        else:
            rows.append((key, value))
    return rows


def _row(key: str, value: object) -> str:
    shown = "not measured" if value is None else "none" if value == [] else str(value)
    name = _WORDS.get(key, key.replace("_", " ").replace(".", ": "))
    return f'<tr title="{html.escape(key)}"><td>{html.escape(name)}</td><td>{html.escape(shown)}</td></tr>'
