"""Who a record is: what numbering, acknowledging and dropping of duplicates look at."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class RecordIdentity:
    """The identity of a record; fields that its kind does not have stay empty.

    Attributes:
        source: UUID of the environment process; "" for a label.
        source_sequence: Position among all records of this source, from 0.
        run: UUID of the run that the source believes it is in; "" = not known to it yet.
        episode: UUID, of transitions, summaries and labels.
        step: k, of transitions.
        mode: train, evaluate or collect, of transitions.
        robot: Of transitions.
        awaits_verdict: A person's label decides how the episode that this transition closes ended.
        last: The transition is record T, which closes its episode.
        spec_digest: Of specs and transitions.
    """

    source: str = ""
    source_sequence: int = 0
    run: str = ""
    episode: str = ""
    step: int = 0
    mode: str = ""
    robot: str = ""
    awaits_verdict: bool = False
    last: bool = False
    spec_digest: str = ""


@dataclass(frozen=True, kw_only=True, eq=False)
class ExaminedRecord:
    """A record as it came: who it is, what it says, and why it says nothing valid.

    Attributes:
        record: An EnvironmentSpec, Transition, EpisodeSummary or EpisodeLabel; None when it could not be read.
        reason: Why not, for people; "" when it could.
    """

    identity: RecordIdentity
    record: object | None
    reason: str = ""
