"""A request becomes an attempt, and an attempt an answer to whoever asked."""

from __future__ import annotations

from user_core.spec import EnvironmentSpec
from user_hardware.environment.attempt import Attempt
from user_hardware.environment.episode import EpisodeIdentity
from user_hardware.environment.episode_book import AttemptEnd
from user_hardware.environment.goal import EpisodeRequest, EpisodeSchedule
from user_hardware.environment.plan import ActionPlan
from user_hardware.environment.workbench import Workbench


def open_attempt(*, bench: Workbench, spec: EnvironmentSpec, request: EpisodeRequest, episode: str) -> Attempt:
    """Begin an episode where the arm stands.

    Args:
        bench: The parts of the environment.
        spec: The environment's contract.
        request: What the episode is to be.
        episode: Its UUID.
    """
    return Attempt(
        bench=bench,
        plan=ActionPlan(spec=spec, source=bench.output.source, episode=episode, policy_version=request.policy_version),
        request=request,
        identity=EpisodeIdentity(
            robot=spec.robot,
            task=spec.task,
            episode=episode,
            reset_seed=request.seed,
            evaluation=request.evaluation,
        ),
    )


def report_end(schedule: EpisodeSchedule, attempt: Attempt, end: AttemptEnd) -> None:
    """Tell the schedule how an episode ended."""
    schedule.on_end(
        attempt.request,
        episode=attempt.identity.episode,
        outcome=end.outcome,
        episode_return=end.episode_return,
        actions=end.actions,
        policy_version=attempt.acting_version,
    )
