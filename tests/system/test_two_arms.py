"""Two arms, each with a world, an environment and an arbiter of its own, feed one log and one learner."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.support.foreign_records import foreign_messages
from tests.support.json_lines import whole_rows
from tests.support.kill_audit import audit
from tests.support.launched_graph import LaunchedGraph
from tests.support.short_runs import TRAINING_STEPS, short_training

pytestmark = [pytest.mark.ros, pytest.mark.slow, pytest.mark.timeout(400)]
LONGEST_EPISODE = 100


def test_two_arms_practise_for_one_learner_and_share_its_evaluations(tmp_path, domain_id):
    arguments = short_training(tmp_path, robots=2)
    recording = tmp_path / "recording.jsonl"
    with LaunchedGraph("peg_insertion", arguments=arguments, folder=tmp_path, domain_id=domain_id) as graph:
        graph.companion("recorder", "--robots", "arm_0", "arm_1", "--output", recording)
        assert graph.wait_until_over(300) == 3, graph.output[-3000:]
    assert audit(run_folder=graph.run_folder, recording=recording) == []
    steps: Counter[str] = Counter()
    sources: dict[str, set[str]] = {"arm_0": set(), "arm_1": set()}
    for topic, _, _, message in foreign_messages(graph.run_folder / "transitions"):
        if topic == "/replay/transition":
            steps[message.robot] += message.observation.mode == "train" and message.step_type != message.LAST
            sources[message.robot].add(message.source)
    assert min(steps["arm_0"], steps["arm_1"]) > 0.25 * steps.total()
    assert [len(names) for names in sources.values()] == [1, 1]
    assert sources["arm_0"].isdisjoint(sources["arm_1"])
    # Each arm may end the episode in which the budget was reached.
    assert TRAINING_STEPS <= graph.report()["environment_steps"] <= steps.total() < TRAINING_STEPS + 2 * LONGEST_EPISODE
    rows = whole_rows(graph.run_folder / "progress" / "episodes.jsonl")
    evaluated = {row["robot"] for row in rows if row["evaluation"]}
    assert evaluated == {"arm_0", "arm_1"}
