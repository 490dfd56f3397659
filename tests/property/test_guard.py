"""Whatever is asked for, what is sent keeps to the limits."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from user_core.transforms import Pose, add_delta, geodesic_angle, subtract
from user_core.types import SafetyFlag
from user_hardware.environment.config import EnvironmentConfig
from user_hardware.environment.guard import Guard

CONFIG = EnvironmentConfig()
SPEC = CONFIG.build_spec(robot="arm_0")
GUARD = Guard(config=CONFIG.guard, leash_m=SPEC.leash_m, leash_rad=SPEC.leash_rad, nominal_target=SPEC.nominal_target)
LOW = SPEC.nominal_target.position + CONFIG.guard.box_low_m
HIGH = SPEC.nominal_target.position + CONFIG.guard.box_high_m
TINY = 1e-7

anything = st.floats(-2.0, 2.0)
inside = st.floats(0.0, 1.0)


def poses_about(limit_m: float, limit_rad: float) -> st.SearchStrategy[Pose]:
    metres, radians = st.floats(-limit_m, limit_m), st.floats(-limit_rad, limit_rad)
    deltas = st.tuples(metres, metres, metres, radians, radians, radians)
    return deltas.map(lambda delta: add_delta(SPEC.nominal_target, np.array(delta)))


@st.composite
def poses_inside(draw: st.DrawFn) -> Pose:
    position = LOW + np.array([draw(inside) for _ in range(3)]) * (HIGH - LOW)
    tilt, turn = draw(st.floats(0, CONFIG.guard.tilt_rad)), draw(st.floats(-3.1, 3.1))
    yaw = draw(st.floats(-CONFIG.guard.yaw_rad, CONFIG.guard.yaw_rad))
    vector = np.array([tilt * np.cos(turn), tilt * np.sin(turn), yaw])
    turned = add_delta(SPEC.nominal_target, np.append(np.zeros(3), vector))
    return Pose(position=position, quaternion=turned.quaternion)


@settings(max_examples=300, deadline=None)
@given(target=poses_about(1.0, 1.5), measured=poses_about(0.3, 1.0), previous=poses_about(0.3, 1.0))
def test_no_target_is_ever_farther_than_the_leash_from_the_measured_pose(
    target: Pose, measured: Pose, previous: Pose
) -> None:
    sent = GUARD.limit(target, measured=measured, previous=previous).pose
    assert np.linalg.norm(sent.position - measured.position) <= SPEC.leash_m + TINY
    assert geodesic_angle(sent, measured) <= SPEC.leash_rad + TINY


@settings(max_examples=300, deadline=None)
@given(target=poses_about(1.0, 1.5), measured=poses_inside(), previous=poses_inside())
def test_no_target_leaves_the_box_while_the_tool_is_inside(target: Pose, measured: Pose, previous: Pose) -> None:
    sent = GUARD.limit(target, measured=measured, previous=previous).pose
    assert np.all(sent.position >= LOW - TINY) and np.all(sent.position <= HIGH + TINY)
    turn = subtract(sent, SPEC.nominal_target)[3:]
    # The window is convex but for the curvature of SO(3), which the leash along a geodesic feels at the corners.
    assert np.hypot(turn[0], turn[1]) <= CONFIG.guard.tilt_rad + 2e-3
    assert abs(turn[2]) <= CONFIG.guard.yaw_rad + 2e-3


@settings(max_examples=200, deadline=None)
@given(target=poses_inside(), measured=poses_inside())
def test_a_target_within_all_limits_is_sent_as_it_is(target: Pose, measured: Pose) -> None:
    near = add_delta(measured, 0.02 * subtract(target, measured))
    guarded = GUARD.limit(near, measured=measured, previous=measured)
    if not guarded.flags:
        np.testing.assert_array_equal(guarded.pose.as_array(), near.as_array())
    assert np.linalg.norm(guarded.pose.position - near.position) < 1e-6


@settings(max_examples=200, deadline=None)
@given(
    numbers=st.lists(anything, min_size=7, max_size=7),
    bad=st.sampled_from([np.nan, np.inf, -np.inf]),
    where=st.integers(0, 6),
    measured=poses_inside(),
)
def test_what_is_not_finite_is_refused_for_the_standing_target(
    numbers: list[float], bad: float, where: int, measured: Pose
) -> None:
    values = np.array(numbers)
    values[where] = bad
    target = Pose(position=values[:3], quaternion=values[3:])
    guarded = GUARD.limit(target, measured=measured, previous=measured)
    assert SafetyFlag.REFUSED_NON_FINITE in guarded.flags
    np.testing.assert_allclose(guarded.pose.position, measured.position, atol=1e-9)


@settings(max_examples=200, deadline=None)
@given(target=poses_about(1.0, 1.5), measured=poses_about(0.2, 0.5), previous=poses_about(0.2, 0.5))
def test_every_clip_is_marked(target: Pose, measured: Pose, previous: Pose) -> None:
    guarded = GUARD.limit(target, measured=measured, previous=previous)
    changed = not np.allclose(guarded.pose.as_array(), target.as_array(), atol=1e-6)
    assert not changed or guarded.flags
