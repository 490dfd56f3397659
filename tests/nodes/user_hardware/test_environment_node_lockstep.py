"""environment_node and simulation_node in lockstep, in one process: the world moves when a command is out."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
import rclpy
from rclpy.parameter import Parameter
from rclpy.serialization import deserialize_message

from tests.support.arm_client import ArmClient
from tests.support.heard_transitions import HeardTransitions
from tests.support.spinning import Spinning
from tests.support.stand_in_learning_side import StandInLearningSide
from tests.support.wait import wait_for
from user_core.log.raw_bag import RawBag
from user_core.types import StepType, Transition
from user_hardware.nodes.environment_node import EnvironmentNode
from user_hardware.nodes.recorder_node import RecorderNode
from user_hardware.nodes.simulation_node import SimulationNode
from user_interfaces.msg import StepTrace

pytestmark = [pytest.mark.ros, pytest.mark.timeout(120)]

SIZE = {"cameras.height": 32, "cameras.width": 32}
WORLD = {"cameras.renderer": "ray_cast", "real_time_factor": 0.0, **SIZE}
ENVIRONMENT = {
    "robot": "simulation",
    "resume": "automatic",
    "reset.method": "world",
    "reset.still_ticks": 2,
    "simulation.enabled": True,
    "simulation.real_time_factor": 0.0,
    "task.max_episode_steps": 10,
    **SIZE,
}
READY_S = 40.0


class LockstepGraph:
    """The two nodes, what stands behind them, and the records that come out."""

    def __init__(self, *, folder: Path, domain_id: int, requires: tuple[str, ...] = ("replay", "learner")) -> None:
        world = [Parameter(name, value=value) for name, value in WORLD.items()]
        environment = [Parameter(name, value=value) for name, value in ENVIRONMENT.items()]
        environment += [Parameter("run_folder", value=str(folder)), Parameter("requires", value=requires)]
        self.simulation = SimulationNode(namespace="arm_0", parameter_overrides=world)
        self.learning_side = StandInLearningSide(namespace="arm_0", seed=0)
        self.environment = EnvironmentNode(namespace="arm_0", parameter_overrides=environment)
        self.client = ArmClient(domain_id=domain_id)
        self.records = HeardTransitions(self.client.node).records

    def wait_for_episodes(self, count: int) -> list[list[Transition]]:
        """Return the records of the first episodes that were heard whole; earlier ones began before discovery."""
        wait_for(lambda: len(self._whole()) >= count, READY_S, what=self.client.describe)
        return self._whole()[:count]

    def _whole(self) -> list[list[Transition]]:
        names = dict.fromkeys(record.observation.episode for record in list(self.records))
        episodes = [[r for r in list(self.records) if r.observation.episode == name] for name in names]
        return [e for e in episodes if e[0].step_type is StepType.FIRST and e[-1].step_type is StepType.LAST]


@contextmanager
def spinning(graph: LockstepGraph) -> Iterator[LockstepGraph]:
    nodes = (graph.simulation, graph.learning_side, graph.environment)
    with graph.client, Spinning(*nodes, context=rclpy.get_default_context()):
        yield graph
    rclpy.try_shutdown()


@pytest.fixture
def graph(domain_id: int, tmp_path: Path) -> Iterator[LockstepGraph]:
    rclpy.init(domain_id=domain_id)
    with spinning(LockstepGraph(folder=tmp_path, domain_id=domain_id)) as graph:
        yield graph


def test_it_starts_by_itself_and_runs_whole_episodes_without_a_missed_step(graph: LockstepGraph) -> None:
    for records in graph.wait_for_episodes(2):
        assert [record.observation.step for record in records] == list(range(11))
        assert records[-1].truncated
        stamps = [record.observation.streams[0].stamp_ns for record in records]
        assert stamps == sorted(set(stamps))
        assert {sample.age_s for record in records for sample in record.observation.streams[:3]} == {0.0}
    wait_for(lambda: graph.client.episodes, 10.0, what="a summary")
    assert graph.client.episodes[0].deadline_misses == 0
    assert list(graph.client.episodes[0].tick_period_s) == []


def test_each_step_shows_what_the_last_command_did(graph: LockstepGraph) -> None:
    (records,) = graph.wait_for_episodes(1)
    for before, after in zip(records[:-1], records[1:], strict=True):
        way = before.commanded_pose.position - before.reference_pose.position
        moved = after.observation.state[:3] - before.observation.state[:3]
        if np.linalg.norm(way) > 0.01:
            assert float(moved @ way) > 0


def test_episodes_of_a_seed_begin_where_that_seed_says(graph: LockstepGraph) -> None:
    first, second = graph.wait_for_episodes(2)
    assert first[0].reset_seed != second[0].reset_seed
    assert not np.allclose(first[0].observation.state[:6], second[0].observation.state[:6], atol=1e-4)


def test_an_arm_that_shall_be_recorded_begins_when_all_that_it_does_is(domain_id: int, tmp_path: Path) -> None:
    rclpy.init(domain_id=domain_id)
    with spinning(
        LockstepGraph(folder=tmp_path, domain_id=domain_id, requires=("replay", "learner", "recorder"))
    ) as graph:
        wait_for(lambda: "waiting for recorder_node" in graph.client.describe(), READY_S, what=graph.client.describe)
        recorder = RecorderNode(namespace="arm_0", parameter_overrides=[Parameter("run_folder", value=str(tmp_path))])
        with Spinning(recorder, context=rclpy.get_default_context()):
            records, _ = graph.wait_for_episodes(2)
    with RawBag(tmp_path / "raw" / "arm_0") as bag:
        steps = [
            deserialize_message(message.payload, StepTrace).record.observation
            for _, message in bag.messages()
            if message.topic.name == "/arm_0/environment/step"
        ]
    seen = [(step.episode, step.step) for step in steps]
    done = [(record.observation.episode, record.observation.step) for record in records[:-1]]
    assert seen[: len(done)] == done
