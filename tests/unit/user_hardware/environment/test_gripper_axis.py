"""The gripper axis: thresholds, hold time, dead band, what is commanded and what it costs."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tests.support.environment_bench import Bench
from user_core.types import ActionSource, RewardSignal
from user_hardware.environment.arbiter import Decision
from user_hardware.environment.gripper_axis import GripperAxis
from user_hardware.environment.streams_config import GripperConfig


class Table:
    """An axis over a fake gripper that stands closed."""

    def __init__(self, **config: Any) -> None:
        bench = Bench()
        self.gripper = bench.gripper
        self.commander = bench.environment.loop._bench.commander
        self.commander.grip(0.0)
        self.axis = GripperAxis(config=GripperConfig(**config), axis=1, commander=self.commander)

    def act(self, value: float | None, *, source: ActionSource = ActionSource.POLICY) -> bool:
        action = None if value is None else np.array([0.5, value], np.float32)
        return self.axis.act(Decision(source=source, action=action))


def test_beyond_the_threshold_it_switches_and_in_between_it_keeps_its_state() -> None:
    table = Table(threshold=0.3, hold_ticks=0)
    standing = []
    for value in (0.0, 0.29, 0.31, 0.0, -0.29, None, 1.0, -0.31, 0.29):
        table.act(value)
        standing.append(table.commander.opening)
    assert standing == [0, 0, 1, 1, 1, 1, 1, 0, 0]
    assert table.gripper.commands == [0.0, 1.0, 0.0]


def test_after_a_change_a_policys_next_one_waits_and_a_persons_does_not() -> None:
    table = Table(hold_ticks=2)
    assert [table.act(value) for value in (1.0, -1.0, -1.0, -1.0)] == [True, False, False, True]
    assert table.act(1.0, source=ActionSource.HUMAN)
    assert not table.act(-1.0) and not table.act(-1.0) and table.act(-1.0)


def test_ticks_without_an_action_count_too_and_an_episode_begins_free() -> None:
    table = Table(hold_ticks=2)
    assert table.act(1.0)
    table.act(None)
    table.act(None)
    assert table.act(-1.0)
    table.axis.begin()
    assert table.act(1.0)


def test_each_change_is_taken_from_the_reward_of_its_step_alone() -> None:
    table, signal = Table(hold_ticks=0, toggle_cost=0.1), RewardSignal(reward=1.0, success=True, source="pose")
    rewards = []
    for value in (1.0, 1.0, -1.0):
        table.act(value)
        rewards.append(table.axis.charge(signal).reward)
    assert rewards == pytest.approx([0.9, 1.0, 0.9])
    table.act(1.0)
    assert table.axis.charge(signal).success
    table.act(-1.0)
    table.axis.begin()
    assert table.axis.charge(signal) is signal, "the cost of an episode that broke off is nobody else's"


def test_a_continuous_gripper_follows_beyond_its_dead_band_and_costs_nothing() -> None:
    table, signal = Table(mode="continuous", dead_band=0.05), RewardSignal(reward=0.0, success=False, source="pose")
    for value in (-1.0, -0.92, 0.0, 0.08, 0.5, 7.0):
        assert not table.act(value)
    assert table.gripper.commands == pytest.approx([0.0, 0.5, 0.75, 1.0])
    assert table.axis.charge(signal) is signal


def test_without_an_axis_nothing_is_commanded() -> None:
    table = Table()
    axis = GripperAxis(config=GripperConfig(), axis=None, commander=table.commander)
    assert not axis.act(Decision(source=ActionSource.POLICY, action=np.ones(6, np.float32)))
    assert table.gripper.commands == [0.0]
