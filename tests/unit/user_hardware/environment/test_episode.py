"""Ends of episodes cannot be mistyped."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tests.support.environment_bench import Bench
from user_core.errors import EpisodeOrderError
from user_core.transforms import Pose
from user_core.types import ActionSource, Observation, Outcome, RewardSignal, SafetyFlag, StepType
from user_hardware.environment.episode import Episode, EpisodeIdentity, ExecutedStep

POSE = Pose.of(np.zeros(6))
NOTHING = RewardSignal(reward=0.0, success=False, source="pose")
SUCCESS = RewardSignal(reward=1.0, success=True, source="pose")
STEP = ExecutedStep(
    source=ActionSource.POLICY,
    executed_action=np.ones(6, np.float32),
    policy_action=np.ones(6, np.float32),
    policy_version="1.1",
    reference_pose=POSE,
    commanded_pose=POSE,
    safety_flags=SafetyFlag.NONE,
)


@pytest.fixture(scope="module")
def template() -> Observation:
    bench = Bench()
    bench.start_episode()
    return bench.output.observations[-1]


def opened(template: Observation, steps: int = 0) -> Episode:
    episode = Episode(
        identity=EpisodeIdentity(robot="arm_0", task="t", episode=template.episode, reset_seed=3, evaluation="")
    )
    episode.first(template, POSE)
    for step in range(1, steps + 1):
        episode.act(STEP)
        episode.middle(replace(template, step=step), POSE, NOTHING)
    return episode


def test_success_has_discount_zero_and_a_terminated_last_record(template: Observation) -> None:
    episode = opened(template, 2)
    episode.act(STEP)
    before, last = episode.termination(replace(template, step=3), POSE, SUCCESS, Outcome.SUCCESS)
    assert (before.discount, before.reward, before.success) == (0.0, 1.0, True)
    assert (last.step_type, last.terminated, last.truncated, last.outcome) == (StepType.LAST, True, False, "success")


def test_a_time_limit_keeps_discount_one_and_is_not_terminal(template: Observation) -> None:
    episode = opened(template, 2)
    episode.act(STEP)
    before, last = episode.truncation(replace(template, step=3), POSE, NOTHING)
    assert before.discount == 1.0
    assert (last.terminated, last.truncated, last.outcome) == (False, True, "timeout")


def test_an_incomplete_episode_ends_at_its_last_valid_observation(template: Observation) -> None:
    episode = opened(template, 2)
    episode.act(STEP)
    (last,) = episode.incomplete()
    assert last.observation.step == 2
    assert last.step_type is StepType.LAST
    assert (last.terminated, last.truncated, last.outcome) == (False, False, "incomplete")
    assert last.executed_action.size == 0


def test_an_episode_without_an_action_leaves_no_record(template: Observation) -> None:
    assert opened(template).incomplete() == ()


def test_only_success_and_failure_terminate(template: Observation) -> None:
    episode = opened(template)
    episode.act(STEP)
    with pytest.raises(EpisodeOrderError):
        episode.termination(replace(template, step=1), POSE, NOTHING, Outcome.TIMEOUT)


def test_a_step_after_the_end_raises(template: Observation) -> None:
    episode = opened(template)
    episode.act(STEP)
    episode.truncation(replace(template, step=1), POSE, NOTHING)
    for call in (
        lambda: episode.act(STEP),
        lambda: episode.middle(replace(template, step=2), POSE, NOTHING),
        lambda: episode.truncation(replace(template, step=2), POSE, NOTHING),
        lambda: episode.termination(replace(template, step=2), POSE, SUCCESS, Outcome.SUCCESS),
        episode.incomplete,
        lambda: episode.first(template, POSE),
    ):
        with pytest.raises(EpisodeOrderError):
            call()


def test_an_observation_without_an_action_between_raises(template: Observation) -> None:
    with pytest.raises(EpisodeOrderError):
        opened(template).middle(replace(template, step=1), POSE, NOTHING)


def test_two_actions_on_one_observation_raise(template: Observation) -> None:
    episode = opened(template)
    episode.act(STEP)
    with pytest.raises(EpisodeOrderError):
        episode.act(STEP)


def test_a_step_that_is_left_out_raises(template: Observation) -> None:
    episode = opened(template)
    episode.act(STEP)
    with pytest.raises(EpisodeOrderError):
        episode.middle(replace(template, step=2), POSE, NOTHING)


def test_the_first_observation_may_be_refreshed_until_the_first_action(template: Observation) -> None:
    episode = opened(template)
    episode.first(replace(template, stamp_ns=99), POSE)
    episode.act(STEP)
    (record,) = episode.middle(replace(template, step=1), POSE, NOTHING)
    assert record.observation.stamp_ns == 99
    with pytest.raises(EpisodeOrderError):
        episode.first(template, POSE)


def test_success_is_a_fact_of_its_own_and_not_a_reward(template: Observation) -> None:
    episode = opened(template)
    episode.act(STEP)
    scaled = RewardSignal(reward=0.3, success=True, source="dense")
    before, _ = episode.termination(replace(template, step=1), POSE, scaled, Outcome.SUCCESS)
    assert before.success and before.reward == 0.3
