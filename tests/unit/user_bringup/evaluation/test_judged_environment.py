from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from user_bringup.evaluation.judged_environment import judged_environment
from user_bringup.report.configuration_file import write_configuration
from user_core.errors import LogError

ENVIRONMENT: dict[str, Any] = {
    "robot": "simulation",
    "reward.name": "pose",
    "task.control_rate_hz": 10.0,
    "task.instruction": "insert the peg",
    "simulation.real_time_factor": 0.0,
    "simulation.resend_s": 2.0,
    "cameras.names": ["wrist"],
    "run_folder": "runs/first",
}


def test_what_judges_is_told_from_what_acts(tmp_path: Path) -> None:
    parameters = {
        "/arm_0/environment_node": ENVIRONMENT,
        "/arm_0/simulation_node": {"scene.hole_width_m": 0.028, "seed": 3, "cameras.height": 64},
        "/policy_node": {"policy.name": "cnn"},
    }
    write_configuration(parameters, path=tmp_path / "configuration.yaml")
    assert judged_environment(tmp_path) == {
        "robot": "simulation",
        "reward.name": "pose",
        "task.control_rate_hz": 10.0,
        "simulation.real_time_factor": 0.0,
        "scene.hole_width_m": 0.028,
    }


def test_a_folder_without_a_configuration_says_nothing(tmp_path: Path) -> None:
    assert judged_environment(tmp_path) == {}


@pytest.mark.parametrize("content", ["{", "[1]", "/arm_0/environment_node: 1"])
def test_a_damaged_configuration_is_said(tmp_path: Path, content: str) -> None:
    (tmp_path / "configuration.yaml").write_text(content)
    with pytest.raises(LogError, match=r"configuration\.yaml is damaged"):
        judged_environment(tmp_path)
