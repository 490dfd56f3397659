"""replay_node: the durable log of a run. Wiring of `LogKeeper` to topics and services."""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path

from rclpy.context import Context
from rclpy.node import Node

from user_core.errors import ConfigurationError
from user_core.log.kinds import RecordKind
from user_core.log.label import EpisodeLabel
from user_core.ros import qos
from user_core.ros.conversions import to_message
from user_core.ros.definitions import log_definitions
from user_core.ros.diagnostics import Diagnostics
from user_core.ros.parameters import declare_config
from user_core.ros.publishing import try_publish
from user_core.ros.records import RosRecordCodec
from user_core.ros.runner import event_driven_executor, run_node
from user_core.run import RunFolder
from user_interfaces.msg import (
    AwaitedVerdict,
    EnvironmentSpec,
    EpisodeSummary,
    ReplayStatus,
    SourceAcknowledgement,
    Transition,
)
from user_interfaces.msg import EpisodeLabel as LabelMessage
from user_interfaces.srv import FetchTransitions, LabelEpisode
from user_learner.replay.keeper_config import KeeperConfig
from user_learner.replay.log_keeper import LogKeeper

NAME = "replay_node"
MEGABYTE = 1_000_000
_DISCOVERY_PERIOD_S = 1.0
_TRANSITION_TOPIC = "/environment/transition"
_STREAMS = (
    ("spec", EnvironmentSpec, RecordKind.SPEC, qos.EPISODES),  # those of earlier processes come in one burst
    ("transition", Transition, RecordKind.TRANSITION, qos.TRANSITIONS),
    ("episode", EpisodeSummary, RecordKind.EPISODE, qos.EPISODES),
)


class ReplayNode(Node):
    """Records what environments publish, acknowledges it, serves it by number and takes labels."""

    def __init__(self, *, context: Context | None = None, cli_args: list[str] | None = None) -> None:
        super().__init__(NAME, context=context, cli_args=cli_args, automatically_declare_parameters_from_overrides=True)
        self._config = declare_config(self, KeeperConfig)
        if not self._config.run_folder:
            raise ConfigurationError(
                key="run_folder", value="", allowed="the folder of a run", where=f"the parameters of {NAME}, or run:="
            )
        self._keeper = LogKeeper(
            run_folder=RunFolder(path=Path(self._config.run_folder)),
            definitions=log_definitions(),
            codec=RosRecordCodec(),
            low_water_bytes=int(self._config.low_water_mb * MEGABYTE),
            progress=lambda count: self.get_logger().info(f"reading the log: {count} records"),
        )
        self._robots: set[str] = set()
        self._last_error = ""
        self._status = self.create_publisher(ReplayStatus, "/replay/status", qos.LATCHED)
        self._labels = self.create_publisher(LabelMessage, "/replay/label", qos.EPISODES)
        self._diagnostics = Diagnostics(node=self)
        self.create_service(FetchTransitions, "/replay/fetch", self._fetch)
        self.create_service(LabelEpisode, "/replay/label", self._label)
        for robot in self._config.robots:
            self._join(robot)
        self.create_timer(1 / self._config.status_rate_hz, self._on_status)
        self.create_timer(_DISCOVERY_PERIOD_S, self._on_second)
        self.get_logger().info(f"log {self._keeper.log_id or '(not open)'}: {self._keeper.next_number} records")

    def shutdown(self) -> None:
        """Close the log with its index and metadata.yaml."""
        self._keeper.close()
        self._say()

    def _join(self, robot: str) -> None:
        if robot in self._robots:
            return
        self._robots.add(robot)
        for name, message_type, kind, profile in _STREAMS:
            self.create_subscription(
                message_type, f"/{robot}/environment/{name}", partial(self._receive, kind), profile, raw=True
            )
        self.get_logger().info(f"recording robot {robot}")

    def _receive(self, kind: RecordKind, payload: bytes) -> None:
        self._keeper.receive(kind, payload, stamp_ns=self._now_ns())

    def _fetch(
        self, request: FetchTransitions.Request, response: FetchTransitions.Response
    ) -> FetchTransitions.Response:
        limit = min(request.max_bytes, int(self._config.fetch_limit_mb * MEGABYTE))
        found = self._keeper.fetch(log_id=request.log_id, from_number=request.from_number, max_bytes=limit)
        response.log_id = found.log_id
        response.records, response.sizes, response.kinds = found.records, found.sizes, found.kinds
        response.next, response.last = found.next_number, found.last_number
        return response

    def _label(self, request: LabelEpisode.Request, response: LabelEpisode.Response) -> LabelEpisode.Response:
        label = EpisodeLabel(
            stamp_ns=self._now_ns(),
            episode=request.episode,
            label=request.label,
            reward=request.reward,
            author=request.author,
        )
        response.reason = self._keeper.label(label)
        response.accepted = not response.reason
        if response.accepted:
            try_publish(self._labels, to_message(label, RecordKind.LABEL.type_name))
        return response

    def _on_status(self) -> None:
        keeper = self._keeper
        keeper.check()
        message = ReplayStatus(run=keeper.run, log_id=keeper.log_id, next_number=keeper.next_number, error=keeper.error)
        message.header.stamp = self.get_clock().now().to_msg()
        message.training_steps = keeper.ledger.training_steps
        message.demonstration_steps = keeper.ledger.demonstration_steps
        message.episodes = keeper.ledger.episodes
        message.rejected = keeper.ledger.rejected
        message.duplicates_dropped = keeper.duplicates_dropped
        message.acknowledgements = [
            SourceAcknowledgement(source=source, source_sequence=sequence)
            for source, sequence in keeper.ledger.acknowledgements().items()
        ]
        message.awaited_verdicts = [
            AwaitedVerdict(robot=robot, episode=episode) for episode, robot in keeper.ledger.awaited_verdicts.items()
        ]
        try_publish(self._status, message)
        self._say()

    def _on_second(self) -> None:
        self._keeper.open()
        for topic, _ in self.get_topic_names_and_types():
            if topic.endswith(_TRANSITION_TOPIC):
                self._join(topic.removesuffix(_TRANSITION_TOPIC).strip("/"))
        keeper = self._keeper
        counts = {receipt.value: count for receipt, count in keeper.receipts.items()}
        values = {"run": keeper.run, "log_id": keeper.log_id, "records": keeper.next_number} | counts
        self._diagnostics.publish(fault=keeper.error, summary="writing", values=values)

    def _say(self) -> None:
        """Print what has changed: errors when they come and go, and the keeper's notes."""
        if self._keeper.error != self._last_error:
            self._last_error = self._keeper.error
            self.get_logger().error(self._last_error) if self._last_error else self.get_logger().info("writing again")
        for note in self._keeper.take_notes():
            self.get_logger().warning(note)

    def _now_ns(self) -> int:
        return int(self.get_clock().now().nanoseconds)


def main() -> None:
    """Run the node."""
    sys.exit(run_node(ReplayNode, make_executor=event_driven_executor))


if __name__ == "__main__":
    main()
