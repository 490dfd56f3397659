"""One real simulation_node: the drivers' topics, lockstep by AdvanceWorld, time of its own."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from rclpy.context import Context
from rclpy.node import Node
from rclpy.parameter import Parameter
from sensor_msgs.msg import JointState
from std_msgs.msg import Float64MultiArray

from tests.support.simulation_client import STREAMS, SimulationClient, answer_of
from tests.support.spinning import Spinning
from tests.support.wait import wait_for
from user_core.errors import ConfigurationError
from user_core.ros.conversions import ns_from_stamp
from user_hardware.nodes import driver_face
from user_hardware.nodes.simulation_node import SimulationNode
from user_interfaces.srv import ResetWorld

pytestmark = pytest.mark.ros


def make_node(context: Context, **parameters: Any) -> SimulationNode:
    values = {"cameras.renderer": "ray_cast", "cameras.height": 32, "cameras.width": 32} | parameters
    overrides = [Parameter(name, value=value) for name, value in values.items()]
    return SimulationNode(context=context, namespace="arm_0", parameter_overrides=overrides)


@contextmanager
def simulated_arm(context: Context, **parameters: Any) -> Iterator[SimulationClient]:
    client = SimulationClient(context=context)
    with Spinning(make_node(context, **parameters), client, context=context):
        client.wait_until_connected()
        yield client


@pytest.fixture
def arm(context: Context) -> Iterator[SimulationClient]:
    with simulated_arm(context) as client:
        yield client


def reset(arm: SimulationClient, *, episode: str = "one", seed: int = 1) -> Any:
    reply = answer_of(arm.begin_reset(episode=episode, seed=seed))
    arm.wait_for_all(ns_from_stamp(reply.stamp))
    return reply


def height_m(arm: SimulationClient) -> float:
    return float(arm.received["pose"][-1].pose.position.z)


def test_every_stream_and_the_target_follow_a_reset_under_its_stamp(arm: SimulationClient) -> None:
    reply = reset(arm)
    assert reply.success
    stamp_ns = ns_from_stamp(reply.stamp)
    assert {arm.newest_stamp_ns(name) for name in STREAMS} == {stamp_ns}
    wait_for(lambda: arm.newest_stamp_ns("target") == stamp_ns, 5.0, what="the target under the same stamp")


def test_messages_are_those_of_the_drivers(arm: SimulationClient) -> None:
    reset(arm)
    newest = {name: messages[-1] for name, messages in arm.received.items()}
    for name in ("pose", "twist", "wrench", "target"):
        assert newest[name].header.frame_id == "base"
    assert list(newest["joints"].name) == [f"panda_joint{number}" for number in range(1, 8)]
    assert len(newest["joints"].position) == len(newest["joints"].velocity) == len(newest["joints"].effort) == 7
    assert sum(newest["gripper"].position) == pytest.approx(0.024, abs=1e-3)
    image, info = newest["wrist"], newest["wrist_info"]
    assert (image.height, image.width, image.encoding, image.step) == (32, 32, "rgb8", 96)
    assert len(image.data) == 32 * 32 * 3
    assert (info.height, info.width) == (32, 32)
    assert info.k[0] == pytest.approx(16 / math.tan(math.radians(75) / 2))
    assert image.header.frame_id == info.header.frame_id == "wrist_camera_color_optical_frame"


def test_what_nobody_listens_to_is_not_made(context: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[str] = []
    monkeypatch.setattr(driver_face, "try_publish", lambda publisher, message: made.append(publisher.topic_name))
    node, listener = make_node(context), Node("listener", namespace="arm_0", context=context)
    with Spinning(node, listener, context=context):
        assert {"/arm_0/current_pose", "/arm_0/task/target_pose", "/arm_0/wrist_camera/color/image_raw"} <= set(made)
        assert not [topic for topic in made if topic.endswith(("/arm_0/joint_states", "camera_info"))]
        reset = listener.create_client(ResetWorld, "simulation/reset")
        wait_for(reset.service_is_ready, 10.0, what="the reset service")
        listener.create_subscription(JointState, "joint_states", lambda _: None, 1)

        def joints_are_made() -> bool:
            answer_of(reset.call_async(ResetWorld.Request(source="a", episode=str(len(made)), seed=1)))
            return "/arm_0/joint_states" in made

        wait_for(joints_are_made, 10.0, what="joint states once somebody listens")
        assert not [topic for topic in made if topic.endswith("camera_info")]


def test_an_advance_waits_for_the_target_that_it_names(arm: SimulationClient) -> None:
    simulation = reset(arm).simulation
    start_m = height_m(arm)
    call = arm.begin_advance(tick=1, simulation=simulation, target_stamp_ns=500)
    other = arm.begin_reset(episode="one", seed=1)
    answer_of(other)
    assert not call.done(), "it advanced without the target"
    lower = arm.received["pose"][-1].pose
    lower.position.z = start_m - 0.02
    arm.send_target(lower, stamp_ns=500)
    reply = answer_of(call)
    assert reply.advanced
    arm.wait_for_all(ns_from_stamp(reply.stamp))
    assert height_m(arm) < start_m - 0.001


def test_an_advance_waits_for_the_gripper_command_that_it_names(arm: SimulationClient) -> None:
    reset(arm)
    call = arm.begin_advance(tick=1, gripper=1.0)
    arm.grippers.publish(Float64MultiArray(data=[2.0]))
    answer_of(arm.begin_reset(episode="one", seed=1))
    assert not call.done(), "it advanced without the gripper command"
    arm.grippers.publish(Float64MultiArray(data=[1.0]))
    reply = answer_of(call)
    arm.wait_for_all(ns_from_stamp(reply.stamp))
    assert sum(arm.received["gripper"][-1].position) > 0.025


def test_a_repeated_tick_gets_the_same_answer_and_its_samples_again(arm: SimulationClient) -> None:
    reset(arm)
    first = answer_of(arm.begin_advance(tick=1))
    arm.wait_for_all(ns_from_stamp(first.stamp))
    counts = {name: len(messages) for name, messages in arm.received.items() if name != "target"}
    pose = arm.received["pose"][-1]
    second = answer_of(arm.begin_advance(tick=1))
    assert second == first
    wait_for(lambda: all(len(arm.received[name]) > count for name, count in counts.items()), 5.0, what="samples again")
    assert arm.received["pose"][-1] == pose


def test_ticks_have_rising_stamps(arm: SimulationClient) -> None:
    stamps = [ns_from_stamp(reset(arm).stamp)]
    for tick in range(1, 6):
        stamps.append(ns_from_stamp(answer_of(arm.begin_advance(tick=tick)).stamp))
    assert stamps == sorted(set(stamps))


def test_a_tick_lasts_as_long_as_the_caller_says(arm: SimulationClient) -> None:
    fallen_m = {}
    for tick, rate_hz in enumerate((10.0, 100.0), start=1):
        simulation = reset(arm, episode=f"at {rate_hz} Hz").simulation
        start_m = height_m(arm)
        lower = arm.received["pose"][-1].pose
        lower.position.z = start_m - 0.02
        arm.send_target(lower, stamp_ns=tick)
        call = arm.begin_advance(tick=tick, simulation=simulation, target_stamp_ns=tick, control_rate_hz=rate_hz)
        arm.wait_for_all(ns_from_stamp(answer_of(call).stamp))
        fallen_m[rate_hz] = start_m - height_m(arm)
    assert fallen_m[10.0] > 2 * fallen_m[100.0] > 0


@pytest.mark.parametrize("rate_hz", [0.0, -1.0, math.nan])
def test_a_rate_that_is_none_is_refused(arm: SimulationClient, rate_hz: float) -> None:
    reply = answer_of(arm.begin_advance(tick=1, control_rate_hz=rate_hz))
    assert not reply.advanced
    assert "control_rate_hz" in reply.reason


def test_a_call_for_another_simulation_is_answered_at_once_without_advancing(arm: SimulationClient) -> None:
    simulation = reset(arm).simulation
    reply = answer_of(arm.begin_advance(tick=1, simulation="another", target_stamp_ns=10**18))
    assert not reply.advanced
    assert reply.simulation == simulation
    assert "not another" in reply.reason


def test_a_waiting_call_gives_way_to_a_newer_one(arm: SimulationClient) -> None:
    reset(arm)
    old = arm.begin_advance(tick=1, target_stamp_ns=10**18)
    assert answer_of(arm.begin_advance(tick=2)).advanced
    assert "superseded" in answer_of(old).reason or "past" in answer_of(old).reason


def test_a_reset_is_idempotent_by_episode_and_depends_on_the_seed_alone(arm: SimulationClient) -> None:
    first = reset(arm, episode="one", seed=5)
    start = arm.received["pose"][-1].pose
    assert answer_of(arm.begin_reset(episode="one", seed=6)) == first
    reset(arm, episode="two", seed=6)
    assert arm.received["pose"][-1].pose != start
    reset(arm, episode="three", seed=5)
    assert arm.received["pose"][-1].pose == start


def test_a_target_that_is_no_pose_is_dropped(arm: SimulationClient) -> None:
    reset(arm)
    before = arm.received["pose"][-1].pose
    broken = arm.received["pose"][-1].pose
    broken.position.x = math.nan
    arm.send_target(broken, stamp_ns=7)
    reply = answer_of(arm.begin_advance(tick=1))
    arm.wait_for_all(ns_from_stamp(reply.stamp))
    assert arm.received["pose"][-1].pose.position.y == pytest.approx(before.position.y, abs=1e-4)
    assert math.isfinite(arm.received["pose"][-1].pose.position.x)


def test_in_real_time_the_streams_come_at_their_rates_by_themselves(context: Context) -> None:
    with simulated_arm(context, real_time_factor=1.0, state_rate_hz=20.0, camera_rate_hz=4.0) as arm:
        arm.wait_for_all(0)
        counts = {name: len(messages) for name, messages in arm.received.items()}
        first_ns = arm.newest_stamp_ns("pose")
        wait_for(lambda: arm.newest_stamp_ns("pose") - first_ns > 3 * 10**9, 20.0, what="three seconds of poses")
        poses = len(arm.received["pose"]) - counts["pose"]
        images = len(arm.received["wrist"]) - counts["wrist"]
        stamps = [ns_from_stamp(message.header.stamp) for message in arm.received["pose"]]
        reply = answer_of(arm.begin_advance(tick=1))
        assert answer_of(arm.begin_reset(episode="one", seed=3)).success
    # Never faster than asked; how much slower is up to what else this machine does.
    assert 6 < poses < 70
    assert images == pytest.approx(poses / 5, abs=3)
    assert stamps == sorted(set(stamps))
    assert not reply.advanced
    assert "real_time_factor" in reply.reason


def test_an_unknown_parameter_is_refused_with_the_nearest_name(context: Context) -> None:
    with pytest.raises(ConfigurationError, match="did you mean scene.hole_xy_m"):
        make_node(context, **{"scene.hole_xy": 0.01})


def test_ranges_are_held(context: Context) -> None:
    with pytest.raises(ConfigurationError, match="range"):
        make_node(context, real_time_factor=-1.0)
