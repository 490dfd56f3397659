"""What environment_node says, while the outbox's disk is full and after it has room again."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest
from rclpy.context import Context
from rclpy.node import Node
from rclpy.qos import QoSProfile

from tests.support.log_records import SPEC, summary, transition
from tests.support.spinning import Spinning
from tests.support.wait import wait_for
from user_core.log.kinds import RecordKind
from user_core.ros import qos
from user_core.types import StepTrace, StepType, Transition
from user_hardware.environment.budget import StepBudget
from user_hardware.environment.config import OutboxConfig
from user_hardware.environment.outbox import Outbox
from user_hardware.nodes.environment_output import EnvironmentOutput
from user_interfaces.msg import EpisodeSummary
from user_interfaces.msg import Transition as TransitionMessage

pytestmark = [pytest.mark.ros, pytest.mark.timeout(60)]


class Listener(Node):
    """Notes the sequences of all transitions and summaries of the arm, each in the order heard."""

    def __init__(self, *, context: Context) -> None:
        super().__init__("listener", namespace="arm_0", context=context)
        self.transitions: list[int] = []
        self.episodes: list[int] = []
        self._note(TransitionMessage, "environment/transition", qos.TRANSITIONS, self.transitions)
        self._note(EpisodeSummary, "environment/episode", qos.EPISODES, self.episodes)

    def _note(self, message_type: type, topic: str, profile: QoSProfile, heard: list[int]) -> None:
        self.create_subscription(message_type, topic, lambda message: heard.append(message.source_sequence), profile)


def store(output: EnvironmentOutput, record: Transition) -> None:
    output.store(record, StepTrace(record=record))


def fill_the_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every write stop in the middle, as on a disk that becomes full."""
    write = os.pwrite

    def stop_in_the_middle(descriptor: int, content: bytes, offset: int) -> int:
        write(descriptor, content[: len(content) // 2], offset)
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "pwrite", stop_in_the_middle)


def test_a_full_disk_loses_nothing_and_everything_is_written_once_it_has_room(context: Context, tmp_path: Path) -> None:
    node, listener = Node("environment", namespace="arm_0", context=context), Listener(context=context)
    output = EnvironmentOutput(node=node, spec=SPEC, config=OutboxConfig(), run_folder=tmp_path)
    budget = StepBudget(requires=(), lockstep=False)
    output.count_training_steps_in(budget)
    heard = [output._publishers[kind] for kind in (RecordKind.TRANSITION, RecordKind.EPISODE)]
    with Spinning(node, listener, context=context):
        wait_for(lambda: all(publisher.get_subscription_count() for publisher in heard), 10.0, what="the listener")
        output.begin_run("run")
        output.work(now_s=100.0)
        store(output, transition(step=0))
        with pytest.MonkeyPatch.context() as monkeypatch:
            fill_the_disk(monkeypatch)
            store(output, transition(step=1))
            output.work(now_s=100.1)
            store(output, transition(step=2, step_type=StepType.LAST, terminated=True))
            output.close(summary())
            assert "cannot be written: No space left on device" in output.problem
            assert output.obstacle(10) == output.problem
            assert output.unacknowledged == 5
            assert budget.own_training_steps == 1
            wait_for(lambda: listener.transitions == [1], 5.0, what="what was on disk before")
        output.work(now_s=100.2)
        assert output.problem == "" and output.obstacle(10) == ""
        assert output.unacknowledged == 5 and budget.own_training_steps == 2
        wait_for(lambda: len(listener.transitions) >= 3 and listener.episodes, 5.0, what="everything else")
        output.work(now_s=100.3)
        assert listener.transitions == [1, 2, 3] and listener.episodes == [4]
        output.shut()
    (file,) = (tmp_path / "outbox" / "arm_0").iterdir()
    records = Outbox(file).pending(range(100), 10**9)
    assert [(record.kind.name, record.source_sequence) for record in records] == [
        ("SPEC", 0),
        ("TRANSITION", 1),
        ("TRANSITION", 2),
        ("TRANSITION", 3),
        ("EPISODE", 4),
    ]
