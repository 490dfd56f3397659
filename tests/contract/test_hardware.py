"""Every registered arm, camera, gripper, teleop device and reward keeps its protocol's promises; so do the fakes."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from user_core.errors import UnknownNameError
from user_core.interfaces import Grip, GripperState, RewardInput, TeleopSample
from user_core.registry import Registry
from user_core.spec import CameraSpec
from user_core.testing.drivers import FakeCamera, FakeGripper, FakeRobot, FakeTeleop
from user_core.testing.topics import FakeMessage, FakeTopics
from user_core.transforms import Pose
from user_core.types import RewardEstimate, TaskState
from user_hardware.cameras.registry import CAMERAS
from user_hardware.environment.streams_config import GripperConfig, TopicsConfig
from user_hardware.grippers.registry import GRIPPERS
from user_hardware.rewards.config import RewardConfig
from user_hardware.rewards.registry import REWARDS
from user_hardware.robots.registry import ROBOTS
from user_hardware.teleop.config import TeleopConfig
from user_hardware.teleop.joy import JOY_TYPE
from user_hardware.teleop.registry import TELEOP_DEVICES

POSE = Pose.of(np.array([0.5, 0.0, 0.1, 1.0, 0.0, 0.0, 0.0]))


def now_s() -> float:
    return 1.0


def robots() -> list[Any]:
    made = [ROBOTS.resolve(name)(topics=TopicsConfig(), now_s=now_s) for name in ROBOTS.names]
    return [*made, FakeRobot(pose=POSE, now_s=now_s)]


def cameras() -> list[Any]:
    spec = CameraSpec(name="wrist", height=4, width=4)
    made = [CAMERAS.resolve(name)(spec=spec, topic="image", now_s=now_s) for name in CAMERAS.names]
    return [*made, FakeCamera(height=4, width=4, now_s=now_s)]


def grippers() -> list[Any]:
    made = [GRIPPERS.resolve(name)(config=GripperConfig(), now_s=now_s) for name in GRIPPERS.names]
    return [*made, FakeGripper(now_s=now_s)]


def devices() -> list[Any]:
    made = [TELEOP_DEVICES.resolve(name)(config=TeleopConfig(), now_s=now_s) for name in TELEOP_DEVICES.names]
    return [*made, FakeTeleop(now_s=now_s)]


@pytest.mark.parametrize("robot", robots(), ids=lambda robot: type(robot).__name__)
def test_an_arm_reads_before_anything_came_and_returns_what_it_sent(robot: Any) -> None:
    robot.connect(FakeTopics())
    state = robot.read()
    assert state.tcp_pose is None and state.tcp_twist is None and state.wrench is None
    assert robot.command(POSE, stamp_ns=1).is_finite()
    robot.stop()
    robot.recover()
    robot.disconnect()
    robot.disconnect()


@pytest.mark.parametrize("camera", cameras(), ids=lambda camera: type(camera).__name__)
def test_a_camera_reads_before_anything_came(camera: Any) -> None:
    camera.connect(FakeTopics())
    assert camera.read() is None
    camera.disconnect()
    camera.disconnect()


@pytest.mark.parametrize("gripper", grippers(), ids=lambda gripper: type(gripper).__name__)
def test_a_gripper_returns_at_once_what_is_on_the_wire(gripper: Any) -> None:
    gripper.connect(FakeTopics())
    assert gripper.read() is None
    assert gripper.command(1.0) == 1.0 and gripper.command(0.0) == 0.0
    assert gripper.problem() == ""
    gripper.disconnect()
    gripper.disconnect()


@pytest.mark.parametrize("name", GRIPPERS.names)
def test_a_gripper_that_never_answers_is_one_sentence_and_no_wait(name: str) -> None:
    config, clock = GripperConfig(), [0.0]
    gripper = GRIPPERS.resolve(name)(config=config, now_s=lambda: clock[0])
    gripper.connect(FakeTopics())
    for opening in (1.0, 0.0, 1.0):
        gripper.command(opening)
    clock[0] += config.patience_s + 0.1
    assert "gripper.patience_s" in gripper.problem()
    gripper.disconnect()
    assert gripper.problem() == ""


@pytest.mark.parametrize("name", GRIPPERS.names)
def test_a_gripper_tells_width_motion_and_grip_of_its_fingers(name: str) -> None:
    config, topics = GripperConfig(), FakeTopics()
    gripper = GRIPPERS.resolve(name)(config=config, now_s=now_s)
    gripper.connect(topics)
    stamp = {"header__stamp__sec": 1, "header__stamp__nanosec": 2}
    topics.deliver(config.state_topic, FakeMessage.of(position=[0.04, 0.04], effort=[], **stamp))
    sample = gripper.read()
    assert sample.value == GripperState(width_m=0.08, moving=False, force_n=None, grip=Grip.OPEN)
    assert (sample.stamp_ns, sample.received_s) == (1_000_000_002, now_s())


@pytest.mark.parametrize("device", devices(), ids=lambda device: type(device).__name__)
def test_a_device_reads_before_anything_came(device: Any) -> None:
    device.connect(FakeTopics())
    assert device.read() is None
    device.disconnect()
    device.disconnect()


class TeleopOnATable:
    """A registered device whose driver says the same on every axis and button."""

    def __init__(self, name: str) -> None:
        self.now_s = 1.0
        self.topics = FakeTopics()
        self.device = TELEOP_DEVICES.resolve(name)(config=TeleopConfig(), now_s=lambda: self.now_s)
        self.device.connect(self.topics)

    def deliver(self, *, deflection: float, pressed: int) -> None:
        for topic, type_name in self.topics.types.items():
            if type_name == JOY_TYPE:
                stamp = {"header__stamp__sec": 1, "header__stamp__nanosec": 2}
                message = FakeMessage.of(axes=[deflection] * 8, buttons=[pressed] * 12, **stamp)
            else:
                message = FakeMessage.of(
                    **{f"{part}__{axis}": deflection for part in ("linear", "angular") for axis in "xyz"}
                )
            self.topics.deliver(topic, message)

    def read(self) -> TeleopSample:
        sample = self.device.read()
        assert sample is not None and sample.received_s <= self.now_s and sample.value.twist.shape == (6,)
        return sample.value


@pytest.mark.parametrize("name", TELEOP_DEVICES.names)
@pytest.mark.parametrize("deflection", [5.0, float("nan"), float("inf")])
def test_a_devices_twist_is_normalised_whatever_its_driver_says(name: str, deflection: float) -> None:
    table = TeleopOnATable(name)
    table.deliver(deflection=deflection, pressed=0)
    expected = 1.0 if np.isfinite(deflection) else 0.0
    np.testing.assert_array_equal(np.abs(table.read().twist), [expected] * 6)


@pytest.mark.parametrize("name", TELEOP_DEVICES.names)
def test_a_device_that_falls_silent_has_been_let_go_and_its_presses_stay_counted(name: str) -> None:
    table = TeleopOnATable(name)
    table.deliver(deflection=1.0, pressed=1)
    table.deliver(deflection=1.0, pressed=0)
    table.deliver(deflection=1.0, pressed=1)
    assert np.any(table.read().twist) and all(table.read().buttons[:12]) and table.read().presses[:12] == (2,) * 12
    table.now_s += 60.0
    assert not np.any(table.read().twist) and not any(table.read().buttons)
    assert table.read().presses[:12] == (2,) * 12


@pytest.mark.parametrize("name", [name for name in REWARDS.names if name != "human"])
def test_a_reward_judges_each_step_and_forgets_at_reset(name: str) -> None:
    reward = REWARDS.resolve(name)(config=RewardConfig(hold_ticks=2, consecutive=2), nominal_target=POSE)
    at_target = RewardInput(
        observation=None,  # type: ignore[arg-type]
        tcp_pose=POSE,
        target_pose=POSE,
        step=1,
        task_state=TaskState(task="", success=True),
        estimate=RewardEstimate(source="", episode="", step=1, probability=1.0, threshold=0.5),
    )
    signals = [reward(at_target), reward(at_target)]
    assert [signal.success for signal in signals] == [False, True]
    assert {signal.source for signal in signals} == {name}
    assert all(np.isfinite(signal.reward) for signal in signals)
    reward.reset()
    assert not reward(at_target).success


@pytest.mark.parametrize("registry", [ROBOTS, CAMERAS, GRIPPERS, TELEOP_DEVICES, REWARDS], ids=lambda r: r.kind)
def test_an_unknown_name_lists_the_choices_and_says_where_to_change_it(registry: Registry) -> None:
    with pytest.raises(UnknownNameError, match=registry.names[0]) as error:
        registry.resolve("no_such_thing")
    assert "config/" in str(error.value)
