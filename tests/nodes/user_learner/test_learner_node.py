"""The real learner node with a stand-in log and a stand-in policy's ears, real messages between."""

from __future__ import annotations

import array
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import rclpy
from rclpy.context import Context
from rclpy.node import Node
from rclpy.serialization import serialize_message

from tests.support.learning_records import make_episode, small_spec
from tests.support.spinning import Spinning
from tests.support.wait import wait_for
from user_core.errors import ConfigurationError, UnknownNameError
from user_core.log.kinds import RecordKind
from user_core.ros import qos
from user_core.ros.conversions import from_message, spec_to_message
from user_core.ros.records import encode
from user_interfaces.msg import LearnerStatus, PolicyWeights
from user_interfaces.srv import FetchTransitions
from user_learner.nodes.learner_node import LearnerNode
from user_policies.weights.assembler import WeightsAssembler
from user_policies.weights.chunks import WeightsChunk

pytestmark = pytest.mark.ros

SPEC = small_spec(cameras=1)


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
        message = spec_to_message(SPEC, run="run", source="source", source_sequence=0)
        self.records.append((RecordKind.SPEC, bytes(serialize_message(message))))

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


@pytest.fixture
def context(domain_id: int) -> Iterator[Context]:
    context = Context()
    rclpy.init(context=context, domain_id=domain_id)
    yield context
    context.try_shutdown()


def learner_node(context: Context, folder: Path, **changes: object) -> LearnerNode:
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


def test_it_learns_from_the_log_sends_weights_and_says_how_far_robots_may_go(context: Context, tmp_path: Path) -> None:
    log = Log(context=context)
    with Spinning(learner_node(context, tmp_path), log, context=context):
        wait_for(lambda: log.status.state == "waiting", 20.0)
        log.add_spec()
        wait_for(lambda: log.labels == ["1.0"], 30.0)
        assert log.status.step_budget == 25
        log.add_episodes(5)
        wait_for(lambda: log.status.updates == 40, 30.0)
        wait_for(lambda: log.labels[-1] == "1.40", 10.0)
        wait_for(lambda: log.status.state == "limited", 10.0)
    status = log.status
    assert (status.training_steps, status.log_position, status.step_budget) == (50, 56, 65)
    assert status.staleness == 0
    assert status.run == (tmp_path / "run_uuid").read_text().strip()


def test_a_status_comes_at_least_five_times_a_second(context: Context, tmp_path: Path) -> None:
    log = Log(context=context)
    with Spinning(learner_node(context, tmp_path), log, context=context):
        wait_for(lambda: len(log.received_s) > 12, 20.0)
    gaps = [later - earlier for earlier, later in zip(log.received_s, log.received_s[1:], strict=False)]
    assert sorted(gaps)[len(gaps) // 2] < 0.22


def test_a_restart_goes_on_and_a_new_incarnation_supersedes(context: Context, tmp_path: Path) -> None:
    log = Log(context=context)
    log.add_spec()
    log.add_episodes(5)
    with Spinning(learner_node(context, tmp_path), context=context), Spinning(log, context=context):
        wait_for(lambda: log.status.updates == 40, 30.0)
    again = Log(context=context)
    again.records = log.records
    with Spinning(learner_node(context, tmp_path), again, context=context):
        wait_for(lambda: "2.40" in again.labels, 30.0)
        wait_for(lambda: again.status.training_steps == 50, 20.0)
        assert again.status.updates == 40
        again.add_episodes(1)
        wait_for(lambda: again.status.updates == 50, 20.0)


def test_a_log_that_does_not_answer_is_asked_again(context: Context, tmp_path: Path) -> None:
    log = Log(context=context)
    log.silent = True
    log.add_spec()
    with (
        Spinning(learner_node(context, tmp_path, follow__timeout_s=0.15), context=context),
        Spinning(log, context=context),
    ):
        wait_for(lambda: log.requests >= 3, 20.0)
        assert log.labels == []
        log.silent = False
        wait_for(lambda: log.labels == ["1.0"], 30.0)


def test_demonstrations_that_are_not_recorded_yet_are_waited_for(context: Context, tmp_path: Path) -> None:
    log = Log(context=context)
    log.add_spec()
    changes = {"algorithm": "rlpd", "demonstrations": str(tmp_path / "bag"), "pretraining__demonstrations": 2}
    with Spinning(learner_node(context, tmp_path / "run", **changes), log, context=context):
        wait_for(lambda: str(tmp_path / "bag") in log.status.detail, 20.0)
        assert log.status.state == "waiting"
        assert log.labels == []


@pytest.mark.parametrize(
    ("changes", "error", "text"),
    [
        ({"pipeline__slack_steps": 1}, ConfigurationError, "pipeline.slack_steps = 1 is not allowed"),
        ({"algorithm": "ppo"}, UnknownNameError, "there are: rlpd, sac"),
        ({"hyperparameters__gamma": 1.5}, ConfigurationError, "hyperparameters.gamma = 1.5"),
        ({"hyperparameters__gama": 0.9}, ConfigurationError, "did you mean hyperparameters.gamma"),
        ({"run_folder": '""'}, ConfigurationError, "run_folder"),
    ],
)
def test_what_cannot_work_is_refused_at_the_start(
    context: Context, tmp_path: Path, changes: dict[str, object], error: type[Exception], text: str
) -> None:
    with pytest.raises(error, match=text):
        learner_node(context, tmp_path, **changes)
