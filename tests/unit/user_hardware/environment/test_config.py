"""Settings that could not work are refused with what, value, allowed and where."""

from __future__ import annotations

from typing import Any

import pytest

from user_core.configuration import build
from user_core.errors import ConfigurationError
from user_hardware.environment.config import EnvironmentConfig


@pytest.mark.parametrize(
    ("values", "named"),
    [
        ({"guard.box_low_m": [0.1, 0, 0]}, "guard.box_low_m"),
        ({"guard.box_low_m": [0.1, 0]}, "guard.box_low_m"),
        ({"state.groups": ["tcp_pose", "colour"]}, "state.groups"),
        ({"state.groups": ["tcp_pose", "tcp_pose"]}, "state.groups"),
        ({"state.position_range_m": [0.1, 0.0, 0.1]}, "state.position_range_m"),
        ({"action.names": ["x", "roll"]}, "action.names"),
        ({"action.names": []}, "action.names"),
        ({"task.nominal_target": [0.5, 0, 0, 0, 0, 0, 0.5]}, "task.nominal_target"),
        ({"cameras.crops": [1, 2, 3]}, "cameras.crops"),
        ({"reset.axis": [0.0, 0.0, 0.0]}, "reset.axis"),
        ({"reset.start_low_m": [1.0, 0, 0]}, "reset.start_low_m"),
        ({"reset.method": "world"}, "reset.method"),
        ({"simulation.real_time_factor": 0.0}, "simulation.real_time_factor"),
        ({"simulation.real_time_factor": 2.0}, "simulation.real_time_factor"),
        ({"resume": "automatic"}, "resume"),
        ({"requires": ["policy"]}, "requires"),
        ({"teleop.axis_signs": [1.0]}, "teleop.axis_signs"),
        ({"teleop.devices": ["spacenav", "spacenav"]}, "teleop.devices"),
        ({"teleop.devices": ["spacenav", "none"]}, "teleop.devices"),
        ({"teleop.gamepad.axes": [0, 1]}, "teleop.gamepad.axes"),
        ({"teleop.gamepad.signs": [1.0]}, "teleop.gamepad.signs"),
        ({"teleop.gamepad.axes": [0, 1, 2, 3, 4, -2]}, "teleop.gamepad.axes"),
        ({"teleop.gamepad.trigger_axes": [-1]}, "teleop.gamepad.trigger_axes"),
        ({"teleop.take_over": "dead_man", "teleop.buttons.dead_man": -1}, "teleop.buttons.dead_man"),
        ({"teleop.buttons.success": 3, "teleop.buttons.failure": 3}, "teleop.buttons"),
        ({"teleop.devices": ["gamepad"], "teleop.gamepad.buttons.stop": 0, "action.names": ["gripper"]}, "gamepad"),
        ({"action.names": ["gripper"], "gripper.driver": "none"}, "gripper.driver"),
        ({"action.names": ["gripper"], "reset.gripper": 0.5}, "gripper.mode"),
        ({"gripper.mode": "analog"}, "gripper.mode"),
    ],
)
def test_an_impossible_setting_is_refused_by_name(values: dict[str, Any], named: str) -> None:
    with pytest.raises(ConfigurationError, match=named) as error:
        build(EnvironmentConfig, values, where="config/tasks/peg_insertion.yaml")
    assert "config/" in str(error.value) or "section" in str(error.value)


def test_crops_and_sizes_reach_the_spec() -> None:
    values = {"cameras.names": ["wrist"], "cameras.crops": [1, 2, 30, 40], "cameras.height": 16}
    (camera,) = build(EnvironmentConfig, values, where="test").build_spec(robot="a").cameras
    assert camera.crop == (1, 2, 30, 40) and (camera.height, camera.width) == (16, 64)


def test_the_default_is_the_peg_insertion_of_the_design() -> None:
    spec = EnvironmentConfig().build_spec(robot="arm_0")
    assert spec.action_dim == 6 and spec.state_dim == 25 and spec.control_rate_hz == 10.0
    assert [camera.name for camera in spec.cameras] == ["wrist", "third_person"]
