"""Which episode comes next, and which ones count."""

from __future__ import annotations

from user_core.types import Mode, Outcome
from user_hardware.environment.goal import FIRST_TRAINING_SEED, EpisodeResult, EpisodeSchedule, Goal, GoalProgress


def schedule(seed: int = 0, robot: str = "arm_0", share: float = 0.0, training: bool = True) -> EpisodeSchedule:
    return EpisodeSchedule(seed=seed, robot=robot, training=training, deterministic_share=share)


class Sender:
    """Keeps what the sender of a goal hears."""

    def __init__(self, seeds: tuple[int, ...], policy_version: str = "1.5") -> None:
        self.results: list[EpisodeResult] = []
        self.reasons: list[str] = []
        goal = Goal(mode=Mode.EVALUATE, seeds=seeds, deterministic=True, policy_version=policy_version, evaluation="e")
        self.progress = GoalProgress(
            goal=goal, report=self.results.append, finish=lambda _, reason: self.reasons.append(reason)
        )


def run(plan: EpisodeSchedule, outcome: Outcome, actions: int = 5) -> int:
    request = plan.next_request(required_version="")
    assert request is not None
    plan.begin(request)
    plan.on_end(request, episode="uuid", outcome=outcome, episode_return=0.0, actions=actions)
    return request.seed


def test_training_draws_the_same_episodes_from_the_same_seed_and_others_from_another() -> None:
    first, second, other = schedule(), schedule(), schedule(seed=1)
    draws = [[run(plan, Outcome.TIMEOUT) for _ in range(5)] for plan in (first, second, other, schedule(robot="arm_1"))]
    assert draws[0] == draws[1]
    assert len({tuple(draw) for draw in draws}) == 3
    assert min(draws[0]) >= FIRST_TRAINING_SEED


def test_a_respawned_environment_does_not_repeat_its_predecessors_episodes() -> None:
    first, second = schedule(), schedule()
    second.begin_at(500)
    assert run(first, Outcome.TIMEOUT) != run(second, Outcome.TIMEOUT)


def test_about_the_share_asked_for_is_deterministic() -> None:
    plan = schedule(share=0.3)
    chosen = []
    for _ in range(300):
        request = plan.next_request(required_version="")
        assert request is not None
        chosen.append(request.deterministic)
        run(plan, Outcome.TIMEOUT)
    assert 60 < sum(chosen) < 120


def test_a_goal_runs_its_seeds_in_order_under_its_pinned_version() -> None:
    plan, sender = schedule(), Sender((7, 8))
    plan.set_goal(sender.progress)
    request = plan.next_request(required_version="9.9")
    assert request is not None and request.policy_version == "1.5" and request.deterministic
    assert [run(plan, Outcome.SUCCESS), run(plan, Outcome.FAILURE)] == [7, 8]
    assert sender.reasons == [""] and sender.progress.successes == 1
    assert plan.evaluation == "" and plan.mode is Mode.TRAIN


def test_an_incomplete_episode_is_run_anew_three_times_and_is_then_a_failure() -> None:
    plan, sender = schedule(), Sender((7, 8))
    plan.set_goal(sender.progress)
    seeds = [run(plan, Outcome.INCOMPLETE) for _ in range(1 + 3)]
    assert seeds == [7, 7, 7, 7]
    assert [result.counts for result in sender.results] == [False, False, False, True]
    assert sender.results[-1].outcome is Outcome.FAILURE
    assert run(plan, Outcome.SUCCESS) == 8


def test_a_new_goal_replaces_the_old_one_whose_running_episode_no_longer_counts() -> None:
    plan, old, new = schedule(), Sender((7,)), Sender((8,))
    plan.set_goal(old.progress)
    request = plan.next_request(required_version="")
    assert request is not None
    plan.begin(request)
    plan.set_goal(new.progress)
    assert old.reasons == ["replaced by a newer goal"]
    plan.on_end(request, episode="uuid", outcome=Outcome.SUCCESS, episode_return=1.0, actions=3)
    assert old.results == [] and new.results == []


def test_a_goal_without_a_version_keeps_the_one_that_acted_first() -> None:
    plan, sender = schedule(), Sender((7, 8, 9), policy_version="")
    plan.set_goal(sender.progress)
    asked = []
    for answered in ("1.5", "1.6"):
        request = plan.next_request(required_version="")
        assert request is not None
        asked.append(request.policy_version)
        plan.begin(request)
        plan.on_end(
            request, episode="uuid", outcome=Outcome.TIMEOUT, episode_return=0.0, actions=5, policy_version=answered
        )
    request = plan.next_request(required_version="")
    assert request is not None
    assert [*asked, request.policy_version] == ["", "1.5", "1.5"]


def test_an_episode_prepared_for_an_old_goal_does_not_count_for_a_seed_of_the_new_one() -> None:
    plan, old, new = schedule(), Sender((7,)), Sender((8,))
    plan.set_goal(old.progress)
    request = plan.next_request(required_version="")
    assert request is not None and plan.wants(request)
    plan.set_goal(new.progress)
    assert not plan.wants(request)
    plan.begin(request)
    plan.on_end(request, episode="uuid", outcome=Outcome.SUCCESS, episode_return=1.0, actions=3)
    assert new.results == []
    assert run(plan, Outcome.SUCCESS) == 8


def test_a_cancelled_goal_ends_and_training_goes_on() -> None:
    plan, sender = schedule(), Sender((7,))
    plan.set_goal(sender.progress)
    plan.cancel(sender.progress)
    assert sender.reasons == ["cancelled"]
    request = plan.next_request(required_version="")
    assert request is not None and request.mode is Mode.TRAIN


def test_an_episode_that_never_began_is_drawn_again() -> None:
    plan = schedule()
    assert run(plan, Outcome.INCOMPLETE, actions=0) == run(plan, Outcome.TIMEOUT)


def test_without_training_there_is_nothing_to_do_between_goals() -> None:
    assert schedule(training=False).next_request(required_version="") is None
