from __future__ import annotations

from pathlib import Path

import yaml

from user_bringup.report.configuration_file import write_configuration


def test_file_is_a_params_file_with_groups_nested(tmp_path: Path) -> None:
    path = tmp_path / "configuration.yaml"
    write_configuration(
        {"/arm_0/environment_node": {"timing.control_rate_hz": 10.0, "robot": "simulation", "timing.steps": 100}},
        path=path,
    )
    assert yaml.safe_load(path.read_text()) == {
        "/arm_0/environment_node": {
            "ros__parameters": {"robot": "simulation", "timing": {"control_rate_hz": 10.0, "steps": 100}}
        }
    }
