"""A witness: notes every record that robots publish, and what replay and learner say of themselves.

A process of its own. One JSON line per message, flushed as it is written:

    python tests/support/recorder.py --robots arm_0 arm_1 --output FILE
"""

from __future__ import annotations

import argparse
import json
import time
from functools import partial
from pathlib import Path
from typing import Any

import rclpy
from rclpy.executors import ExternalShutdownException
from rclpy.node import Node
from rclpy.qos import DurabilityPolicy, QoSProfile

from tests.support.record_head import record_head
from user_interfaces.msg import EnvironmentSpec, EnvironmentStatus, EpisodeSummary, LearnerStatus, Transition

_DEEP = QoSProfile(depth=5000)
_LATCHED = QoSProfile(depth=100, durability=DurabilityPolicy.TRANSIENT_LOCAL)


class Recorder(Node):
    """Subscribes deeper than any node of the graph and keeps only who each record was.

    Args:
        robots: Namespaces of the arms.
        output: File of JSON lines, appended to.
    """

    def __init__(self, *, robots: list[str], output: Path) -> None:
        super().__init__("recorder")
        self._output = output.open("a", buffering=1)
        for robot in robots:
            self._watch(EnvironmentSpec, robot, "spec", _LATCHED)
            self._watch(Transition, robot, "transition", _DEEP)
            self._watch(EpisodeSummary, robot, "episode", _LATCHED)
            note_status = partial(self._note_environment, robot)
            self.create_subscription(EnvironmentStatus, f"/{robot}/environment/status", note_status, _LATCHED)
        self.create_subscription(LearnerStatus, "/learner/status", self._note_learner, _LATCHED)

    def _watch(self, message_type: type[Any], robot: str, kind: str, qos: QoSProfile) -> None:
        note = partial(self._note_record, kind)
        self.create_subscription(message_type, f"/{robot}/environment/{kind}", note, qos, raw=True)

    def _note_record(self, kind: str, payload: bytes) -> None:
        source, sequence = record_head(payload)
        self._write(kind=kind, source=source, source_sequence=sequence)

    def _note_environment(self, robot: str, message: EnvironmentStatus) -> None:
        self._write(
            kind="environment",
            robot=robot,
            source=message.source,
            state=message.state,
            hold_reason=message.hold_reason,
            evaluation=message.evaluation,
            unacknowledged=message.unacknowledged,
        )

    def _note_learner(self, message: LearnerStatus) -> None:
        self._write(kind="learner", state=message.state, updates=message.updates, training_steps=message.training_steps)

    def _write(self, **row: Any) -> None:
        self._output.write(json.dumps({"monotonic_s": time.monotonic()} | row) + "\n")


def main() -> None:
    """Record until SIGINT or SIGTERM."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--robots", nargs="+", default=["arm_0"])
    parser.add_argument("--output", type=Path, required=True)
    options = parser.parse_args()
    rclpy.init()
    node = Recorder(robots=options.robots, output=options.output)
    try:
        rclpy.spin(node)
    except (KeyboardInterrupt, ExternalShutdownException):
        node.destroy_node()


if __name__ == "__main__":
    main()
