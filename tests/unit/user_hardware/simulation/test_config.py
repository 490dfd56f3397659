"""Settings that cannot work are refused with what is allowed."""

from __future__ import annotations

from typing import Any

import pytest

from user_core.configuration import build, flatten
from user_core.errors import ConfigurationError
from user_hardware.simulation.config import SimulationConfig, simulation_config_type
from user_hardware.simulation.node_config import SimulationNodeConfig

PegSimulationConfig = simulation_config_type(SimulationConfig, "peg_insertion")
PegNodeConfig = simulation_config_type(SimulationNodeConfig, "peg_insertion")


@pytest.mark.parametrize(
    ("key", "value", "allowed"),
    [
        ("scene.insertion_depth_m", 0.04, "at most hole_depth_m"),
        ("scene.peg_width_m", 0.03, "less than hole_width_m"),
        ("scene.hole_position_in_base", [0.5, 0.0], "3 numbers"),
        ("impedance.stiffness_n_m", [100.0], "3 numbers"),
        ("impedance.control_period_s", 0.005, "whole multiple"),
        ("cameras.renderer", "vulkan", "auto, gl, ray_cast"),
        ("timestep_s", 0.1, "range"),
    ],
)
def test_a_setting_that_cannot_work_is_refused(key: str, value: Any, allowed: str) -> None:
    with pytest.raises(ConfigurationError, match=allowed):
        build(PegSimulationConfig, {key: value}, where="a test")


def test_the_node_takes_every_world_parameter_by_its_dotted_name() -> None:
    config = build(PegNodeConfig, {"scene.hole_xy_m": 0.01, "real_time_factor": 2.0}, where="a test")
    assert flatten(config)["scene.hole_xy_m"] == 0.01
    assert not config.lockstep
    assert build(PegNodeConfig, flatten(config), where="a test") == config
