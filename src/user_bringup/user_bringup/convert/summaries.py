"""What is said of an episode that was made from a recording."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from user_core.types import EpisodeSummary, Outcome, Transition


def summarise(
    records: Sequence[Transition], *, recorded: EpisodeSummary | None, source_sequence: int
) -> EpisodeSummary:
    """Return the summary of an episode's records.

    Args:
        records: All of them.
        recorded: What the environment said of the episode; its timing and safety events are kept.
        source_sequence: Of the summary, where nothing was recorded.
    """
    last = records[-1]
    known = recorded if recorded is not None else _bare(last, source_sequence)
    acted = records[:-1]
    return replace(
        known,
        length=last.observation.step,
        episode_return=float(sum(record.reward for record in acted)),
        outcome=Outcome(last.outcome),
        stage=max((record.stage for record in acted), default=0),
        human_steps=sum(record.action_source.is_person for record in acted),
    )


def _bare(last: Transition, source_sequence: int) -> EpisodeSummary:
    observation = last.observation
    return EpisodeSummary(
        run=last.run,
        source=last.source,
        source_sequence=source_sequence,
        robot=last.robot,
        task=last.task,
        episode=observation.episode,
        mode=observation.mode,
        deterministic=observation.deterministic,
        seed=last.reset_seed,
        evaluation=last.evaluation,
        length=0,
        episode_return=0.0,
        outcome=Outcome(last.outcome),
    )
