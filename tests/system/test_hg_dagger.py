"""Imitation of a few demonstrations, then HG-DAgger from its weights while the scripted person corrects."""

from __future__ import annotations

import pytest

from tests.support.kill_audit import audit
from tests.support.launched_graph import LaunchedGraph
from tests.support.params_file import write_params

pytestmark = [pytest.mark.ros, pytest.mark.slow, pytest.mark.timeout(300)]

DEMONSTRATIONS = 2
UPDATES = 40
STEPS = 150
LIMIT_S = 120.0


def test_behaviour_cloning_ends_by_itself_and_corrections_improve_what_it_made(tmp_path, domain_id):
    config = write_params(
        tmp_path / "bc.yaml", {"learner_node": {"hyperparameters.updates": UPDATES, "hyperparameters.batch_size": 8}}
    )
    base = tmp_path / "base"
    arguments = {
        "algorithm": "bc",
        "policy": "mlp",
        "run": base,
        "demonstrations_needed": DEMONSTRATIONS,
        "evaluation_episodes": 1,
        "config": config,
    }
    with LaunchedGraph("peg_insertion", arguments=arguments, folder=tmp_path, domain_id=domain_id) as graph:
        assert graph.wait_until_over(LIMIT_S) == 0, graph.output[-3000:]
    report = graph.report()
    assert (report["environment_steps"], report["updates"]) == (0, UPDATES)
    assert (report["evaluation"]["episodes"], report["imitation_only"]) == (1, None)
    assert report["evaluation"]["policy_version"] == f"1.{UPDATES}"

    config = write_params(
        tmp_path / "hg_dagger.yaml",
        {
            "learner_node": {"pipeline.start_training_steps": 20, "hyperparameters.batch_size": 8},
            "operator_node": {"correction.patience_ticks": 2},
            "progress_node": {"evaluation.every_steps": 0},
        },
    )
    arguments.pop("demonstrations_needed")  # those that are there are learned from beside corrections, however many
    arguments |= {
        "algorithm": "hg_dagger",
        "run": tmp_path / "after",
        "begin_with": base,
        "max_environment_steps": STEPS,
        "config": config,
    }
    recording = tmp_path / "recording.jsonl"
    with LaunchedGraph("peg_insertion", arguments=arguments, folder=tmp_path, domain_id=domain_id) as graph:
        graph.companion("recorder", "--output", recording)
        assert graph.wait_until_over(LIMIT_S) == 3, graph.output[-3000:]
    report = graph.report()
    assert report["updates"] > 0
    assert report["corrections"]["take_overs"] == report["interventions"] > 0
    assert report["corrections"]["doubt_threshold"] > 0
    assert report["imitation_only"]["policy_version"] == "imitation"
    assert report["evaluation"]["policy_version"] not in ("", "imitation")
    assert audit(run_folder=graph.run_folder, recording=recording) == []
