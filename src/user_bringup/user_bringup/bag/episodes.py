"""Which episodes a log holds, who acted in them, and what they came to."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from user_bringup.bag.transition_log import TransitionLog
from user_core.errors import InvalidRecordError, LogError
from user_core.log.kinds import RecordKind
from user_core.log.label import EpisodeLabel
from user_core.ros.records import decode
from user_core.spec import EnvironmentSpec
from user_core.types import ActionSource, Mode, Outcome, StepType, Transition


@dataclass(kw_only=True)
class EpisodeEntry:
    """One episode as far as the log has it.

    Attributes:
        steps: Records k < T.
        actors: Steps by who decided the executed action.
        outcome: As its record T says; "" while that is missing.
        label: The last one; it wins.
        stage: The highest that was reached.
    """

    episode: str
    robot: str
    task: str
    mode: Mode
    spec_digest: str
    steps: int = 0
    actors: Counter[ActionSource] = field(default_factory=Counter)
    episode_return: float = 0.0
    outcome: str = ""
    label: EpisodeLabel | None = None
    stage: int = 0

    @classmethod
    def begun_by(cls, transition: Transition) -> EpisodeEntry:
        """Return the entry, still without steps, of a transition's episode."""
        seen = transition.observation
        return cls(
            episode=seen.episode,
            robot=transition.robot,
            task=transition.task,
            mode=seen.mode,
            spec_digest=seen.spec_digest,
        )

    @property
    def verdict(self) -> str:
        """The outcome that counts: the last label's where it is a verdict, else record T's; "" = open."""
        if self.label is not None and self.label.label in (Outcome.SUCCESS, Outcome.FAILURE):
            return self.label.label
        return self.outcome

    @property
    def human_steps(self) -> int:
        """Steps in which a person acted."""
        return sum(steps for actor, steps in self.actors.items() if actor.is_person)

    def add(self, transition: Transition) -> None:
        """Count one record."""
        if transition.step_type is StepType.LAST:
            self.outcome = transition.outcome or Outcome.INCOMPLETE.value
            return
        self.steps += 1
        self.actors[transition.action_source] += 1
        self.episode_return += transition.reward
        self.stage = max(self.stage, transition.stage)


@dataclass(kw_only=True)
class Catalogue:
    """What a log holds.

    Attributes:
        specs: By digest.
        episodes: By UUID, in the order of their first record.
        labels: Label records, later ones included.
        rejected: Records that failed the check on entry.
    """

    specs: dict[str, EnvironmentSpec] = field(default_factory=dict)
    episodes: dict[str, EpisodeEntry] = field(default_factory=dict)
    labels: int = 0
    rejected: int = 0

    def read(self, log: TransitionLog) -> None:
        """Take all records of a log.

        Raises:
            LogError: When the log, or a record of it, cannot be read; what came before was taken.
        """
        for record in log.records():
            try:
                self._take(record.kind, record.payload)
            except InvalidRecordError as error:
                raise LogError(
                    f"record {record.number} of {log.path} cannot be decoded: {error}; ./user bag check {log.path} "
                    f"says what else is wrong."
                ) from error

    def _take(self, kind: RecordKind, payload: bytes) -> None:
        if kind is RecordKind.REJECTED:
            self.rejected += 1
            return
        record = decode(kind, payload)
        if isinstance(record, EnvironmentSpec):
            self.specs[record.digest] = record
        elif isinstance(record, Transition):
            episode = record.observation.episode
            if episode not in self.episodes:
                self.episodes[episode] = EpisodeEntry.begun_by(record)
            self.episodes[episode].add(record)
        elif isinstance(record, EpisodeLabel):
            self.labels += 1
            if record.episode in self.episodes:
                self.episodes[record.episode].label = record
