"""The real replay node among real messages."""

from __future__ import annotations

import itertools
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from diagnostic_msgs.msg import DiagnosticArray
from rclpy.context import Context
from rclpy.executors import SingleThreadedExecutor
from rclpy.serialization import serialize_message

from tests.support.recorded_arm import RecordedArm
from user_core.errors import ConfigurationError
from user_core.log.kinds import RecordKind
from user_core.log.reader import BagReader, bag_file
from user_core.ros import qos
from user_core.ros.records import decode, encode
from user_core.types import Transition
from user_hardware.environment.outboxes import OutboxFolder
from user_interfaces.msg import EpisodeLabel
from user_interfaces.srv import FetchTransitions, LabelEpisode
from user_learner.nodes.replay_node import ReplayNode

pytestmark = pytest.mark.ros

TIMEOUT_S = 20.0


@pytest.fixture
def arm(context: Context) -> Iterator[RecordedArm]:
    arm = RecordedArm(context=context)
    yield arm
    arm.destroy_node()


def arguments(folder: Path, **more: object) -> list[str]:
    given = {"run_folder": folder, "low_water_mb": 1.0} | more
    return ["--ros-args"] + [item for name, value in given.items() for item in ("-p", f"{name}:={value}")]


class Running:
    """A replay node and an arm in one executor."""

    def __init__(self, *, context: Context, arm: RecordedArm, folder: Path, **more: object) -> None:
        self.arm = arm
        self.node = ReplayNode(context=context, cli_args=arguments(folder, **more))
        self._executor = SingleThreadedExecutor(context=context)
        for node in (self.node, arm):
            self._executor.add_node(node)

    def until(self, condition: Callable[[], Any], timeout_s: float = TIMEOUT_S) -> None:
        deadline_s = time.monotonic() + timeout_s
        while not condition():
            assert time.monotonic() < deadline_s, f"it did not come to pass: {self.arm.statuses[-1:]}"
            self._executor.spin_once(timeout_sec=0.05)

    def call(self, client: Any, request: Any) -> Any:
        self.until(client.service_is_ready)
        future = client.call_async(request)
        self.until(future.done)
        return future.result()

    def close(self) -> None:
        self._executor.shutdown(timeout_sec=0)
        self.node.shutdown()
        self.node.destroy_node()


@pytest.fixture
def running(context: Context, arm: RecordedArm, tmp_path: Path) -> Iterator[Running]:
    running = Running(context=context, arm=arm, folder=tmp_path, robots="[arm_0]")
    running.until(arm.is_heard)
    yield running
    running.close()


def payloads(folder: Path) -> list[tuple[RecordKind, bytes]]:
    with BagReader(folder / "transitions") as bag:
        return [(record.kind, record.payload) for record in bag.records()]


def test_episode_is_acknowledged_and_counted(running: Running, arm: RecordedArm) -> None:
    last = arm.send_episode(5)
    running.until(lambda: arm.acknowledged == last)
    running.until(lambda: arm.status.next_number == last + 1)
    assert (arm.status.training_steps, arm.status.episodes, arm.status.error) == (5, 1, "")


def test_status_comes_five_times_a_second_or_more(running: Running, arm: RecordedArm) -> None:
    arm.statuses.clear()
    begun_s = time.monotonic()
    running.until(lambda: len(arm.statuses) >= 11)
    assert 10 / (time.monotonic() - begun_s) >= 5.0


def test_fetch_returns_the_bytes_that_were_published(running: Running, arm: RecordedArm, tmp_path: Path) -> None:
    last = arm.send_episode(3)
    running.until(lambda: arm.acknowledged == last)
    answer = running.call(arm.fetch_client, FetchTransitions.Request(from_number=0, max_bytes=10**7))
    stored = payloads(tmp_path)
    assert bytes(answer.records) == b"".join(payload for _, payload in stored)
    assert list(answer.sizes) == [len(payload) for _, payload in stored]
    assert list(answer.kinds) == [kind for kind, _ in stored]
    assert (answer.next, answer.last, answer.log_id) == (last + 1, last + 1, arm.status.log_id)
    steps = [decode(kind, payload) for kind, payload in stored if kind == RecordKind.TRANSITION]
    assert [step.observation.step for step in steps if isinstance(step, Transition)] == [0, 1, 2, 3]


def test_fetch_keeps_to_the_limit_but_sends_at_least_one_record(running: Running, arm: RecordedArm) -> None:
    last = arm.send_episode(3)
    running.until(lambda: arm.acknowledged == last)
    request = FetchTransitions.Request(log_id=arm.status.log_id, from_number=2, max_bytes=1)
    answer = running.call(arm.fetch_client, request)
    assert (len(answer.sizes), answer.next, answer.last) == (1, 3, last + 1)


def test_fetch_by_another_log_id_is_answered_with_the_own_one_and_no_records(
    running: Running, arm: RecordedArm
) -> None:
    last = arm.send_episode(1)
    running.until(lambda: arm.acknowledged == last)
    answer = running.call(arm.fetch_client, FetchTransitions.Request(log_id="x", from_number=1, max_bytes=10**6))
    assert (answer.log_id, len(answer.records), answer.next) == (arm.status.log_id, 0, 0)


def test_record_sent_again_is_dropped_and_acknowledged(running: Running, arm: RecordedArm) -> None:
    last = arm.send_episode(3)
    running.until(lambda: arm.acknowledged == last)
    arm.send_episode(3)
    running.until(lambda: arm.status.duplicates_dropped == last + 1)
    assert (arm.status.next_number, arm.status.training_steps) == (last + 1, 3)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"state": np.array([0, np.nan, 0], np.float32)}, "finite"),
        ({"executed_action": np.array([np.inf, 0], np.float32)}, "executed_action"),
        ({"spec_digest": "0" * 64}, "spec digest"),
        ({"images": (np.zeros((4, 7, 3), np.uint8),)}, "observation's images"),
    ],
    ids=["nan", "infinite action", "other digest", "image size"],
)
def test_bad_record_is_kept_as_rejected_acknowledged_and_not_counted(
    running: Running, arm: RecordedArm, tmp_path: Path, changes: dict[str, Any], reason: str
) -> None:
    arm.send_spec()
    arm.send_transition(1)
    arm.send_transition(2, **changes)
    running.until(lambda: arm.acknowledged == 2)
    running.until(lambda: arm.status.rejected == 1)
    assert arm.status.training_steps == 1
    kinds = [kind for kind, _ in payloads(tmp_path)]
    assert kinds == [RecordKind.SPEC, RecordKind.TRANSITION, RecordKind.REJECTED]
    assert reason.encode() in payloads(tmp_path)[2][1]


def test_label_is_appended_and_one_of_an_unknown_episode_refused(
    running: Running, arm: RecordedArm, tmp_path: Path
) -> None:
    last = arm.send_episode(1)
    running.until(lambda: arm.acknowledged == last)
    request = LabelEpisode.Request(episode=arm.episode, label="failure", author="test")
    heard: list[str] = []
    arm.create_subscription(EpisodeLabel, "/replay/label", lambda message: heard.append(message.label), qos.EPISODES)
    assert running.call(arm.label_client, request).accepted
    running.until(lambda: heard == ["failure"])
    kind, payload = payloads(tmp_path)[-1]
    assert (kind, decode(kind, payload).label) == (RecordKind.LABEL, "failure")  # type: ignore[union-attr]
    answer = running.call(arm.label_client, LabelEpisode.Request(episode="unknown", label="failure"))
    assert not answer.accepted
    assert "'unknown' is not in the log" in answer.reason


def test_robots_may_join_later_without_being_named(context: Context, running: Running) -> None:
    newcomer = RecordedArm(context=context, robot="arm_7")
    running._executor.add_node(newcomer)
    running.until(newcomer.is_heard)
    last = newcomer.send_episode(1)
    running.until(lambda: newcomer.acknowledged == last)
    newcomer.destroy_node()


def test_backlog_far_longer_than_the_topics_history_is_taken_in_full(
    running: Running, arm: RecordedArm, tmp_path: Path
) -> None:
    outboxes = OutboxFolder(path=tmp_path / "outbox", run="run", source=arm.source, limit_bytes=10**9)
    publishers = {RecordKind.SPEC: arm.spec_publisher, RecordKind.TRANSITION: arm.transition_publisher}
    outboxes.append(RecordKind.SPEC, bytes(serialize_message(arm.spec_message(0))))
    for sequence in range(1, 400):
        outboxes.append(RecordKind.TRANSITION, encode(arm.transition(sequence)))
    next_tick_s = 0.0

    def tick() -> bool:
        nonlocal next_tick_s
        now_s = time.monotonic()
        if now_s >= next_tick_s:
            next_tick_s = now_s + 0.05
            outboxes.acknowledge({arm.source: arm.acknowledged}, now_s=now_s)
            for record in outboxes.due(now_s=now_s, max_bytes=2_000_000):
                publishers[record.kind].publish(record.payload)
        return outboxes.unacknowledged == 0

    running.until(tick, timeout_s=60.0)
    assert arm.status.training_steps == 399
    outboxes.close()


def test_restart_knows_all_that_was_acknowledged(
    context: Context, running: Running, arm: RecordedArm, tmp_path: Path
) -> None:
    last = arm.send_episode(4)
    running.until(lambda: arm.acknowledged == last)
    before = arm.status
    running.close()
    arm.statuses.clear()
    again = Running(context=context, arm=arm, folder=tmp_path)
    again.until(lambda: arm.statuses)
    after = arm.status
    assert (after.run, after.log_id, after.next_number) == (before.run, before.log_id, before.next_number)
    assert (after.training_steps, after.episodes, arm.acknowledged) == (4, 1, last)
    again.close()


def test_diagnostics_say_that_it_writes(running: Running, arm: RecordedArm) -> None:
    received: list[Any] = []
    arm.create_subscription(DiagnosticArray, "/diagnostics", received.append, 10)
    running.until(lambda: received)
    assert received[0].status[0].message == "writing"


def test_unwritable_folder_is_told_in_the_status(context: Context, arm: RecordedArm, tmp_path: Path) -> None:
    (tmp_path / "run").write_text("a file where the folder should be")
    running = Running(context=context, arm=arm, folder=tmp_path / "run", robots="[arm_0]")
    running.until(lambda: arm.statuses)
    assert "cannot be written" in arm.status.error
    (tmp_path / "run").unlink()
    running.until(lambda: arm.status.error == "" and arm.is_heard())
    last = arm.send_episode(1)
    running.until(lambda: arm.acknowledged == last)
    running.close()


def test_run_folder_must_be_named(context: Context) -> None:
    with pytest.raises(ConfigurationError, match="run_folder"):
        ReplayNode(context=context)


class Process:
    """A replay node in a process of its own, and an arm that spins here."""

    def __init__(self, *, arm: RecordedArm, folder: Path, domain_id: int, before: str = "") -> None:
        script = f"{before}\nfrom user_learner.nodes.replay_node import main\nmain()"
        command = [sys.executable, "-c", script, *arguments(folder, robots="[arm_0]", low_water_mb=0.0)]
        self._process = subprocess.Popen(command, env=os.environ | {"ROS_DOMAIN_ID": str(domain_id)})
        self._arm = arm
        self._executor = SingleThreadedExecutor(context=arm.context)
        self._executor.add_node(arm)

    def until(self, condition: Callable[[], Any], each: Callable[[], Any] = lambda: None) -> None:
        deadline_s = time.monotonic() + 90.0
        while not condition():
            assert time.monotonic() < deadline_s, f"it did not come to pass: {self._arm.statuses[-1:]}"
            assert self._process.poll() is None, "the replay node ended by itself"
            each()
            self._executor.spin_once(timeout_sec=0.01)

    def end(self, number: signal.Signals) -> int:
        self._executor.shutdown(timeout_sec=0)
        self._process.send_signal(number)
        return self._process.wait(timeout=10.0)


def test_killed_while_writing_it_has_all_that_it_acknowledged(arm: RecordedArm, tmp_path: Path, domain_id: int) -> None:
    process = Process(arm=arm, folder=tmp_path, domain_id=domain_id)
    process.until(arm.is_heard)
    process.until(lambda: arm.acknowledged == 0, each=arm.send_spec)
    sent = itertools.cycle(range(1, 201))
    process.until(lambda: arm.acknowledged >= 60, each=lambda: arm.send_transition(next(sent)))
    assert process.end(signal.SIGKILL) == -signal.SIGKILL
    acknowledged = arm.acknowledged
    with BagReader(bag_file(tmp_path / "transitions")) as bag:
        records = [decode(r.kind, r.payload) for r in bag.records() if r.kind == RecordKind.TRANSITION]
    sequences = [record.source_sequence for record in records if isinstance(record, Transition)]
    assert sequences[:acknowledged] == list(range(1, acknowledged + 1))
    assert len(set(sequences)) == len(sequences)
    arm.statuses.clear()
    again = Process(arm=arm, folder=tmp_path, domain_id=domain_id)
    again.until(arm.is_heard)
    assert arm.acknowledged >= acknowledged
    rest = itertools.cycle(range(arm.acknowledged + 1, 201))
    again.until(lambda: arm.acknowledged == 200, each=lambda: arm.send_transition(next(rest)))
    assert arm.status.training_steps == 200
    assert again.end(signal.SIGTERM) == 0
    information = yaml.safe_load((tmp_path / "transitions" / "metadata.yaml").read_text())
    assert information["rosbag2_bagfile_information"]["message_count"] == 201


def test_full_disk_is_told_in_the_status_and_nothing_acknowledged_is_lost(
    arm: RecordedArm, tmp_path: Path, domain_id: int
) -> None:
    limit = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, resource.RLIM_INFINITY))"
    process = Process(arm=arm, folder=tmp_path, domain_id=domain_id, before=limit)
    process.until(arm.is_heard)
    process.until(lambda: arm.acknowledged == 0, each=arm.send_spec)
    sent = itertools.count(1)
    process.until(lambda: arm.status.error, each=lambda: arm.send_transition(next(sent)))
    assert "File too large; free disk space" in arm.status.error
    acknowledged = arm.acknowledged
    assert acknowledged > 10
    process.end(signal.SIGTERM)
    arm.statuses.clear()
    again = Process(arm=arm, folder=tmp_path, domain_id=domain_id)
    again.until(lambda: arm.is_heard() and arm.status.error == "")
    assert arm.acknowledged == acknowledged
    again.until(lambda: arm.acknowledged == acknowledged + 1, each=lambda: arm.send_transition(acknowledged + 1))
    again.end(signal.SIGTERM)


def test_an_episode_that_a_person_has_yet_to_judge_is_listed_until_its_label_which_all_hear(
    running: Running, arm: RecordedArm
) -> None:
    heard: list[Any] = []
    arm.create_subscription(EpisodeLabel, "/replay/label", heard.append, qos.EPISODES)
    arm.send_episode(3, awaits_verdict=True)
    running.until(lambda: [(v.robot, v.episode) for v in arm.status.awaited_verdicts] == [("arm_0", arm.episode)])
    request = LabelEpisode.Request(episode=arm.episode, label="failure", author="a person")
    assert running.call(arm.label_client, request).accepted
    running.until(lambda: not arm.status.awaited_verdicts and heard)
    assert (heard[0].episode, heard[0].label, heard[0].author) == (arm.episode, "failure", "a person")


def test_labels_are_added_to_the_log_which_is_never_rewritten(
    running: Running, arm: RecordedArm, tmp_path: Path
) -> None:
    last = arm.send_episode(3)
    running.until(lambda: arm.acknowledged == last)
    before = payloads(tmp_path)
    for label in ("success", "failure"):
        running.call(arm.label_client, LabelEpisode.Request(episode=arm.episode, label=label))
    after = payloads(tmp_path)
    assert after[: len(before)] == before
    assert [decode(kind, payload).label for kind, payload in after[len(before) :]] == ["success", "failure"]  # type: ignore[union-attr]
