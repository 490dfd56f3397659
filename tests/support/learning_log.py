"""A log that serves records to a real learner node, and the node with small networks."""

from __future__ import annotations

import array
import time
from pathlib import Path
from typing import Any

from rclpy.context import Context
from rclpy.node import Node
from rclpy.serialization import serialize_message

from tests.support.learning_records import make_episode, small_spec
from user_core.log.kinds import RecordKind
from user_core.ros import qos
from user_core.ros.conversions import from_message
from user_core.ros.records import encode
from user_core.ros.spec_conversion import spec_to_message
from user_interfaces.msg import LearnerStatus, PolicyWeights
from user_interfaces.srv import FetchTransitions
from user_learner.nodes.learner_node import LearnerNode
from user_policies.weights.assembler import WeightsAssembler
from user_policies.weights.chunks import WeightsChunk

SPEC = small_spec(cameras=1)


def spec_payload() -> bytes:
    """The environment's spec as it stands in a log."""
    return bytes(serialize_message(spec_to_message(SPEC, run="run", source="source", source_sequence=0)))


class Log(Node):
    """Serves records by number, hears the learner's status and weights, and can be silent."""

    def __init__(self, *, context: Context) -> None:
        super().__init__("log", context=context)
        self.records: list[tuple[RecordKind, bytes]] = []
        self.log_id = "log"
        self.silent = False
        self.requests = 0
        self.statuses: list[Any] = []
        self.received_s: list[float] = []
        self.labels: list[str] = []
        self._assembler = WeightsAssembler()
        self.create_service(FetchTransitions, "/replay/fetch", self._serve)
        self.create_subscription(LearnerStatus, "/learner/status", self._on_status, qos.LATCHED)
        self.create_subscription(PolicyWeights, "/learner/weights", self._on_weights, qos.WEIGHTS_READER)

    def add_spec(self) -> None:
        self.records.append((RecordKind.SPEC, spec_payload()))

    def add_episodes(self, count: int) -> None:
        for _ in range(count):
            episode = make_episode(SPEC, episode=f"episode {len(self.records)}", length=10)
            self.records += [(RecordKind.TRANSITION, encode(record)) for record in episode]

    @property
    def status(self) -> Any:
        return self.statuses[-1] if self.statuses else LearnerStatus()

    def _on_status(self, message: LearnerStatus) -> None:
        self.statuses.append(message)
        self.received_s.append(time.monotonic())

    def _on_weights(self, message: PolicyWeights) -> None:
        parcel = self._assembler.add(from_message(message, WeightsChunk), now_s=0.0)
        if parcel is not None:
            self.labels.append(parcel.join().header.identity.label)

    def _serve(self, request: Any, response: Any) -> Any:
        self.requests += 1
        if self.silent:
            time.sleep(0.3)
        served = self.records[request.from_number : request.from_number + 7]
        if request.log_id not in ("", self.log_id):
            served = []
        response.log_id = self.log_id
        response.records = array.array("B", b"".join(payload for _, payload in served))
        response.sizes = [len(payload) for _, payload in served]
        response.kinds = array.array("B", [int(kind) for kind, _ in served])
        response.next = request.from_number + len(served)
        response.last = len(self.records)
        return response


def learner_node(context: Context, folder: Path, **changes: object) -> LearnerNode:
    """A learner node on the CPU; `changes` are parameters, with __ for a dot."""
    given: dict[str, object] = {
        "run_folder": folder,
        "algorithm": "sac",
        "device": "cpu",
        "niceness": 0,
        "broadcast_every_updates": 4,
        "policy.name": "mlp",
        "policy.hidden_sizes": "[8]",
        "pretraining.demonstrations": 0,
        "pipeline.name": "paced",
        "pipeline.start_training_steps": 10,
        "pipeline.slack_steps": 15,
        "pipeline.updates_at_once": 4,
        "hyperparameters.batch_size": 8,
        "hyperparameters.critics": 2,
        "hyperparameters.critic_hidden_sizes": "[8]",
    }
    given |= {name.replace("__", "."): value for name, value in changes.items()}
    arguments = [item for name, value in given.items() for item in ("-p", f"{name}:={value}")]
    return LearnerNode(context=context, cli_args=["--ros-args", *arguments])
