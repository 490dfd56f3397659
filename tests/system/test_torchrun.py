"""Several processes that share each batch do what one does, and live and die as one node."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import psutil
import pytest

from tests.support.graph_processes import command, marked_processes, shared_memory_files
from tests.support.launched_graph import START_S, LaunchedGraph
from tests.support.short_runs import short_training
from tests.support.wait import wait_for

ROOT = Path(__file__).resolve().parents[2]
TORCHRUN = ("-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2")
LEARN = ("-m", "tests.support.shared_learning")
TOLERANCES = {"resnet10": 1e-4}
"""Through ten layers the noise of rounding grows; else 1e-5."""
WITHOUT_GRADIENT = "convolutions.4.bias"
"""A spatial softmax does not see what is added to all of its pixels: Adam moves that by the noise of rounding."""
DOUBTS = {"doubts", "doubt_threshold"}
"""What only the leader sees: where a person took over."""
TAKE_OVERS = ("train-0: 2", "train-0: 6", "train-1: 2", "train-1: 6", "train-2: 2", "train-2: 6")

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]


@pytest.mark.parametrize(
    ("algorithm", "policy", "encoder"),
    [
        ("rlpd", "cnn", "small"),
        ("rlpd", "cnn", "resnet10"),
        ("sac_flow", "flow_state", "small"),
        ("hg_dagger", "flow", "small"),
        ("hg_dagger", "cnn", "small_trained"),
    ],
)
def test_two_processes_learn_what_one_with_the_whole_batch_learns(
    tmp_path: Path, algorithm: str, policy: str, encoder: str
) -> None:
    found = {}
    for name, start in (("one", ()), ("two", TORCHRUN)):
        folder = tmp_path / name
        folder.mkdir()
        command = [sys.executable, *start, *LEARN, str(folder), algorithm, policy, encoder]
        subprocess.run(command, check=True, cwd=ROOT, timeout=200, env={**os.environ, "OMP_NUM_THREADS": "1"})
        found[name] = [dict(np.load(file)) for file in sorted(folder.glob("*.npz"))]
    (alone,), both = found["one"], found["two"]
    assert len(both) == 2
    assert len(alone) > 10
    leader, worker = both
    assert leader.keys() == alone.keys()
    assert leader.keys() - DOUBTS == worker.keys() - DOUBTS
    for name in alone:
        if not name.endswith(WITHOUT_GRADIENT):
            np.testing.assert_allclose(leader[name], alone[name], atol=TOLERANCES.get(encoder, 1e-5), err_msg=name)
        if name not in DOUBTS:
            np.testing.assert_array_equal(worker[name], leader[name], err_msg=name)
    assert len(alone.get("doubts", TAKE_OVERS)) == len(TAKE_OVERS)


@pytest.mark.ros
def test_learner_of_two_processes_goes_on_after_one_of_them_is_killed(tmp_path, domain_id):
    arguments = short_training(tmp_path, steps=500) | {"learner_processes": 2}
    with LaunchedGraph("peg_insertion", arguments=arguments, folder=tmp_path, domain_id=domain_id) as graph:
        checkpoints = graph.run_folder / "checkpoints"
        graph.when(lambda: any(checkpoints.glob("updates-*")), START_S, what="a first checkpoint")
        first = learners(graph)
        assert len(first) == 2
        first[-1].kill()
        wait_for(lambda: not any(process.is_running() for process in first), 60.0, what="the end of both")
        assert graph.wait_until_over(300.0) == 3, graph.output[-3000:]
    assert graph.report()["environment_steps"] >= 500
    assert "goes on from checkpoint" in graph.output
    assert not graph.left_running()
    assert not shared_memory_files(domain_id)


def learners(graph: LaunchedGraph) -> list[psutil.Process]:
    """The learner's processes, the leader first; torchrun itself is none of them."""
    found = [one for one in marked_processes(graph.mark) if any(is_learner(word) for word in command(one)[:2])]
    return sorted(found, key=lambda process: process.pid)


def is_learner(word: str) -> bool:
    return word.endswith("/learner_node")
