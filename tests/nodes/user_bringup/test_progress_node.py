"""The real progress node among real messages: an environment that answers RunEpisodes, a replay and a learner."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from rclpy.action import ActionServer
from rclpy.context import Context
from rclpy.executors import SingleThreadedExecutor
from rclpy.node import Node
from std_srvs.srv import Trigger

from tests.support.learning_records import small_spec
from user_bringup.nodes.progress_node import ProgressNode
from user_core.ros import qos
from user_core.ros.runner import NodeExit
from user_core.ros.spec_conversion import spec_to_message
from user_core.run import RunFolder
from user_interfaces.action import RunEpisodes
from user_interfaces.msg import EnvironmentSpec, EnvironmentStatus, EpisodeSummary, LearnerStatus, ReplayStatus

pytestmark = pytest.mark.ros

KEYS = (
    "task algorithm policy privileged_inputs seed setup_s wall_s environment_steps robot_time_s episodes updates "
    "utd_ratio evaluation imitation_only first_reached curve loop weights replay interventions"
).split()


class Graph(Node):
    """Stands for environment, replay and learner: training steps grow, every goal's episodes succeed at once."""

    def __init__(self, *, context: Context, run: str) -> None:
        super().__init__("graph", context=context, cli_args=["--ros-args", "-p", "limits.speed_m_s:=0.5"])
        self.declare_parameter("limits.speed_m_s", 0.1)
        self.run = run
        self.training_steps = 0
        self.missing_versions: set[str] = set()
        self.evaluation = ""
        self.goals: list[Any] = []
        prefix = "/arm_0/environment"
        self._status = self.create_publisher(EnvironmentStatus, f"{prefix}/status", qos.LATCHED)
        self._episode = self.create_publisher(EpisodeSummary, f"{prefix}/episode", qos.EPISODES)
        self._spec = self.create_publisher(EnvironmentSpec, f"{prefix}/spec", qos.LATCHED)
        self._replay = self.create_publisher(ReplayStatus, "/replay/status", qos.LATCHED)
        self._learner = self.create_publisher(LearnerStatus, "/learner/status", qos.LATCHED)
        self.holds = 0
        self._hold = self.create_service(Trigger, f"{prefix}/hold", self._on_hold)
        self._server = ActionServer(self, RunEpisodes, f"{prefix}/run_episodes", self._execute)
        self._spec.publish(spec_to_message(small_spec(), run="", source="source", source_sequence=0))
        self.create_timer(0.05, self._practise)

    def close(self) -> None:
        self._server.destroy()
        self.destroy_node()

    def _practise(self) -> None:
        self.training_steps += 10
        if self.training_steps % 50 == 0:
            self._publish_episode("", 1_000_000 + self.training_steps, "1.32", "timeout", "train")
        self._status.publish(EnvironmentStatus(source="source_0", evaluation=self.evaluation, state="AUTONOMOUS"))
        self._replay.publish(ReplayStatus(run=self.run, training_steps=self.training_steps, next_number=1))
        status = LearnerStatus(run=self.run, updates=4 * self.training_steps, state="training")
        status.publish_to_use_p50_ms = float("nan")
        self._learner.publish(status)

    def _on_hold(self, request: Trigger.Request, response: Trigger.Response) -> Trigger.Response:
        self.holds += 1
        response.success = True
        return response

    def _execute(self, handle: Any) -> Any:  # noqa: ANN401 - rclpy's goal handle
        goal = handle.request
        self.goals.append(goal)
        self.evaluation = goal.evaluation
        for seed in goal.seeds:
            if goal.policy_version in self.missing_versions:
                feedback = RunEpisodes.Feedback(evaluation=goal.evaluation, seed=seed, episode=str(uuid.uuid4()))
                handle.publish_feedback(feedback)
                continue
            self._publish_episode(goal.evaluation, seed, goal.policy_version or "1.64", "success", "evaluate")
        self.evaluation = ""
        handle.succeed()
        return RunEpisodes.Result(evaluation=goal.evaluation, episodes=len(goal.seeds))

    def _publish_episode(self, evaluation: str, seed: int, version: str, outcome: str, mode: str) -> None:
        message = EpisodeSummary(run=self.run, source="source_0", robot="arm_0", seed=seed, evaluation=evaluation)
        message.episode, message.mode, message.outcome = str(uuid.uuid4()), mode, outcome
        message.length, message.policy_versions = 20, [version]
        self._episode.publish(message)


@pytest.fixture
def graph(context: Context, tmp_path: Path) -> Iterator[Graph]:
    graph = Graph(context=context, run=RunFolder(path=tmp_path).identity())
    yield graph
    graph.close()


def parameters(folder: Path, **values: object) -> list[str]:
    given = {"run_folder": folder, "task": "peg_insertion", "algorithm": "rlpd", "policy": "cnn"}
    given |= {"evaluation.every_steps": 100, "evaluation.first_at_steps": 900, "evaluation.episodes": 5}
    given |= {"evaluation.final_episodes": 8} | {name.replace("__", "."): value for name, value in values.items()}
    return ["--ros-args"] + [item for name, value in given.items() for item in ("-p", f"{name}:={value}")]


def spin_until(condition: Callable[[], bool], *nodes: Node, timeout_s: float = 60.0) -> None:
    executor = SingleThreadedExecutor(context=nodes[0].context)
    for node in nodes:
        executor.add_node(node)
    deadline_s = time.monotonic() + timeout_s
    try:
        while not condition():
            assert time.monotonic() < deadline_s, "it did not come to pass in time"
            executor.spin_once(timeout_sec=0.1)
    finally:
        executor.shutdown(timeout_sec=0)


def test_a_run_ends_with_final_and_imitation_evaluations_and_a_report(
    context: Context, graph: Graph, tmp_path: Path
) -> None:
    node = ProgressNode(context=context, cli_args=parameters(tmp_path, stop__confirmations=2))
    with pytest.raises(NodeExit) as ended:
        spin_until(lambda: False, node, graph)
    spin_until(lambda: graph.holds == 1, graph)  # no arm moves on while the report is written
    node.shutdown()
    node.destroy_node()

    assert ended.value.status == 0
    report = json.loads((tmp_path / "report.json").read_text())
    assert [key for key in KEYS if key not in report] == []
    assert report["evaluation"] | {"episodes": 8, "successes": 8, "policy_version": "1.64"} == report["evaluation"]
    assert report["imitation_only"]["policy_version"] == "imitation"
    assert len(report["curve"]) == 2
    assert report["robot_time_s"] == report["environment_steps"] / 10
    assert report["weights"]["publish_to_use_p50_ms"] is None
    asked: dict[str, set[int]] = {}
    for goal in graph.goals:
        asked.setdefault(goal.evaluation, set()).update(goal.seeds)
    first, second, final, imitation = asked.values()
    assert final == imitation
    assert len(first | second | final) == 5 + 5 + 8
    configuration = yaml.safe_load((tmp_path / "configuration.yaml").read_text())
    assert configuration["/graph"]["ros__parameters"]["limits"]["speed_m_s"] == 0.5
    assert configuration["/progress_node"]["ros__parameters"]["stop"]["confirmations"] == 2
    assert "<img" in (tmp_path / "report.html").read_text()


def test_a_restarted_node_goes_on_with_the_evaluation_that_was_open(
    context: Context, graph: Graph, tmp_path: Path
) -> None:
    node = ProgressNode(context=context, cli_args=parameters(tmp_path, stop__confirmations=1))
    spin_until(lambda: bool(graph.goals), node, graph)
    node.destroy_node()
    (before,) = graph.goals
    again = ProgressNode(context=context, cli_args=parameters(tmp_path, stop__confirmations=1))
    with pytest.raises(NodeExit):
        spin_until(lambda: False, again, graph)
    again.shutdown()
    again.destroy_node()
    report = json.loads((tmp_path / "report.json").read_text())
    assert len(report["curve"]) == 1
    assert report["evaluation"]["episodes"] == 8
    of_first = [goal for goal in graph.goals if goal.evaluation == before.evaluation]
    assert all(set(goal.seeds) <= set(before.seeds) for goal in of_first)


def test_a_named_version_that_the_policy_lacks_is_reported_as_null(
    context: Context, graph: Graph, tmp_path: Path
) -> None:
    graph.missing_versions = {"imitation"}
    node = ProgressNode(context=context, cli_args=parameters(tmp_path, stop__confirmations=1))
    with pytest.raises(NodeExit) as ended:
        spin_until(lambda: False, node, graph)
    node.shutdown()
    node.destroy_node()
    assert ended.value.status == 0
    report = json.loads((tmp_path / "report.json").read_text())
    assert report["imitation_only"] is None
    assert report["evaluation"]["episodes"] == 8
    assert "never began" in report["abandoned_evaluations"][0]["reason"]


def test_tables_that_cannot_be_written_hold_the_run_and_it_goes_on_when_they_can(
    context: Context, graph: Graph, tmp_path: Path
) -> None:
    node = ProgressNode(context=context, cli_args=parameters(tmp_path, stop__confirmations=1))
    tables = tmp_path / "progress"
    away = tables.rename(tmp_path / "progress_away")
    tables.write_text("a file where the folder should be")
    spin_until(lambda: graph.training_steps > 1200, node, graph)
    assert graph.goals == []
    tables.unlink()
    away.rename(tables)
    with pytest.raises(NodeExit) as ended:
        spin_until(lambda: False, node, graph)
    node.shutdown()
    node.destroy_node()
    assert ended.value.status == 0


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_process_writes_its_report_within_ten_seconds(
    number: signal.Signals, domain_id: int, graph: Graph, tmp_path: Path
) -> None:
    arguments = parameters(tmp_path, line_period_s=0.5, stop__at_success_rate=2.0)
    command = [sys.executable, "-m", "user_bringup.nodes.progress_node", *arguments]
    process = subprocess.Popen(command, env=os.environ | {"ROS_DOMAIN_ID": str(domain_id)})
    try:
        log = tmp_path / "log" / "progress.log"
        spin_until(lambda: log.exists() and bool(re.search(r"[1-9]\d* updates", log.read_text())), graph)
        process.send_signal(number)
        begun_s = time.monotonic()
        assert process.wait(timeout=10.0) == 0
        assert time.monotonic() - begun_s < 10.0
    finally:
        process.kill()
        process.wait()
    assert json.loads((tmp_path / "report.json").read_text())["verdict"] == "not finished"
    assert (tmp_path / "report.html").stat().st_size > 10_000


def test_a_run_folder_must_be_named(domain_id: int) -> None:
    command = [sys.executable, "-m", "user_bringup.nodes.progress_node"]
    environment = os.environ | {"ROS_DOMAIN_ID": str(domain_id)}
    result = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert result.returncode == 2
    assert "run_folder" in result.stderr
    assert "run:=" in result.stderr
