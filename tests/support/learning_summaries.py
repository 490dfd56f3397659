"""Summaries of episodes as environments write them."""

from __future__ import annotations

from user_core.types import EpisodeSummary, Mode, Outcome


def make_summary(
    *,
    episode: str = "episode",
    mode: Mode = Mode.EVALUATE,
    seed: int = 0,
    evaluation: str = "evaluation",
    outcome: Outcome = Outcome.SUCCESS,
    policy_version: str = "1.32",
    sequence: int = 0,
) -> EpisodeSummary:
    """A closed episode of four steps."""
    return EpisodeSummary(
        source="source",
        source_sequence=sequence,
        robot="arm_0",
        task="test_task",
        episode=episode,
        mode=mode,
        deterministic=True,
        seed=seed,
        evaluation=evaluation,
        length=4,
        episode_return=1.0 if outcome is Outcome.SUCCESS else 0.0,
        outcome=outcome,
        policy_versions=(policy_version,),
    )
