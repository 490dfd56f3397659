"""The closed episodes of a bag, found in one pass that keeps no image, and read one record at a time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from user_bringup.dataset.bag_episode import BagEpisode, EpisodeChoice, LoggedTransition
from user_bringup.dataset.specs import LoggedSpec
from user_core.errors import ConfigurationError
from user_core.log.kinds import RecordKind
from user_core.log.label import EpisodeLabel
from user_core.log.reader import BagReader, BagRecord
from user_core.log.transition_cdr import decode_transition
from user_core.ros.records import decode, identify
from user_core.spec import EnvironmentSpec
from user_core.types import EpisodeSummary, StepType


class BagEpisodes:
    """The wanted episodes of one bag, in the order in which they began.

    Args:
        bag: The bag.
        choice: Which are wanted.

    Attributes:
        left_out: How many episodes are not wanted, by why.
        reward_sources: Names of what judged, over the whole bag.

    Raises:
        ConfigurationError: When no episode is wanted, or the wanted ones were made for different specs.
        LogError: When the bag cannot be read.
    """

    def __init__(self, bag: BagReader, choice: EpisodeChoice) -> None:
        self._bag = bag
        self._specs: list[LoggedSpec] = []
        self._found: dict[str, BagEpisode] = {}
        self._labels: dict[str, list[EpisodeLabel]] = {}
        self._summaries: dict[str, EpisodeSummary] = {}
        self._reward_sources: set[str] = set()
        for record in self._bag.records():
            self._note(record)
        for episode in self._found.values():
            episode.labels = self._labels.get(episode.episode, [])
            episode.summary = self._summaries.get(episode.episode)
        self.left_out = Counter(reason for item in self._found.values() if (reason := item.objection(choice)))
        self.episodes = [item for item in self._found.values() if not item.objection(choice)]
        self.reward_sources = tuple(sorted(self._reward_sources))
        self.specs = self._specs_of_the_wanted(bag.path)

    @property
    def spec(self) -> EnvironmentSpec:
        """The spec of all wanted episodes; what its digest leaves open is that of the first source."""
        return self.specs[0].spec

    def transitions(self, episode: BagEpisode) -> Iterator[LoggedTransition]:
        """Yield records 0 .. T of an episode, each read when it is asked for."""
        for step in range(episode.length + 1):
            number, logged_ns = episode.places[step]
            ((_, payload),) = self._bag.fetch(number, 1)
            yield LoggedTransition(transition=decode_transition(payload), logged_ns=logged_ns)

    def _note(self, record: BagRecord) -> None:
        if record.kind is RecordKind.TRANSITION:
            self._note_transition(record)
        elif record.kind in (RecordKind.SPEC, RecordKind.EPISODE, RecordKind.LABEL):
            content = decode(record.kind, record.payload)
            if isinstance(content, EnvironmentSpec):
                identity = identify(record.kind, record.payload)
                self._specs.append(
                    LoggedSpec(
                        run=identity.run,
                        source=identity.source,
                        source_sequence=identity.source_sequence,
                        spec=content,
                    )
                )
            elif isinstance(content, EpisodeSummary):
                self._summaries[content.episode] = content
            elif isinstance(content, EpisodeLabel):
                self._labels.setdefault(content.episode, []).append(content)

    def _note_transition(self, record: BagRecord) -> None:
        transition = decode_transition(record.payload)
        observation = transition.observation
        episode = self._found.setdefault(
            observation.episode,
            BagEpisode(episode=observation.episode, digest=observation.spec_digest, source=transition.source),
        )
        episode.places.setdefault(observation.step, (record.number, record.stamp_ns))
        if transition.step_type is StepType.LAST:
            # Its images are views of the whole record, which would stay in memory.
            episode.end = replace(transition, observation=replace(observation, images=()))
        else:
            self._reward_sources.add(transition.reward_source)

    def _specs_of_the_wanted(self, path: Path) -> tuple[LoggedSpec, ...]:
        if not self.episodes:
            reasons = ", ".join(f"{count} {reason}" for reason, count in self.left_out.items())
            raise ConfigurationError(
                key="BAG",
                value=str(path),
                allowed=f"a bag with episodes to export; it has {len(self._found)}"
                + (f", left out are {reasons}" if reasons else ""),
                where="the command line",
            )
        counts = Counter((item.digest, item.end.task if item.end else "") for item in self.episodes)
        if len({digest for digest, _ in counts}) > 1:
            raise ConfigurationError(
                key="BAG",
                value=str(path),
                allowed="episodes of one spec: a dataset has one set of features; it has "
                + ", ".join(f"{count} of {task} with spec {digest[:12]}" for (digest, task), count in counts.items()),
                where="the command line: --task NAME",
            )
        digest, sources = self.episodes[0].digest, {item.source for item in self.episodes}
        specs = tuple(item for item in self._specs if item.spec.digest == digest and item.source in sources)
        if missing := sources - {item.source for item in specs}:
            raise ConfigurationError(
                key="BAG",
                value=str(path),
                allowed=f"the spec {digest[:12]} of every environment in it; that of {', '.join(sorted(missing))} "
                "is missing",
                where="the command line",
            )
        return specs
