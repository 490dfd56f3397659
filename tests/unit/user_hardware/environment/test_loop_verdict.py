"""A person has the last word: the episode waits for it, and so does everything that counts episodes."""

from __future__ import annotations

from typing import Any

import numpy as np

from tests.support.environment_bench import LOCKSTEP, Bench
from user_core.log.label import EpisodeLabel
from user_core.types import Mode, Outcome
from user_hardware.environment.arbiter import ControlState
from user_hardware.environment.goal import EpisodeResult, Goal, GoalProgress

AT_ONCE = {"reward.verdict": "human", "reward.hold_ticks": 1, "reward.tolerance_m": 1.0}
"""The reward calls the first step a success."""


def ended(**settings: Any) -> Bench:
    """An episode that its reward has just ended as a success."""
    bench = Bench({**AT_ONCE, **settings})
    bench.start_episode()
    bench.answer()
    bench.tick()
    return bench


def label(bench: Bench, kind: str, reward: float = 0.0) -> EpisodeLabel:
    episode = bench.output.records[-1].observation.episode
    return EpisodeLabel(stamp_ns=1, episode=episode, label=kind, reward=reward)


def test_record_t_says_that_it_awaits_a_verdict_and_keeps_the_rewards_own() -> None:
    bench = ended()
    before, last = bench.output.records[-2:]
    assert last.awaits_verdict and not before.awaits_verdict
    assert (before.reward, before.success, before.reward_source) == (1.0, True, "pose")
    assert bench.output.summaries == []


def test_no_reset_begins_before_the_verdict_and_the_prompt_asks_for_it() -> None:
    bench = ended()
    bench.ticks(5)
    assert bench.loop.state is ControlState.WAITING
    assert "a success?" in bench.loop.prompt
    bench.loop.verdicts.take_label(label(bench, "failure"))
    bench.tick()
    assert bench.loop.state is ControlState.RESET


def test_the_summary_tells_the_persons_outcome() -> None:
    bench = ended()
    bench.loop.verdicts.take_label(label(bench, "failure"))
    summary = bench.output.summaries[-1]
    assert (summary.outcome, summary.episode_return) == (Outcome.FAILURE, 0.0)


def test_a_goal_counts_what_the_person_says() -> None:
    results: list[EpisodeResult] = []
    bench = Bench(AT_ONCE)
    goal = Goal(mode=Mode.EVALUATE, seeds=(1,), deterministic=True, policy_version="", evaluation="e")
    progress = GoalProgress(goal=goal, report=results.append, finish=lambda *_: None)
    bench.environment.schedule.set_goal(progress)
    bench.start_episode()
    bench.answer()
    bench.tick()
    assert results == []
    bench.loop.verdicts.take_label(label(bench, "failure"))
    assert [result.outcome for result in results] == [Outcome.FAILURE]


def test_a_button_is_a_wish_that_the_log_has_to_fulfil() -> None:
    bench = ended()
    assert bench.loop.verdicts.answer is None
    bench.loop.verdicts.press(Outcome.SUCCESS)
    assert bench.loop.verdicts.answer is Outcome.SUCCESS
    bench.ticks(2)
    assert bench.loop.state is ControlState.WAITING
    bench.loop.verdicts.take_label(label(bench, "success"))
    assert bench.loop.verdicts.answer is None and bench.loop.verdicts.awaited == ""


def test_what_a_person_has_marked_is_not_asked_about() -> None:
    bench = Bench({"reward.verdict": "human"})
    bench.start_episode()
    bench.answer()
    bench.device.hold(buttons=(True,))
    bench.tick()
    assert bench.output.summaries[-1].outcome is Outcome.SUCCESS
    assert not bench.output.records[-1].awaits_verdict


def test_a_label_that_was_not_heard_is_found_missing_in_the_logs_list() -> None:
    bench = ended()
    episode = bench.loop.verdicts.awaited
    bench.loop.verdicts.take_list([], all_acknowledged=False)
    bench.loop.verdicts.take_list([episode], all_acknowledged=True)
    assert bench.loop.verdicts.awaited == episode
    bench.loop.verdicts.take_list([], all_acknowledged=True)
    assert bench.loop.verdicts.awaited == episode  # the label may be on its way
    bench.loop.verdicts.take_list([], all_acknowledged=True)
    assert bench.loop.verdicts.awaited == ""
    assert bench.output.summaries[-1].outcome is Outcome.SUCCESS


def test_a_label_that_comes_before_the_end_or_after_the_list_counts() -> None:
    early = Bench(AT_ONCE)
    early.start_episode()
    early.answer()
    assert early.loop.attempt is not None
    episode = early.loop.attempt.identity.episode
    early.loop.verdicts.take_label(EpisodeLabel(stamp_ns=1, episode=episode, label="failure"))
    early.tick()
    early.loop.verdicts.take_list([], all_acknowledged=True)
    late = ended()
    late.loop.verdicts.take_list([], all_acknowledged=True)
    late.loop.verdicts.take_label(label(late, "failure"))
    for bench in (early, late):
        assert bench.output.summaries[-1].outcome is Outcome.FAILURE


def test_an_episode_of_a_predecessor_is_asked_about_as_well() -> None:
    bench = Bench({"reward.verdict": "human"})
    bench.deliver()
    bench.loop.verdicts.take_list(["an earlier one"], all_acknowledged=True)
    bench.tick()
    assert bench.loop.resume() == ""
    bench.ticks(3)
    assert bench.loop.state is ControlState.WAITING and "an earli" in bench.loop.prompt
    bench.loop.verdicts.take_label(EpisodeLabel(stamp_ns=1, episode="an earlier one", label="success"))
    bench.tick()
    assert bench.loop.state is ControlState.RESET


def test_pictures_of_success_are_taken_for_some_ticks_before_the_episode_ends() -> None:
    bench = Bench({"reward.name": "human", "reward.linger_ticks": 3})
    goal = Goal(mode=Mode.COLLECT, seeds=(1,), deterministic=True, policy_version="", evaluation="e")
    bench.environment.schedule.set_goal(GoalProgress(goal=goal, report=lambda _: None, finish=lambda *_: None))
    bench.start_episode()
    bench.device.hold(twist=np.full(6, 0.1))
    bench.ticks(3)
    bench.device.hold(buttons=(True,))
    bench.ticks(6)
    successes = [record.success for record in bench.output.records]
    assert successes[-5:] == [True, True, True, True, False]  # record T says nothing
    assert not any(successes[:-5])
    assert bench.output.summaries[-1].outcome is Outcome.SUCCESS


def test_in_lockstep_time_passes_until_a_person_has_answered_since_devices_answer_poses() -> None:
    bench = Bench(AT_ONCE, base=LOCKSTEP)
    driver = bench.environment.lockstep
    assert driver is not None
    driver.poll()
    while bench.loop.attempt is None:
        bench.reply(bench.calls[-1])
        driver.pump()
    bench.answer()
    bench.reply(bench.calls[-1])
    driver.pump()
    assert bench.loop.verdicts.awaited
    before = len(bench.advances)
    driver.poll()
    assert len(bench.advances) == before + 1
    bench.reply(bench.calls[-1])
    bench.device.hold(buttons=(True,), stamp_ns=bench.stamp_ns)
    driver.pump()
    driver.poll()
    assert bench.loop.verdicts.answer is Outcome.SUCCESS
    advances, resets = len(bench.advances), len(bench.resets)
    driver.poll()
    assert (len(bench.advances), len(bench.resets)) == (advances, resets)
    bench.loop.verdicts.take_label(label(bench, "success"))
    driver.poll()
    assert len(bench.resets) == resets + 1
