"""`robot:=franka` against drivers that stand in for the real ones: they come late, leave, fail and come back."""

from __future__ import annotations

import os
from collections.abc import Iterator

import numpy as np
import pytest
from geometry_msgs.msg import PoseStamped

from tests.support.domains import leased_domain
from tests.support.franka_arm import FrankaArm
from tests.support.json_lines import whole_rows
from tests.support.leash import farthest_target
from tests.support.wait import wait_for

pytestmark = [pytest.mark.ros, pytest.mark.slow, pytest.mark.timeout(200)]

READY_S = 45.0
"""A new environment may wait up to 25 s for the publisher of its predecessor to disappear, and then resets."""

LEASH_M, LEASH_RAD = 0.02 * 3**0.5, 0.1 * 3**0.5
SETTLING_S = 1.0
STILL_S = 3.0


@pytest.fixture(scope="module")
def arm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FrankaArm]:
    """An arm whose drivers were there before its environment."""
    folder = tmp_path_factory.mktemp("franka")
    with leased_domain() as domain_id, FrankaArm(folder=folder, domain_id=domain_id) as arm:
        arm.start_drivers()
        wait_for(lambda: len(arm.client.poses) > 10, 20, what="poses of the drivers")
        arm.start_environment()
        yield arm


@pytest.fixture
def acting(arm: FrankaArm) -> FrankaArm:
    """The same arm, sound, in the middle of an episode."""
    arm.client.fault("none")
    wait_for(lambda: arm.client.state in ("HOLD", "AUTONOMOUS"), READY_S, what=arm.client.describe)
    if arm.client.state == "HOLD":
        arm.client.resume()
    arm.client.wait_for_state("AUTONOMOUS", timeout_s=READY_S)
    return arm


def test_arm_waits_for_a_person_before_it_moves_at_all(arm):
    arm.client.wait_for_state("HOLD", timeout_s=READY_S)
    _assert_arm_stands(arm)
    arm.client.resume()
    arm.client.wait_for_state("AUTONOMOUS", timeout_s=READY_S)


def test_control_loop_outranks_ordinary_processes_or_says_why_not(acting):
    environment = acting.graph.wait_for_node("environment_node")
    outranks = os.sched_getscheduler(environment.pid) == os.SCHED_FIFO
    assert outranks != ("the kernel allows this user no real-time priority" in acting.graph.output)


def test_targets_stay_within_the_leash_while_a_policy_pushes_as_hard_as_it_can(acting):
    begun = len(whole_rows(acting.record))
    wait_for(lambda: len(whole_rows(acting.record)) > begun + 100, 60, what="100 targets")
    distance_m, angle_rad = farthest_target(whole_rows(acting.record))
    assert distance_m <= LEASH_M + 1e-6
    assert angle_rad <= LEASH_RAD + 1e-6
    assert distance_m > LEASH_M / 2


@pytest.mark.parametrize(
    ("fault", "named"),
    [
        ("silence pose", "current_pose"),
        ("silence wrench", "external_wrench"),
        ("silence third_person", "third_person"),
        ("freeze wrist", "frozen"),
    ],
)
def test_lost_stream_holds_the_arm_until_it_is_back_and_a_person_resumes(acting, fault, named):
    acting.client.fault(fault)
    acting.client.wait_for_hold(named, timeout_s=15)
    granted, why = acting.client.call("resume")
    assert not granted and named in why
    acting.client.fault("none")
    _assert_arm_stands(acting)
    assert acting.client.state == "HOLD"
    wait_for(lambda: bool(acting.client.episodes), 10, what="an episode summary")
    assert acting.client.episodes[-1].outcome == "incomplete"
    acting.client.resume()
    acting.client.wait_for_state("AUTONOMOUS", timeout_s=READY_S)


def test_push_of_a_person_takes_over_and_gives_back(acting):
    acting.client.push(0.8)
    acting.client.wait_for_state("TAKEOVER", timeout_s=5)
    acting.client.push(0.0)
    acting.client.wait_for_state("HANDBACK", "AUTONOMOUS", "RESET", timeout_s=5)


def test_second_live_publisher_of_targets_is_an_error(acting):
    intruder = acting.client.node.create_publisher(PoseStamped, "target_pose", 1)
    acting.client.wait_for_hold("target_pose", timeout_s=40)
    acting.client.node.destroy_publisher(intruder)


def test_drivers_may_come_after_the_environment_and_leave_in_the_middle(tmp_path, domain_id):
    with FrankaArm(folder=tmp_path, domain_id=domain_id) as arm:
        arm.start_environment()
        wait_for(lambda: "current_pose" in arm.client.describe(), READY_S, what=arm.client.describe)
        arm.start_drivers()
        arm.client.resume(timeout_s=READY_S)
        arm.client.wait_for_state("AUTONOMOUS", timeout_s=READY_S)
        arm.kill_drivers()
        arm.client.wait_for_hold("current_pose", timeout_s=10)
        arm.start_drivers(position=(0.52, -0.01, 0.15))
        wait_for(lambda: "call resume" in arm.client.statuses[-1].prompt, READY_S, what=arm.client.describe)
        _assert_arm_stands(arm)
        assert arm.client.state == "HOLD"
        arm.client.resume()
        arm.client.wait_for_state("AUTONOMOUS", timeout_s=READY_S)
        distance_m, angle_rad = farthest_target(whole_rows(arm.record))
        assert distance_m <= LEASH_M + 1e-6
        assert angle_rad <= LEASH_RAD + 1e-6


def _assert_arm_stands(arm: FrankaArm) -> None:
    """Once the controller has reached the last target that it was sent before the hold, the arm does not move."""
    begun = len(arm.client.poses)
    wait_for(lambda: len(arm.client.poses) > begun + SETTLING_S * 90, 15, what="poses of the drivers")
    begun = len(arm.client.poses)
    wait_for(lambda: len(arm.client.poses) > begun + STILL_S * 90, 15, what="poses of the drivers")
    points = [(pose.pose.position.x, pose.pose.position.y, pose.pose.position.z) for pose in arm.client.poses[begun:]]
    assert np.ptp(np.array(points), axis=0).max() < 0.001
