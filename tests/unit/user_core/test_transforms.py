"""Poses compose on SO(3), also where Euler angles and quaternion signs mislead."""

import numpy as np
import pytest

from user_core.transforms import Pose, add_delta, clip_norm, geodesic_angle, subtract


def pose(rotation_vector: list[float], position: tuple[float, float, float] = (0.5, 0.0, 0.1)) -> Pose:
    return Pose.of([*position, *rotation_vector])


def test_subtract_undoes_add_delta_for_a_gripper_pointing_down() -> None:
    start = pose([np.pi, 0.0, 0.0])
    delta = np.array([0.01, -0.02, 0.03, 0.1, -0.2, 0.3])
    np.testing.assert_allclose(subtract(add_delta(start, delta), start), delta, atol=1e-12)


def test_a_small_turn_across_pi_is_small() -> None:
    before, after = pose([0.0, 0.0, np.pi - 0.01]), pose([0.0, 0.0, -np.pi + 0.01])
    np.testing.assert_allclose(subtract(after, before), [0, 0, 0, 0, 0, 0.02], atol=1e-9)
    assert geodesic_angle(before, after) == pytest.approx(0.02)


def test_rotation_deltas_are_turned_in_the_base_frame() -> None:
    lying = pose([0.0, np.pi / 2, 0.0])
    turned = add_delta(lying, np.array([0, 0, 0, 0, 0, 0.1]))
    tool_x_in_base = turned.rotation.apply([1.0, 0.0, 0.0])
    np.testing.assert_allclose(tool_x_in_base, [0, 0, -1], atol=1e-9)
    assert geodesic_angle(lying, turned) == pytest.approx(0.1)


def test_deltas_do_not_commute_so_euler_angles_would_be_wrong() -> None:
    start = pose([0.0, 0.0, 0.0])
    first = add_delta(add_delta(start, np.array([0, 0, 0, 0.5, 0, 0])), np.array([0, 0, 0, 0, 0.5, 0]))
    second = add_delta(start, np.array([0, 0, 0, 0.5, 0.5, 0]))
    assert geodesic_angle(first, second) > 0.05


def test_opposite_quaternions_are_the_same_orientation() -> None:
    first = Pose.of([0, 0, 0, 0.1, 0.2, 0.3, 0.9])
    second = Pose(position=first.position, quaternion=-first.quaternion)
    assert geodesic_angle(first, second) == pytest.approx(0.0, abs=1e-7)


def test_a_pose_with_nan_is_not_finite() -> None:
    assert not Pose(position=np.array([np.nan, 0, 0]), quaternion=np.array([0.0, 0, 0, 1])).is_finite()
    assert not Pose(position=np.zeros(3), quaternion=np.zeros(4)).is_finite()


def test_a_pose_of_the_wrong_length_is_refused() -> None:
    with pytest.raises(ValueError, match="6 or 7"):
        Pose.of([1.0, 2.0])


def test_clip_norm_keeps_the_direction() -> None:
    np.testing.assert_allclose(clip_norm(np.array([3.0, 4.0]), 1.0), [0.6, 0.8])
    np.testing.assert_allclose(clip_norm(np.array([0.3, 0.4]), 1.0), [0.3, 0.4])
