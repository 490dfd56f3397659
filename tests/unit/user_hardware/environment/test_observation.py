"""The state vector, and what may not show in it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from tests.support.environment_bench import Bench
from user_core.configuration import build
from user_core.spec import PRIVILEGED_GROUP
from user_core.transforms import add_delta
from user_hardware.environment.config import EnvironmentConfig
from user_hardware.environment.observation import assemble_state

SPEC = EnvironmentConfig().build_spec(robot="arm_0")
TOOL = add_delta(SPEC.nominal_target, np.array([0.01, 0.0, 0.05, 0.0, 0.0, 0.2]))


def state(target_shift_m: float = 0.0) -> np.ndarray:
    target = add_delta(SPEC.nominal_target, np.array([target_shift_m, 0, 0, 0, 0, 0]))
    return assemble_state(
        SPEC,
        tcp_pose=TOOL,
        tcp_twist=np.arange(6.0),
        wrench=10 + np.arange(6.0),
        gripper_width_m=0.02,
        target_pose=target,
    )


def test_groups_stand_where_the_spec_says() -> None:
    slices, vector = SPEC.group_slices(), state()
    np.testing.assert_allclose(vector[slices["tcp_pose"]], [0.01, 0, 0.05, 0, 0, 0.2], atol=1e-6)
    np.testing.assert_allclose(vector[slices["tcp_velocity"]], np.arange(6))
    np.testing.assert_allclose(vector[slices["tcp_force"]], [10, 11, 12])
    np.testing.assert_allclose(vector[slices["tcp_torque"]], [13, 14, 15])
    np.testing.assert_allclose(vector[slices["gripper"]], [0.02])
    assert vector.dtype == np.float32 and vector.shape == (25,)


def test_moving_the_target_changes_the_privileged_group_alone() -> None:
    changed = np.flatnonzero(state(0.0) != state(0.02))
    privileged = SPEC.group_slices()[PRIVILEGED_GROUP]
    assert changed.size and set(changed) <= set(range(privileged.start, privileged.stop))


def test_a_state_without_the_privileged_group_has_nineteen_numbers() -> None:
    groups = ["gripper", "tcp_force", "tcp_pose", "tcp_torque", "tcp_velocity"]
    assert build(EnvironmentConfig, {"state.groups": groups}, where="test").build_spec(robot="a").state_dim == 19


def test_the_bias_of_the_reset_is_taken_off_the_wrench() -> None:
    bench = Bench()
    bench.robot.wrench = np.full(6, 2.0)
    bench.start_episode()
    slices = bench.spec.group_slices()
    np.testing.assert_allclose(bench.output.observations[-1].state[slices["tcp_force"]], np.zeros(3), atol=1e-6)


def test_each_stream_in_use_is_named_with_its_stamp_and_age() -> None:
    bench = Bench()
    bench.start_episode()
    streams = {sample.stream: sample for sample in bench.output.observations[-1].streams}
    assert set(streams) == {"current_pose", "current_twist", "wrench", "gripper", "task_target", "wrist"}
    assert streams["current_pose"].age_s == 0.0


def test_the_robots_name_does_not_change_the_digest_but_the_scale_does() -> None:
    assert replace(SPEC, robot="arm_7").digest == SPEC.digest
    assert replace(SPEC, leash_m=0.01).digest != SPEC.digest
