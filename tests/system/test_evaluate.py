"""`evaluate` on a real graph: repeatable in lockstep, goes on after an interruption, refuses what does not fit."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.support.domains import leased_domain
from tests.support.launched_graph import graph_environment, launcher
from tests.support.params_file import write_params
from tests.support.short_runs import FinishedRun
from tests.support.wait import wait_for
from user_bringup.evaluation.evaluation_report import evaluation_report
from user_bringup.evaluation.row_file import RowFile
from user_bringup.evaluation.run_record import RunRecord
from user_core.log.kinds import RecordKind
from user_core.log.reader import BagReader
from user_core.ros.records import decode_transition

pytestmark = [pytest.mark.ros, pytest.mark.slow, pytest.mark.timeout(600)]

LIMIT_S = 200.0


@contextmanager
def started(words: Sequence[str], *, folder: Path, domain_id: int) -> Iterator[subprocess.Popen[str]]:
    """`evaluate` as a person starts it, which cannot outlive the test."""
    process = subprocess.Popen(
        [str(launcher().with_name("evaluate")), *words],
        env=graph_environment(domain_id) | {"ROS_LOG_DIR": str(folder / "ros_log")},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
            process.communicate(timeout=60)


def evaluate(*words: str, folder: Path, domain_id: int) -> tuple[int, str]:
    """Run it to its end; return its status and output."""
    with started(words, folder=folder, domain_id=domain_id) as process:
        output, _ = process.communicate(timeout=LIMIT_S)
    return process.returncode, output


def results(folder: Path) -> list[dict[str, Any]]:
    """The rows of the table, one a seed."""
    report = evaluation_report(RunRecord.load(folder))
    assert report is not None
    rows: list[dict[str, Any]] = report["rows"]
    return rows


def without_names(folder: Path) -> list[dict[str, Any]]:
    """The table without the names of the episodes, which differ from one evaluation to the next."""
    return [{key: value for key, value in row.items() if key != "episode"} for row in results(folder)]


def states(folder: Path) -> list[np.ndarray]:
    """What the arm did in each episode that counts: (T + 1, S) in the order of the seeds."""
    found: dict[str, list[np.ndarray]] = {row["episode"]: [] for row in results(folder)}
    with BagReader(folder / "transitions") as bag:
        for record in bag.records():
            if record.kind is RecordKind.TRANSITION:
                observation = decode_transition(record.payload).observation
                found.get(observation.episode, []).append(observation.state)
    return [np.stack(episode) for episode in found.values()]


def test_a_trained_policy_twice_on_the_same_seeds_gives_the_same_table(
    training_run: FinishedRun, tmp_path: Path
) -> None:
    folders = tmp_path / "one", tmp_path / "two"
    for folder in folders:
        words = ("peg_insertion", f"checkpoint:={training_run.folder}", "episodes:=3", "seed:=5", f"run:={folder}")
        with leased_domain() as domain_id:
            status, output = evaluate(*words, folder=tmp_path, domain_id=domain_id)
        assert status == 0, output[-3000:]
        assert "success: " in output
    assert len(results(folders[0])) == 3
    assert without_names(folders[0]) == without_names(folders[1])
    for first, second in zip(*(states(folder) for folder in folders), strict=True):
        np.testing.assert_array_equal(first, second)
    assert (folders[0] / "report.html").exists()


def test_an_interrupted_evaluation_goes_on_where_it_ended(tmp_path: Path, domain_id: int) -> None:
    folder = tmp_path / "judged"
    words = ("peg_insertion", "policy:=operator", "episodes:=4", "seed:=5", f"run:={folder}")
    table = RowFile(folder / "progress" / "episodes.jsonl")
    with started(words, folder=tmp_path, domain_id=domain_id) as process:
        wait_for(lambda: len(table.rows()) >= 1, LIMIT_S)
        os.kill(process.pid, signal.SIGINT)
        output, _ = process.communicate(timeout=60)
    assert "give the same command again" in output, output[-3000:]
    assert 1 <= len(table.rows()) < 4
    status, output = evaluate(*words, folder=tmp_path, domain_id=domain_id)
    assert status == 0, output[-3000:]
    seeds = [row["seed"] for row in table.rows() if row["outcome"] != "incomplete"]
    assert sorted(seeds) == sorted({row["seed"] for row in results(folder)})
    assert len(results(folder)) == 4
    assert {row["mode"] for row in table.rows()} == {"collect"}


def test_weights_of_another_environment_are_refused_with_what_differs(
    training_run: FinishedRun, tmp_path: Path, domain_id: int
) -> None:
    config = write_params(tmp_path / "other.yaml", {"environment_node": {"action.scale_m": 0.01}})
    words = ("peg_insertion", f"checkpoint:={training_run.folder}", f"config:={config}", f"run:={tmp_path / 'out'}")
    status, output = evaluate(*words, folder=tmp_path, domain_id=domain_id)
    assert status == 1, output[-3000:]
    assert "was trained in another environment: action was" in output
    assert "'0.01'" in output
