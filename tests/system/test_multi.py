"""Two arms at two different tasks feed one learner of one policy, which is judged task by task."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from tests.support.graph_processes import shared_memory_files
from tests.support.launched_graph import LaunchedGraph
from tests.support.params_file import write_params
from user_policies.processing.known_instructions import KnownInstructions
from user_policies.weights.payload import unpack

pytestmark = [pytest.mark.ros, pytest.mark.slow, pytest.mark.timeout(500)]


def test_one_policy_learns_and_is_judged_at_two_tasks(tmp_path, domain_id):
    config = write_params(
        tmp_path / "short.yaml",
        {
            "progress_node": {"evaluation.every_steps": 0},
            "learner_node": {
                "pretraining.encoder_updates": 5,
                "pretraining.imitation_updates": 5,
                "hyperparameters.batch_size": 8,
                "hyperparameters.utd_ratio": 0.2,
            },
        },
    )
    arguments = {
        "demonstrations_needed": 4,
        "max_environment_steps": 200,
        "max_wall_s": 300.0,
        "evaluation_episodes": 4,
        "config": config,
    }
    with LaunchedGraph("multi", arguments=arguments, folder=tmp_path, domain_id=domain_id) as graph:
        assert graph.wait_until_over(400.0) == 3, graph.output[-3000:]
    report = graph.report()
    by_task = {task: rate["episodes"] for task, rate in report["evaluation_by_task"].items()}
    assert by_task == {"peg_insertion": 2, "charger": 2}
    assert report["replay"]["lost"] == 0
    assert report["updates"] > 0
    assert len(instructions_of(graph.run_folder)) == 2
    assert not shared_memory_files(domain_id)


def instructions_of(run: Path) -> list[str]:
    """Return the instructions that the newest weights were trained on."""
    newest = max((run / "policy").rglob("*.safetensors"), key=lambda file: file.stat().st_mtime)
    (texts,) = (
        value
        for name, value in unpack(newest.read_bytes()).tensors().items()
        if name == "features.known_instructions.texts"
    )
    known = KnownInstructions()
    known.texts = torch.from_numpy(np.array(texts))
    return known.sentences()
