"""SIGKILL at random moments: nothing that a robot has recorded is lost or doubled, and the run goes on."""

from __future__ import annotations

import pytest

from tests.support.chaos import schedule, strike_all
from tests.support.graph_processes import kill, shared_memory_files
from tests.support.kill_audit import audit, evaluation_kinds, learner_resumptions
from tests.support.launched_graph import START_S, LaunchedGraph
from tests.support.short_runs import CHECKPOINT_UPDATES, short_training

pytestmark = [pytest.mark.ros, pytest.mark.slow, pytest.mark.timeout(500)]

VICTIMS = ("simulation_node", "environment_node", "policy_node", "replay_node", "learner_node")
PAIRS = (("environment_node", "replay_node"), ("learner_node", "policy_node"))


def test_run_survives_the_kill_of_every_node(tmp_path, domain_id):
    arguments = short_training(tmp_path, steps=0, max_wall_s=110.0, final_episodes=12)
    strikes = schedule(seed=1, kills=dict.fromkeys(VICTIMS, 1), pairs=PAIRS, interval_s=8.0)
    recording = tmp_path / "recording.jsonl"
    with LaunchedGraph("peg_insertion", arguments=arguments, folder=tmp_path, domain_id=domain_id) as graph:
        graph.companion("recorder", "--output", recording)
        checkpoints = graph.run_folder / "checkpoints"
        graph.when(lambda: any(checkpoints.glob("updates-*")), START_S, what="a first checkpoint")
        log = strike_all(graph, strikes)
        graph.when(lambda: "final" in evaluation_kinds(graph.run_folder), 120, what="the final evaluation")
        kill(graph.wait_for_node("progress_node"))
        status = graph.wait_until_over(200)
        assert graph.left_running() == []
    assert status == 3, graph.output[-3000:]
    assert not shared_memory_files(domain_id)
    assert audit(run_folder=graph.run_folder, recording=recording) == []
    resumptions = learner_resumptions(recording, log.times_s("learner_node"))
    assert len(resumptions) == 2
    for before, after in resumptions:
        assert max(1, before - 3 * CHECKPOINT_UPDATES) <= after
    report = graph.report()
    assert report["evaluation"]["episodes"] == 12
    assert report["replay"]["lost"] == 0
    # Killed in the middle of it, the progress node went on with the seeds that were left.
    assert evaluation_kinds(graph.run_folder).count("final") == 1
