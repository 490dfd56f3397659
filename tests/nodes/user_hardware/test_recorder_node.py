"""recorder_node: waits for the environment's word, then writes what comes, byte by byte, and says what did not."""

from __future__ import annotations

from pathlib import Path

import pytest
from geometry_msgs.msg import PoseStamped
from rclpy.context import Context
from rclpy.node import Node
from rclpy.parameter import Parameter
from rclpy.serialization import serialize_message
from std_msgs.msg import String

from tests.support.spinning import Spinning
from tests.support.wait import wait_for
from user_core.configuration import build
from user_core.log.raw_bag import RawBag
from user_core.ros import qos
from user_core.ros.params_files import params_text
from user_hardware.environment.config import EnvironmentConfig
from user_hardware.nodes.recorder_node import RecorderNode

pytestmark = [pytest.mark.ros, pytest.mark.timeout(60)]
COUNT = 20


class Drivers(Node):
    """Says how the environment is configured, and where the tool is."""

    def __init__(self, *, context: Context) -> None:
        super().__init__("drivers", namespace="arm_0", context=context)
        self.configuration = self.create_publisher(String, "environment/configuration", qos.LATCHED)
        self.pose = self.create_publisher(PoseStamped, "tool/pose", qos.driver(reliable=False))

    def announce(self) -> None:
        config = build(EnvironmentConfig, {"topics.current_pose": "tool/pose"}, where="the test")
        self.configuration.publish(String(data=params_text(config, node="environment_node")))

    def move(self, count: int) -> list[bytes]:
        """Publish poses; return their bytes."""
        sent = []
        for number in range(count):
            message = PoseStamped()
            message.header.stamp.sec, message.pose.position.x = number + 1, float(number)
            sent.append(serialize_message(message))
            self.pose.publish(sent[-1])
        return sent


def recorder(context: Context, run: Path, **parameters: object) -> RecorderNode:
    values = {"run_folder": str(run)} | {name.replace("__", "."): value for name, value in parameters.items()}
    overrides = [Parameter(name, value=value) for name, value in values.items()]
    return RecorderNode(context=context, namespace="arm_0", parameter_overrides=overrides)


def poses_in(run: Path) -> list[bytes]:
    if not (run / "raw").exists():
        return []
    if not list((run / "raw" / "arm_0").glob("*.mcap")):
        return []
    with RawBag(run / "raw" / "arm_0") as bag:
        return [message.payload for _, message in bag.messages() if message.topic.name == "/arm_0/tool/pose"]


def test_topics_that_the_environment_names_are_written_as_they_come(context: Context, tmp_path: Path) -> None:
    node, drivers = recorder(context, tmp_path), Drivers(context=context)
    with Spinning(node, drivers, context=context):
        assert not (tmp_path / "raw").exists()
        drivers.announce()
        wait_for(lambda: drivers.move(1) and poses_in(tmp_path), 10.0, what="a pose in the bag, before it is closed")
        sent = drivers.move(COUNT)
        wait_for(lambda: poses_in(tmp_path)[-1] == sent[-1], 10.0, what="the last pose")
    assert poses_in(tmp_path)[-COUNT:] == sent
    with RawBag(tmp_path / "raw" / "arm_0") as bag:
        first = next(message for _, message in bag.messages())
    assert (first.topic.name, first.topic.definition.type_name) == (
        "/arm_0/environment/configuration",
        "std_msgs/msg/String",
    )


def test_recording_stops_at_its_limit_and_says_so(context: Context, tmp_path: Path, capfd) -> None:
    node, drivers = recorder(context, tmp_path, record__limit_gb=0.001), Drivers(context=context)
    with Spinning(node, drivers, context=context):
        drivers.announce()
        full = "has reached record.limit_gb = 0.001"
        wait_for(lambda: drivers.move(500) and full in capfd.readouterr().err, 20.0, what=full)
    (file,) = (tmp_path / "raw" / "arm_0").glob("*.mcap")
    assert 1_000_000 <= file.stat().st_size < 2_000_000  # the index at its end is counted apart
