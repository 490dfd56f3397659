"""One real operator_node: a twist and a joy for each pose, or nobody there."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import rclpy
from geometry_msgs.msg import PoseStamped, Twist
from rclpy.context import Context
from rclpy.node import Node
from rclpy.parameter import Parameter
from sensor_msgs.msg import JointState, Joy

from tests.support.spinning import Spinning
from tests.support.wait import wait_for
from user_core.ros import qos
from user_core.ros.conversions import ns_from_stamp
from user_hardware.nodes.operator_node import OperatorNode
from user_interfaces.msg import EnvironmentStatus, TaskState

pytestmark = pytest.mark.ros


class Table:
    """Everything around the person: drivers, environment, and a reader of the device."""

    def __init__(self, context: Context) -> None:
        self.node = Node("table", namespace="arm_0", context=context)
        self.twists: list[Twist] = []
        self.joys: list[Joy] = []
        self._poses = self.node.create_publisher(PoseStamped, "current_pose", qos.driver(reliable=True))
        self._fingers = self.node.create_publisher(JointState, "franka_gripper/joint_states", qos.driver(reliable=True))
        self._states = self.node.create_publisher(TaskState, "task/state", qos.driver(reliable=True))
        self._targets = self.node.create_publisher(PoseStamped, "task/target_pose", qos.LATCHED)
        self._statuses = self.node.create_publisher(EnvironmentStatus, "environment/status", qos.LATCHED)
        self.node.create_subscription(Twist, "spacenav/twist", self.twists.append, qos.TELEOP)
        self.node.create_subscription(Joy, "spacenav/joy", self.joys.append, qos.TELEOP)

    def wait_until_connected(self) -> None:
        publishers = (self._poses, self._fingers, self._states, self._targets, self._statuses)
        wait_for(lambda: all(p.get_subscription_count() > 0 for p in publishers), 15.0, what="the person's ears")
        topics = ("spacenav/twist", "spacenav/joy")
        wait_for(lambda: all(self.node.count_publishers(topic) > 0 for topic in topics), 15.0, what="the device")

    def set_status(self, *, mode: str, state: str, episode: str = "one") -> None:
        self._statuses.publish(EnvironmentStatus(mode=mode, state=state, episode=episode))

    def set_target(self) -> None:
        self._targets.publish(pose_message(0, height_m=0.095))

    def show_pose(self, stamp_ns: int) -> None:
        self._poses.publish(pose_message(stamp_ns, height_m=0.17))
        self.show_rest(stamp_ns)

    def show_rest(self, stamp_ns: int) -> None:
        """Show what belongs to a pose."""
        header = pose_message(stamp_ns, height_m=0.0).header
        self._fingers.publish(JointState(header=header, position=[0.012, 0.012]))
        self._states.publish(TaskState(header=header, task="peg_insertion", stages=1))

    def is_answered(self, stamp_ns: int, timeout_s: float = 0.2) -> bool:
        try:
            wait_for(lambda: any(ns_from_stamp(joy.header.stamp) == stamp_ns for joy in self.joys), timeout_s)
        except AssertionError:
            return False
        return True

    def show_until_answered(self, stamp_ns: int, accept: Any = lambda joy: True) -> int:
        """Show poses with rising stamps until a joy with the last one's stamp is accepted; return that stamp."""
        for attempt in range(100):
            stamp = stamp_ns + attempt
            self.show_pose(stamp)
            if self.is_answered(stamp) and accept(self.joys[-1]):
                return stamp
        raise AssertionError("no accepted answer to a hundred poses")


def pose_message(stamp_ns: int, *, height_m: float) -> PoseStamped:
    message = PoseStamped()
    message.header.stamp.sec, message.header.stamp.nanosec = divmod(stamp_ns, 10**9)
    message.pose.position.x, message.pose.position.z = 0.53, height_m
    message.pose.orientation.x, message.pose.orientation.w = 1.0, 0.0
    return message


@pytest.fixture
def table(domain_id: int) -> Iterator[Table]:
    context = Context()
    rclpy.init(context=context, domain_id=domain_id)
    table = Table(context)
    person = OperatorNode(
        context=context, namespace="arm_0", parameter_overrides=[Parameter("dead_man_button", value=2)]
    )
    with Spinning(person, table.node, context=context):
        table.wait_until_connected()
        yield table
    context.try_shutdown()


def test_each_pose_is_answered_by_one_twist_and_one_joy_with_its_stamp(table: Table) -> None:
    table.set_target()
    table.set_status(mode="collect", state="TAKEOVER")
    first = table.show_until_answered(10**9, lambda joy: bool(joy.buttons[2]))
    twists, joys = len(table.twists), len(table.joys)
    for number in range(1, 6):
        table.show_pose(first + number)
        assert table.is_answered(first + number, timeout_s=5.0)
    assert [ns_from_stamp(joy.header.stamp) - first for joy in table.joys[joys:]] == [1, 2, 3, 4, 5]
    wait_for(lambda: len(table.twists) == twists + 5, 5.0, what="one twist for each pose")
    assert table.twists[-1].linear.z < -0.1
    assert [number for number, down in enumerate(table.joys[-1].buttons) if down] == [2]


def test_it_lets_go_during_a_reset(table: Table) -> None:
    table.set_target()
    table.set_status(mode="collect", state="RESET")
    table.show_until_answered(10**9, lambda joy: not any(joy.buttons))
    assert table.twists[-1] == Twist()


def test_nobody_is_there_during_an_evaluation(table: Table) -> None:
    table.set_target()
    table.set_status(mode="collect", state="AUTONOMOUS")
    last = table.show_until_answered(10**9, lambda joy: bool(joy.buttons[2]))
    table.set_status(mode="evaluate", state="AUTONOMOUS", episode="two")
    last = table.show_until_answered(last + 1, lambda joy: not any(joy.buttons))
    count = len(table.joys)
    for number in range(1, 6):
        table.show_pose(last + number)
    with pytest.raises(AssertionError):
        wait_for(lambda: len(table.joys) > count, 1.0)


def test_a_pose_is_answered_only_when_all_of_its_instant_is_seen(table: Table) -> None:
    table.set_target()
    table.set_status(mode="collect", state="TAKEOVER")
    last = table.show_until_answered(10**9, lambda joy: bool(joy.buttons[2]))
    table._poses.publish(pose_message(last + 1, height_m=0.17))
    assert not table.is_answered(last + 1, timeout_s=0.5)
    table.show_rest(last + 1)
    assert table.is_answered(last + 1, timeout_s=5.0)
