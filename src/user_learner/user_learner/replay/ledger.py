"""What the log holds, as counts and identities: rebuilt from its records on start, so that a restart counts exactly."""

from __future__ import annotations

from collections import defaultdict

from user_core.log.identity import RecordIdentity
from user_core.log.kinds import RecordKind
from user_core.types import Mode
from user_learner.replay.gapless import GaplessSet


class Ledger:
    """Knows every record by its identity.

    Attributes:
        training_steps: Records k < T of mode train.
        demonstration_steps: Records k < T of mode collect.
        episodes: Records T, of any mode.
        rejected: Records kept for the record's sake only.
        awaited_verdicts: Episodes that a person has yet to judge, with their robot.
    """

    def __init__(self) -> None:
        self.training_steps = 0
        self.demonstration_steps = 0
        self.episodes = 0
        self.rejected = 0
        self.awaited_verdicts: dict[str, str] = {}
        self._labelled: set[str] = set()
        self._sources: defaultdict[str, GaplessSet] = defaultdict(GaplessSet)
        self._steps: defaultdict[str, GaplessSet] = defaultdict(GaplessSet)

    def acknowledgements(self) -> dict[str, int]:
        """Return the highest sequence written without a gap, for each source."""
        return {source: numbers.highest_without_gap for source, numbers in self._sources.items()}

    def knows_source(self, source: str) -> bool:
        """Tell whether anything of a source is in the log."""
        return source in self._sources

    def knows_episode(self, episode: str) -> bool:
        """Tell whether a transition of an episode is in the log."""
        return episode in self._steps

    def holds(self, identity: RecordIdentity) -> bool:
        """Tell whether the record of this source and sequence is in the log."""
        return identity.source in self._sources and identity.source_sequence in self._sources[identity.source]

    def holds_step(self, identity: RecordIdentity) -> bool:
        """Tell whether a transition of this episode and step is in the log, whoever sent it."""
        return identity.episode in self._steps and identity.step in self._steps[identity.episode]

    def note(self, kind: RecordKind, identity: RecordIdentity) -> None:
        """Count a record that stands in the log."""
        if identity.source:
            self._sources[identity.source].add(identity.source_sequence)
        if kind == RecordKind.REJECTED:
            self.rejected += 1
        elif kind == RecordKind.LABEL:
            self._labelled.add(identity.episode)
            self.awaited_verdicts.pop(identity.episode, None)
        elif kind == RecordKind.TRANSITION:
            self._steps[identity.episode].add(identity.step)
            self.episodes += identity.last
            if identity.awaits_verdict and identity.episode not in self._labelled:
                self.awaited_verdicts[identity.episode] = identity.robot
            self.training_steps += identity.mode == Mode.TRAIN and not identity.last
            self.demonstration_steps += identity.mode == Mode.COLLECT and not identity.last
