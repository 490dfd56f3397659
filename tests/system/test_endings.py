"""However a launch is ended, all of it ends, soon, and leaves its report."""

from __future__ import annotations

import signal

import pytest

from tests.support.graph_processes import shared_memory_files
from tests.support.launched_graph import START_S, LaunchedGraph
from tests.support.short_runs import FinishedRun, short_training
from tests.support.wait import wait_for

pytestmark = [pytest.mark.ros, pytest.mark.slow, pytest.mark.timeout(400)]

LIMIT_S = 10.0


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_signal_ends_everything_within_ten_seconds_with_the_report_written(tmp_path, domain_id, number):
    arguments = short_training(tmp_path, steps=0)
    with LaunchedGraph("peg_insertion", arguments=arguments, folder=tmp_path, domain_id=domain_id) as graph:
        samples = graph.run_folder / "progress" / "episodes.jsonl"
        graph.when(lambda: samples.exists() and samples.stat().st_size > 0, START_S, what="a first closed episode")
        seconds = graph.end(number)
        assert graph.status not in (0, None)
    assert seconds <= LIMIT_S
    assert graph.report()["environment_steps"] > 0
    assert (graph.run_folder / "report.html").exists()
    assert not shared_memory_files(domain_id)


def test_killed_launcher_takes_its_nodes_with_it(tmp_path, domain_id):
    arguments = short_training(tmp_path)
    with LaunchedGraph("peg_insertion", arguments=arguments, folder=tmp_path, domain_id=domain_id) as graph:
        for name in ("environment_node", "policy_node", "replay_node", "learner_node", "progress_node"):
            graph.wait_for_node(name)
        graph.launcher.send_signal(signal.SIGKILL)
        wait_for(lambda: not graph.left_running(), LIMIT_S, what="the end of all nodes")


def test_finished_run_exits_with_three_and_reports_what_happened(training_run: FinishedRun):
    assert training_run.status == 3, training_run.output[-3000:]
    expected = "report.json report.html configuration.yaml transitions checkpoints tensorboard log"
    for name in expected.split():
        assert (training_run.folder / name).exists(), name
