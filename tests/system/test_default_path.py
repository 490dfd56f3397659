"""What `./user launch peg_insertion` does, on few demonstrations and updates: collect, pretrain, practise on images."""

from __future__ import annotations

import pytest

from tests.support.kill_audit import audit
from tests.support.launched_graph import LaunchedGraph
from tests.support.params_file import write_params

pytestmark = [pytest.mark.ros, pytest.mark.slow, pytest.mark.timeout(500)]

DEMONSTRATIONS = 3
STEPS = 200
LIMIT_S = 200.0


def test_collects_then_imitates_then_learns_from_images_and_keeps_the_demonstrations(tmp_path, domain_id):
    config = write_params(
        tmp_path / "short.yaml",
        {
            "progress_node": {"collect.demonstrations_needed": DEMONSTRATIONS, "evaluation.every_steps": 0},
            "learner_node": {
                "pretraining.demonstrations": DEMONSTRATIONS,
                "pretraining.encoder_updates": 20,
                "pretraining.imitation_updates": 50,
                "pipeline.start_training_steps": 50,
                "hyperparameters.batch_size": 16,
            },
        },
    )
    arguments = {"config": config, "evaluation_episodes": 2, "max_environment_steps": STEPS, "max_wall_s": 300.0}
    recording = tmp_path / "recording.jsonl"
    with LaunchedGraph("peg_insertion", arguments=arguments, folder=tmp_path, domain_id=domain_id) as graph:
        graph.companion("recorder", "--output", recording)
        assert graph.wait_until_over(LIMIT_S) == 3, graph.output[-3000:]
    report = graph.report()
    assert (report["algorithm"], report["policy"], report["privileged_inputs"]) == ("rlpd", "cnn", [])
    assert report["environment_steps"] >= STEPS
    assert report["updates"] > 0
    assert report["evaluation"]["episodes"] == report["imitation_only"]["episodes"] == 2
    assert report["imitation_only"]["policy_version"] == "imitation"
    assert report["evaluation"]["policy_version"] not in ("", "imitation")
    assert audit(run_folder=graph.run_folder, recording=recording) == []

    arguments |= {"run": tmp_path / "second", "max_environment_steps": 20, "evaluation_episodes": 0}
    with LaunchedGraph("peg_insertion", arguments=arguments, folder=tmp_path, domain_id=domain_id) as second:
        assert second.wait_until_over(LIMIT_S) == 3, second.output[-3000:]
    assert "collection" not in second.output
    assert second.report()["updates"] >= 0
