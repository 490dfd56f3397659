"""One real environment_node with a policy that answers in chunks, and slowly."""

from __future__ import annotations

import array
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rclpy
from rclpy.parameter import Parameter

from tests.support.arm_client import ArmClient
from tests.support.heard_transitions import HeardTransitions
from tests.support.patience import PATIENCE
from tests.support.spinning import Spinning
from tests.support.stand_in_drivers import StandInDrivers
from tests.support.stand_in_learning_side import AXES, StandInLearningSide
from tests.support.wait import wait_for
from user_core.types import NO_PLAN, ActionSource, SafetyFlag, StepType
from user_hardware.nodes.environment_node import EnvironmentNode
from user_interfaces.msg import ActionChunk, Observation

pytestmark = [pytest.mark.ros, pytest.mark.timeout(120)]

HORIZON, EXECUTE, STEPS = 8, 6, 30
READY_S = 30.0
DELAY_S = 0.15
PARAMETERS: dict[str, Any] = {
    **PATIENCE,
    "robot": "franka",
    "gripper.driver": "crisp",
    "reset.still_ticks": 2,
    "task.max_episode_steps": STEPS,
    "reward.tolerance_m": 1e-5,
    "arbiter.max_missed_deadlines": 1000,
}


def asked(step: int) -> float:
    """What every chunk wants on the first axis at a step."""
    return 0.01 * (step % 10)


class SlowChunks(StandInLearningSide):
    """Answers 150 ms later, and only where the observation says that an answer is due."""

    def __init__(self, *, namespace: str) -> None:
        super().__init__(namespace=namespace, seed=0)
        self.answers: list[int] = []
        self.observations: list[Observation] = []
        self._pending: Observation | None = None
        self._delay = self.create_timer(DELAY_S, self._answer, autostart=False)

    def _act(self, message: Observation) -> None:
        self.observations.append(message)
        due = message.planned_steps == NO_PLAN or message.planned_steps <= message.delay_steps
        if due and self._pending is None:
            self._pending = message
            self._delay.reset()

    def _answer(self) -> None:
        self._delay.cancel()
        message, self._pending = self._pending, None
        if message is None:
            return
        values = np.zeros((HORIZON, AXES), np.float32)
        values[:, 0] = [asked(message.step + index) for index in range(HORIZON)]
        self.answers.append(message.step)
        self._actions.publish(
            ActionChunk(
                source=message.source,
                spec_digest=message.spec_digest,
                episode=message.episode,
                first_step=message.step,
                execute=EXECUTE,
                horizon=HORIZON,
                action_dim=AXES,
                values=array.array("f", values.ravel()),
                policy_version="1.0",
            )
        )


class Graph:
    """An environment, its drivers and the slow policy in the default context."""

    def __init__(self, *, folder: Path, domain_id: int) -> None:
        values = {**PARAMETERS, "run_folder": str(folder / "run")}
        overrides = [Parameter(name, value=value) for name, value in values.items()]
        self.drivers = StandInDrivers(namespace="arm_0", position=[0.5, 0.0, 0.165], record=folder / "targets.jsonl")
        self.policy = SlowChunks(namespace="arm_0")
        self.environment = EnvironmentNode(namespace="arm_0", parameter_overrides=overrides)
        self.client = ArmClient(domain_id=domain_id)
        self.records = HeardTransitions(self.client.node).records


@pytest.fixture
def graph(domain_id: int, tmp_path: Path) -> Iterator[Graph]:
    rclpy.init(domain_id=domain_id)
    graph = Graph(folder=tmp_path, domain_id=domain_id)
    nodes = (graph.drivers, graph.policy, graph.environment)
    with graph.client, Spinning(*nodes, context=rclpy.get_default_context()):
        yield graph
    rclpy.try_shutdown()


def test_a_policy_slower_than_the_loop_acts_in_chunks(graph: Graph) -> None:
    graph.client.wait_for_hold("started", READY_S)
    graph.client.resume(READY_S)
    wait_for(lambda: any(record.step_type is StepType.LAST for record in graph.records), READY_S, what="an episode")
    records = [record for record in graph.records if record.step_type is not StepType.LAST]
    acted = [record for record in records if record.action_source is ActionSource.POLICY]
    assert len(acted) > STEPS / 2  # on a busy machine even a chunk may come too late
    for record in acted:
        assert record.policy_action[0] == pytest.approx(asked(record.observation.step))
        assert record.policy_version == "1.0"
        if not record.safety_flags:
            assert record.executed_action[0] == pytest.approx(asked(record.observation.step), abs=1e-3)
    missed = [record for record in records if SafetyFlag.DEADLINE_MISSED in record.safety_flags]
    assert len(acted) + len(missed) == len(records)
    assert len(graph.policy.answers) < len(records) / 2
    assert all(record.observation.delay_steps >= 2 for record in records[EXECUTE:])
    assert {record.observation.planned_steps for record in records} <= {NO_PLAN, *range(EXECUTE)}
