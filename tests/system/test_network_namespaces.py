"""Robot and policy on one machine, learner on another: started in any order, and with the cable pulled for a while."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.support.kill_audit import audit
from tests.support.launched_graph import START_S, LaunchedGraph
from tests.support.middleware import NETWORK
from tests.support.network_namespaces import TwoMachines
from tests.support.short_runs import short_training

pytestmark = [
    pytest.mark.ros,
    pytest.mark.slow,
    pytest.mark.timeout(600),
    pytest.mark.skipif(bool(TwoMachines.obstacle()), reason=TwoMachines.obstacle() or "namespaces can be made"),
]

CUT_S = 10.0


@pytest.mark.parametrize("first", ["robot", "learner"])
def test_run_over_two_machines_loses_nothing_when_the_cable_is_pulled(tmp_path, domain_id, first):
    with TwoMachines("user-test") as machines:
        robot = _machine(tmp_path / "robot", machines.prefix(0), role="robot", domain_id=domain_id)
        policy = _machine(tmp_path / "robot", machines.prefix(0), role="policy", domain_id=domain_id)
        learner = _machine(tmp_path / "learner", machines.prefix(1), role="learner", domain_id=domain_id)
        order = [robot, policy, learner] if first == "robot" else [learner, policy, robot]
        with order[0], order[1], order[2]:
            recording = tmp_path / "recording.jsonl"
            robot.companion("recorder", "--output", recording)
            episodes = learner.run_folder / "progress" / "episodes.jsonl"
            learner.when(
                lambda: episodes.exists() and episodes.stat().st_size > 0, START_S, what="a first closed episode"
            )
            machines.cut(CUT_S)
            assert learner.wait_until_over(300) == 3, learner.output[-3000:]
        assert audit(run_folder=learner.run_folder, recording=recording, outbox_folders=[robot.run_folder]) == []
        assert learner.report()["replay"]["lost"] == 0
        assert learner.report()["environment_steps"] >= 300


def _machine(folder: Path, prefix: list[str], *, role: str, domain_id: int) -> LaunchedGraph:
    folder.mkdir(parents=True, exist_ok=True)
    arguments: dict[str, Any] = short_training(folder, steps=300, role=role)
    return LaunchedGraph(
        "peg_insertion",
        arguments=arguments,
        folder=folder,
        domain_id=domain_id,
        # The machines meet over the cable as they would in a laboratory.
        environment=NETWORK,
        prefix=prefix,
    )
