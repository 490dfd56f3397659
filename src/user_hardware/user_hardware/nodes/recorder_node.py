"""recorder_node: the topics of one arm as they come, into a plain rosbag2 bag. It never talks to anybody."""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path
from typing import Any

from rclpy.event_handler import SubscriptionEventCallbacks
from rclpy.node import Node
from rclpy.serialization import deserialize_message
from rclpy.subscription import Subscription
from std_msgs.msg import String

from user_core.configuration import build
from user_core.errors import LogError
from user_core.log.bag_topic import BagTopic
from user_core.log.raw_writer import RawBagWriter
from user_core.ros import qos
from user_core.ros.definitions import definition_of
from user_core.ros.diagnostics import Diagnostics
from user_core.ros.messages import message_class
from user_core.ros.parameters import declare_config
from user_core.ros.params_files import params_in
from user_core.ros.runner import run_node
from user_core.run import RunFolder
from user_hardware.cameras.realsense import IMAGE_TYPE
from user_hardware.environment.config import EnvironmentConfig
from user_hardware.recording.config import RecorderConfig
from user_hardware.recording.gaps import SequenceGaps
from user_hardware.recording.topics import CONFIGURATION, RecordedTopic, recorded_topics

_REPORT_S = 1.0
_UNNAMED_RUN = "runs/unnamed"
_BILLION, _MILLION = 1e9, 1e6


class RecorderNode(Node):
    """Waits for the environment to say how it is configured, then records all that it hears and says."""

    def __init__(self, **node_arguments: Any) -> None:
        """Wait for the environment.

        Args:
            node_arguments: Passed on to rclpy's Node (context, namespace, parameter overrides).
        """
        super().__init__("recorder_node", automatically_declare_parameters_from_overrides=True, **node_arguments)
        self._config = declare_config(self, RecorderConfig)
        self._run = RunFolder(path=Path(self._config.run_folder or _UNNAMED_RUN))
        self._bag: RawBagWriter | None = None
        self._topics: tuple[RecordedTopic, ...] = ()
        self._subscriptions_made: dict[int, Subscription[Any]] = {}
        self._gaps = SequenceGaps()
        self._reported_lost = 0
        self._written = 0
        self._problem = f"waiting for environment_node: nothing received on {self.resolve_topic_name(CONFIGURATION)}"
        self._diagnostics = Diagnostics(node=self)
        profile = qos.recorder(reliable=True, latched=True, bulky=False)
        self.create_subscription(String, CONFIGURATION, self._on_configuration, profile, raw=True)
        self.create_timer(_REPORT_S, self._report)

    def shutdown(self) -> None:
        """Close the bag with its index and metadata.yaml."""
        if self._bag is not None:
            self._bag.close()
        lost = self._gaps.lost.total()
        self.get_logger().info(f"{self._written} messages recorded in {self._folder}, {lost} were lost on the way")

    @property
    def _folder(self) -> Path:
        return self._run.raw / (self.get_namespace().strip("/") or "arm")

    def _on_configuration(self, payload: bytes, info: Any) -> None:
        text = deserialize_message(payload, String).data
        node_name = f"{self.get_namespace().rstrip('/')}/environment_node"
        values = params_in(text, node_name=node_name)
        config = build(EnvironmentConfig, values, where="environment/configuration")
        topics = recorded_topics(config, besides=self._config.record.topics)
        if topics != self._topics or self._bag is None:
            self._begin(topics)
        self._record(0, payload, info)

    def _begin(self, topics: tuple[RecordedTopic, ...]) -> None:
        for subscription in self._subscriptions_made.values():
            self.destroy_subscription(subscription)
        if self._bag is not None:
            self._bag.close()
        self._topics = topics
        self._bag = RawBagWriter(
            self._folder,
            run=self._run.known_identity(),
            topics=[
                BagTopic(
                    number=number,
                    name=self.resolve_topic_name(topic.name),
                    definition=definition_of(topic.type_name),
                    latched=topic.latched,
                )
                for number, topic in enumerate(topics)
            ],
            split_bytes=int(self._config.record.split_gb * _BILLION),
            limit_bytes=int(self._config.record.limit_gb * _BILLION),
        )
        self._problem = ""
        self._subscriptions_made = {
            number: self.create_subscription(
                message_class(topic.type_name),
                topic.name,
                partial(self._on_message, number),
                qos.recorder(reliable=topic.reliable, latched=topic.latched, bulky=topic.type_name == IMAGE_TYPE),
                raw=True,
                # Each handler of events is one more entity in every wait, and best effort misses nobody.
                event_callbacks=SubscriptionEventCallbacks(use_default_callbacks=False),
            )
            for number, topic in enumerate(topics)
            if topic.name != CONFIGURATION  # has its own subscription
        }
        self.get_logger().info(f"recording {len(topics)} topics in {self._folder}")

    def _on_message(self, number: int, payload: bytes, info: Any) -> None:
        """Write a message, and all others that wait: a turn of the executor costs ten times as much as a message."""
        self._record(number, payload, info)
        for other, subscription in self._subscriptions_made.items():
            with subscription.handle:
                while (taken := subscription.handle.take_message(subscription.msg_type, True)) is not None:
                    self._record(other, *taken)

    def _record(self, number: int, payload: bytes, info: Any) -> None:
        if self._bag is None:
            return
        self._gaps.note(
            self._topics[number].name,
            publisher=bytes(info["publisher_gid"]["data"]),
            sequence=info["publication_sequence_number"],
        )
        try:
            written = self._bag.write(number, payload, stamp_ns=info["received_timestamp"] or self._now_ns())
        except LogError as error:
            self._say(str(error))
            return
        self._written += written
        if written:
            self._problem = ""
        else:
            self._say(f"recording has stopped: {self._folder} has reached record.limit_gb = {self._limit_gb}")

    @property
    def _limit_gb(self) -> float:
        return self._config.record.limit_gb

    def _now_ns(self) -> int:
        return int(self.get_clock().now().nanoseconds)

    def _say(self, problem: str) -> None:
        """Print what has changed."""
        if problem != self._problem:
            self._problem = problem
            self.get_logger().error(problem)

    def _report(self) -> None:
        lost = self._gaps.lost.total()
        if lost > self._reported_lost:
            worst = ", ".join(f"{count} of {topic}" for topic, count in self._gaps.lost.most_common(3) if count)
            self.get_logger().warning(f"{lost} samples were lost on the way to the recorder: {worst}")
            self._reported_lost = lost
        size_mb = 0.0 if self._bag is None else self._bag.size_bytes / _MILLION
        values = {"messages": self._written, "megabytes": round(size_mb, 1), "lost": lost, "bag": self._folder}
        self._diagnostics.publish(fault=self._problem, summary="recording", values=values)


def main() -> None:
    """Run the node until it is stopped.

    The event-driven executor cannot tell a message's number (measured with Kilted), and without it no loss is seen.
    """
    sys.exit(run_node(RecorderNode))
