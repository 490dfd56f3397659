"""Stand-in for everything behind one environment: a policy that acts at random, a log that acknowledges, a learner.

A process of its own, made from the messages alone:

    python tests/support/stand_in_learning_side.py --namespace arm_0
"""

from __future__ import annotations

import argparse
import array
import random
import uuid
from collections import defaultdict
from typing import Any

import rclpy
from rclpy.executors import ExternalShutdownException
from rclpy.node import Node
from rclpy.qos import DurabilityPolicy, QoSProfile

from tests.support.record_head import record_head
from user_interfaces.msg import (
    ActionChunk,
    EnvironmentSpec,
    EpisodeSummary,
    LearnerStatus,
    Observation,
    ReplayStatus,
    SourceAcknowledgement,
    Transition,
)

STATUS_RATE_HZ = 5.0
AXES = 6

_NEWEST = QoSProfile(depth=1)
_RECORDS = QoSProfile(depth=1000)
_LATCHED = QoSProfile(depth=50, durability=DurabilityPolicy.TRANSIENT_LOCAL)


class StandInLearningSide(Node):
    """Answers each observation at once and never holds the robot back.

    Args:
        namespace: The arm's.
        seed: Of the actions. Each pushes hard in one random direction for some steps, so that limits are reached.
    """

    def __init__(self, *, namespace: str, seed: int) -> None:
        super().__init__("stand_in_learning_side", namespace=namespace)
        self._draw = random.Random(seed)
        self._action = [0.0] * AXES
        self._run = str(uuid.uuid4())
        self._seen: dict[str, set[int]] = defaultdict(set)
        self._actions = self.create_publisher(ActionChunk, "policy/action", _NEWEST)
        self._replay = self.create_publisher(ReplayStatus, "/replay/status", _LATCHED)
        self._learner = self.create_publisher(LearnerStatus, "/learner/status", _LATCHED)
        self.create_subscription(Observation, "environment/observation", self._act, _NEWEST)
        self._watch(EnvironmentSpec, "spec", _LATCHED)
        self._watch(Transition, "transition", _RECORDS)
        self._watch(EpisodeSummary, "episode", _LATCHED)
        self.create_timer(1.0 / STATUS_RATE_HZ, self._report)

    def _watch(self, message_type: type[Any], topic: str, qos: QoSProfile) -> None:
        self.create_subscription(message_type, f"environment/{topic}", self._acknowledge, qos, raw=True)

    def _acknowledge(self, payload: bytes) -> None:
        source, sequence = record_head(payload)
        self._seen[source].add(sequence)

    def _act(self, message: Observation) -> None:
        if message.step % 5 == 0:
            self._action = [self._draw.choice((-1.0, 0.0, 1.0)) for _ in range(AXES)]
        answer = ActionChunk(
            source=message.source,
            spec_digest=message.spec_digest,
            episode=message.episode,
            first_step=message.step,
            horizon=1,
            action_dim=AXES,
            values=array.array("f", self._action),
            policy_version="1.0",
        )
        self._actions.publish(answer)

    def _report(self) -> None:
        acknowledgements = [
            SourceAcknowledgement(source=source, source_sequence=_without_gap(seen))
            for source, seen in self._seen.items()
        ]
        self._replay.publish(ReplayStatus(run=self._run, log_id="stand-in", acknowledgements=acknowledgements))
        self._learner.publish(LearnerStatus(run=self._run, state="training", step_budget=-1))


def _without_gap(seen: set[int]) -> int:
    highest = -1
    while highest + 1 in seen:
        highest += 1
    return highest


def main() -> None:
    """Answer until SIGINT or SIGTERM."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--namespace", default="arm_0")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    rclpy.init()
    node = StandInLearningSide(namespace=options.namespace, seed=options.seed)
    try:
        rclpy.spin(node)
    except (KeyboardInterrupt, ExternalShutdownException):
        node.destroy_node()


if __name__ == "__main__":
    main()
