"""One real environment_node in process, against stand-ins for the drivers of a Franka arm and for the learning side."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rclpy
from geometry_msgs.msg import PoseStamped
from rclpy.action import ActionClient
from rclpy.parameter import Parameter

from tests.support.arm_client import ArmClient
from tests.support.heard_transitions import HeardTransitions
from tests.support.patience import PATIENCE
from tests.support.spinning import Spinning
from tests.support.stand_in_drivers import StandInDrivers
from tests.support.stand_in_learning_side import StandInLearningSide
from tests.support.wait import wait_for
from user_core.errors import ConfigurationError
from user_core.ros import qos
from user_core.ros.conversions import from_message
from user_core.ros.spec_conversion import spec_from_message
from user_core.transforms import subtract
from user_core.types import Mode, Observation, StepType
from user_hardware.nodes.environment_node import EnvironmentNode
from user_interfaces.action import RunEpisodes
from user_interfaces.msg import EnvironmentSpec
from user_interfaces.msg import Observation as ObservationMessage

pytestmark = [pytest.mark.ros, pytest.mark.timeout(120)]

PARAMETERS: dict[str, Any] = {
    **PATIENCE,
    "robot": "franka",
    "gripper.driver": "crisp",
    "reset.still_ticks": 2,
    "reset.start_low_m": [-0.01, -0.01, 0.07],
    "reset.start_high_m": [0.01, 0.01, 0.08],
    "task.max_episode_steps": 15,
    # The stand-in policy pushes at random and must not succeed by chance.
    "reward.tolerance_m": 1e-5,
    # On a busy machine answers may be late; what is asked here is what becomes of them.
    "arbiter.max_missed_deadlines": 1000,
}
READY_S = 30.0


class Graph:
    """An environment and its neighbours in the default context, and a client beside them."""

    def __init__(self, *, folder: Path, domain_id: int, parameters: dict[str, Any]) -> None:
        values = {**PARAMETERS, "run_folder": str(folder / "run"), **parameters}
        overrides = [Parameter(name, value=value) for name, value in values.items()]
        self.drivers = StandInDrivers(namespace="arm_0", position=[0.5, 0.0, 0.165], record=folder / "targets.jsonl")
        self.learning_side = StandInLearningSide(namespace="arm_0", seed=0)
        self.environment = EnvironmentNode(namespace="arm_0", parameter_overrides=overrides)
        self.client = ArmClient(domain_id=domain_id)
        self.records = HeardTransitions(self.client.node).records
        self.observations: list[Observation] = []
        self.specs: list[EnvironmentSpec] = []
        node = self.client.node
        node.create_subscription(ObservationMessage, "environment/observation", self._take_observation, qos.NEWEST)
        node.create_subscription(EnvironmentSpec, "environment/spec", self.specs.append, qos.LATCHED)

    def sequences(self) -> list[int]:
        """Return the sequences of all transitions and summaries heard, in order, each once."""
        heard = {record.source_sequence for record in list(self.records)}
        return sorted(heard | {int(episode.source_sequence) for episode in list(self.client.episodes)})

    def _take_observation(self, message: ObservationMessage) -> None:
        self.observations.append(from_message(message, Observation))


def _refuse_to_write(descriptor: int, content: bytes, offset: int) -> int:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


@pytest.fixture
def graph(domain_id: int, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Graph]:
    rclpy.init(domain_id=domain_id)
    graph = Graph(folder=tmp_path, domain_id=domain_id, parameters=getattr(request, "param", {}))
    nodes = (graph.drivers, graph.learning_side, graph.environment)
    with graph.client, Spinning(*nodes, context=rclpy.get_default_context()):
        yield graph
    rclpy.try_shutdown()


def test_an_episode_is_recorded_step_by_step_in_the_spec_that_was_announced(graph: Graph) -> None:
    graph.client.wait_for_hold("started", READY_S)
    graph.client.resume(READY_S)
    wait_for(lambda: graph.client.episodes, READY_S, what=graph.client.describe)
    wait_for(lambda: any(record.step_type is StepType.LAST for record in graph.records), 10.0, what="record T")
    spec = spec_from_message(graph.specs[-1])
    episode = graph.client.episodes[0].episode
    records = [record for record in graph.records if record.observation.episode == episode]
    assert [record.observation.step for record in records] == list(range(16))
    assert records[0].step_type is StepType.FIRST
    assert records[-1].truncated and not records[-1].terminated
    assert all(record.discount == 1.0 for record in records[:-1])
    scale = spec.action_scale_array()
    for record in records[:-1]:
        done = subtract(record.commanded_pose, record.reference_pose)
        np.testing.assert_allclose(record.executed_action * scale, done, atol=1e-6)
    assert {record.observation.spec_digest for record in graph.records} == {spec.digest}
    sequences = [record.source_sequence for record in graph.records]
    assert sequences == sorted(set(sequences))
    for record in records:
        spec.check_observation(record.observation)


def test_ticks_keep_their_period(graph: Graph) -> None:
    graph.client.resume(READY_S)
    wait_for(lambda: graph.client.episodes, READY_S, what=graph.client.describe)
    period_s = np.asarray(graph.client.episodes[0].tick_period_s)
    assert len(period_s) == 15
    # The median: a busy machine may skip ticks, which are counted, but never moves the ones after them.
    assert float(np.median(period_s)) == pytest.approx(0.1, rel=0.1)


def test_a_second_publisher_of_targets_is_an_error_that_holds(graph: Graph) -> None:
    graph.client.resume(READY_S)
    graph.client.wait_for_state("AUTONOMOUS", timeout_s=READY_S)
    rival = graph.client.node.create_publisher(PoseStamped, "target_pose", 10)
    graph.client.wait_for_hold("target_pose", READY_S)
    granted, why = graph.client.call("resume")
    assert not granted and "target_pose" in why
    graph.client.node.destroy_publisher(rival)
    graph.client.resume(READY_S)


@pytest.mark.parametrize(
    ("fault", "named"),
    [
        ("silence wrench", "external_wrench_in_base_frame"),
        ("silence pose", "pose"),
        ("resize wrist", "wrist"),
        ("freeze wrist", "same pixels"),
    ],
)
def test_a_sick_stream_is_named_and_holds_until_it_is_sound(graph: Graph, fault: str, named: str) -> None:
    graph.client.resume(READY_S)
    wait_for(lambda: graph.records, READY_S, what=graph.client.describe)
    graph.client.fault(fault)
    graph.client.wait_for_hold(named, READY_S)
    granted, why = graph.client.call("resume")
    assert not granted and named in why
    graph.client.fault("none")
    graph.client.resume(READY_S)
    graph.client.wait_for_state("RESET", "AUTONOMOUS", timeout_s=READY_S)


def test_a_full_disk_holds_the_arm_and_no_record_is_lost(graph: Graph) -> None:
    graph.client.resume(READY_S)
    wait_for(lambda: graph.records, READY_S, what=graph.client.describe)
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setattr(os, "pwrite", _refuse_to_write)
        graph.client.wait_for_hold("No space left", READY_S)
        graph.client.resume(READY_S)
        graph.client.wait_for_state("WAITING", timeout_s=READY_S)
        wait_for(lambda: "No space left" in graph.client.describe(), READY_S, what=graph.client.describe)
    wait_for(lambda: graph.client.episodes, READY_S, what="the summary that the disk had no room for")
    assert graph.client.episodes[0].outcome == "incomplete"
    graph.client.wait_for_state("AUTONOMOUS", timeout_s=READY_S)
    wait_for(lambda: len(graph.client.episodes) > 1, READY_S, what=graph.client.describe)
    last = graph.client.episodes[1].source_sequence
    # Transitions and summaries are two topics: a summary may be heard before the records that were sent ahead of it.
    wait_for(lambda: set(range(1, last + 1)) <= set(graph.sequences()), READY_S, what=lambda: str(graph.sequences()))
    sequences = [number for number in graph.sequences() if number <= last]
    assert sequences == list(range(sequences[0], last + 1))


def test_a_goal_runs_its_seeds_and_reports_each(graph: Graph) -> None:
    client: ActionClient[Any, Any, Any] = ActionClient(graph.client.node, RunEpisodes, "environment/run_episodes")
    wait_for(client.server_is_ready, READY_S, what="run_episodes")
    feedback: list[Any] = []
    goal = RunEpisodes.Goal(mode="evaluate", seeds=[11, 12], deterministic=True, evaluation="an-evaluation")
    sent = client.send_goal_async(goal, feedback_callback=lambda message: feedback.append(message.feedback))
    wait_for(sent.done, READY_S, what="the goal's acceptance")
    handle = sent.result()
    assert handle is not None and handle.accepted
    graph.client.resume(READY_S)
    result = handle.get_result_async()
    wait_for(result.done, 60.0, what=graph.client.describe)
    answer = result.result()
    assert answer is not None and answer.result.episodes == 2
    assert [item.seed for item in feedback if item.counts] == [11, 12]
    evaluated = [record for record in graph.records if record.observation.mode is Mode.EVALUATE]
    assert {record.reset_seed for record in evaluated} == {11, 12}
    assert all(record.observation.deterministic and record.evaluation == "an-evaluation" for record in evaluated)


def test_a_wrong_parameter_ends_the_node_with_one_sentence(domain_id: int) -> None:
    rclpy.init(domain_id=domain_id)
    try:
        with pytest.raises(ConfigurationError, match="guard.tilt_rad"):
            EnvironmentNode(parameter_overrides=[Parameter("guard.tilt_rad", value=-1.0)])
        with pytest.raises(ConfigurationError, match="resume"):
            EnvironmentNode(parameter_overrides=[Parameter("resume", value="automatic")])
    finally:
        rclpy.try_shutdown()


GRIPPING: dict[str, Any] = {
    "action.names": ["x", "y", "z", "rx", "ry", "gripper"],
    "gripper.patience_s": 1.0,
    "task.max_episode_steps": 1000,
}


@pytest.mark.parametrize("graph", [GRIPPING], indirect=True)
def test_a_gripper_that_never_answers_holds_the_arm_in_one_sentence(graph: Graph) -> None:
    graph.client.resume(READY_S)
    wait_for(lambda: len(graph.records) > 5, READY_S, what=graph.client.describe)
    assert {abs(float(record.executed_action[-1])) for record in graph.records[:5]} == {1.0}
    graph.client.fault("jam gripper")
    graph.client.wait_for_hold("the gripper was asked for", READY_S)
    graph.client.fault("none")
    graph.client.resume(READY_S)
    graph.client.wait_for_state("AUTONOMOUS", timeout_s=READY_S)


@pytest.mark.parametrize("graph", [GRIPPING | {"gripper.on_silence": "report"}], indirect=True)
def test_a_gripper_that_never_answers_is_reported_while_the_loop_goes_on(graph: Graph) -> None:
    graph.client.resume(READY_S)
    wait_for(lambda: graph.records, READY_S, what=graph.client.describe)
    graph.client.fault("jam gripper")

    def reported() -> bool:
        if graph.client.state == "HOLD":  # for a stream that a busy machine kept silent: not what is tested
            graph.client.call("resume")
        return graph.client.state == "AUTONOMOUS" and "the gripper was asked for" in graph.client.describe()

    wait_for(reported, READY_S, what=graph.client.describe)


@pytest.mark.parametrize("graph", [{"reset.gripper": 1.0, "reset.timeout_s": 4.0}], indirect=True)
def test_a_gripper_that_does_not_reach_the_start_keeps_the_episode_from_opening(graph: Graph) -> None:
    graph.client.fault("jam gripper")
    graph.client.resume(READY_S)
    graph.client.wait_for_hold("should rest at 80 mm", READY_S)
    assert graph.records == []
    graph.client.fault("none")
    graph.client.resume(READY_S)
    graph.client.wait_for_state("AUTONOMOUS", timeout_s=READY_S)
