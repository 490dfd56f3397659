"""How often the scripted person succeeds, over more resets than a unit test has time for; in process, without ROS."""

from __future__ import annotations

import pytest

from tests.support.task_rollout import TaskBench, make_expert

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]
FIRST_SEED = 1000


@pytest.mark.parametrize(("task", "episodes"), [("pick_and_place", 100), ("table_cleanup", 40)])
def test_the_expert_succeeds_from_nearly_all_resets(task: str, episodes: int) -> None:
    bench, expert = TaskBench(task), make_expert(task)
    rollouts = [bench.run(expert, seed=FIRST_SEED + index) for index in range(episodes)]
    assert sum(rollout.success for rollout in rollouts) >= 0.95 * episodes
