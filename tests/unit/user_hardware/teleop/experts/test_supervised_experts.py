"""Whoever watches a policy that does what they would do has no cause to take over."""

from __future__ import annotations

import pytest

from tests.support.task_rollout import TaskBench, make_expert
from user_hardware.teleop.supervision import CorrectionConfig, Supervision

_LAST_TICKS = 5
"""A lid that falls shut by itself, or a peg about to slip in, is not corrected any more."""


@pytest.mark.parametrize("task", ["peg_insertion", "charger", "pick_and_place", "cap_tightening", "table_cleanup"])
def test_nobody_corrects_what_they_would_do_themselves(task: str) -> None:
    bench = TaskBench(task)
    for seed in (1, 4):
        expert, supervision = make_expert(task), Supervision(config=CorrectionConfig(enabled=True))
        bench.reset(seed)
        expert.reset(seed)
        supervision.begin(seed=seed)
        taken_over = []
        for _ in range(bench.config.task.max_episode_steps):
            view = bench.view()
            taken_over.append(supervision.corrects(expert.way_left_m(view)))
            if bench.step(expert.act(view)).success:
                break
        assert len(taken_over) < bench.config.task.max_episode_steps
        assert not any(taken_over[:-_LAST_TICKS])
