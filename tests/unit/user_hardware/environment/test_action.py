"""Actions to targets and back."""

from __future__ import annotations

import numpy as np
import pytest

from tests.support.environment_bench import action
from user_core.configuration import build
from user_core.transforms import Pose, add_delta, geodesic_angle, subtract
from user_hardware.environment.action import ActionMapping
from user_hardware.environment.config import EnvironmentConfig


def mapping(**overrides: object) -> tuple[ActionMapping, Pose]:
    values = {name.replace("__", "."): value for name, value in overrides.items()}
    spec = build(EnvironmentConfig, values, where="test").build_spec(robot="arm_0")
    return ActionMapping(spec), spec.nominal_target


def test_a_unit_action_is_one_scale() -> None:
    actions, pose = mapping()
    target = actions.target(action(x=1.0, rz=-1.0), pose)
    np.testing.assert_allclose(subtract(target, pose), [0.02, 0, 0, 0, 0, -0.1], atol=1e-12)


def test_executed_is_the_inverse_of_target() -> None:
    actions, pose = mapping()
    asked = np.random.default_rng(0).uniform(-1, 1, 6).astype(np.float32)
    done = actions.executed(commanded=actions.target(asked, pose), reference=pose, opening=0.0)
    np.testing.assert_allclose(done, asked, atol=1e-6)


def test_rotations_are_composed_on_so3_near_pi() -> None:
    actions, _ = mapping()
    pose = Pose.of(np.array([0.0, 0.0, 0.0, np.pi - 0.01, 0.0, 0.0]))
    target = actions.target(action(rx=1.0), pose)
    assert geodesic_angle(target, pose) == pytest.approx(0.1)
    done = actions.executed(commanded=target, reference=pose, opening=0.0)
    np.testing.assert_allclose(done, action(rx=1.0), atol=1e-6)


def test_what_was_done_is_told_as_it_is_even_beyond_one() -> None:
    actions, pose = mapping()
    pulled = add_delta(pose, np.array([-0.03, 0, 0, 0, 0, 0]))
    done = actions.executed(commanded=pulled, reference=pose, opening=0.0)
    np.testing.assert_allclose(done, action(x=-1.5), atol=1e-6)


def test_fewer_axes_are_fewer_outputs_and_the_others_keep_their_command() -> None:
    actions, pose = mapping(action__names=["x", "z"])
    measured = add_delta(pose, np.array([0.01, 0.02, 0.03, 0.05, 0, 0]))
    reference = actions.reference(measured=measured, commanded=pose)
    np.testing.assert_allclose(reference.position, pose.position + [0.01, 0.0, 0.03])
    np.testing.assert_allclose(reference.quaternion, pose.quaternion)
    assert actions.action_dim == 2
    target = actions.target(np.array([1.0, 0.0], np.float32), reference)
    np.testing.assert_allclose(target.position, reference.position + [0.02, 0, 0])


def test_a_commanded_reference_does_not_follow_the_measured_pose() -> None:
    actions, pose = mapping(action__reference="commanded")
    measured = add_delta(pose, np.array([0.01, 0, 0, 0, 0, 0]))
    assert actions.reference(measured=measured, commanded=pose) is pose


def test_the_gripper_axis_records_the_opening_that_stands_commanded() -> None:
    actions, pose = mapping(action__names=["x", "y", "z", "gripper"])
    done = actions.executed(commanded=pose, reference=pose, opening=0.0)
    assert done[3] == -1.0
    held = actions.from_twist(np.zeros(6), None, 1.0)
    assert held[3] == 1.0
