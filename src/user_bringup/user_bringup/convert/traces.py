"""The episodes that an environment named in a recording: its traces, summaries, specs and labels."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from user_bringup.convert.bag_index import BagIndex
from user_bringup.convert.recorded_drivers import RecordedDrivers
from user_core.log.label import EpisodeLabel
from user_core.ros.conversions import from_message
from user_core.ros.raw import decode_message
from user_core.ros.spec_conversion import spec_from_message
from user_core.spec import EnvironmentSpec
from user_core.types import EpisodeSummary, StepTrace
from user_hardware.recording.topics import EPISODE, LABEL, SPEC, STEP


class RecordedEpisodes:
    """What an environment said of its episodes.

    Args:
        index: Of the bag.
        drivers: Knows the names of the arm's topics.
    """

    def __init__(self, *, index: BagIndex, drivers: RecordedDrivers) -> None:
        self._index = index
        traces = [
            from_message(decode_message("user_interfaces/msg/StepTrace", payload), StepTrace)
            for payload in index.payloads(drivers.resolve(STEP))
        ]
        by_identity = {(trace.record.source, trace.record.source_sequence): trace for trace in traces}
        self.traces = list(by_identity.values())
        self.summaries = {
            summary.episode: summary
            for summary in (
                from_message(decode_message("user_interfaces/msg/EpisodeSummary", payload), EpisodeSummary)
                for payload in index.payloads(drivers.resolve(EPISODE))
            )
        }
        self._spec_topic = drivers.resolve(SPEC)

    def episodes(self) -> Iterator[list[StepTrace]]:
        """Yield the traces of each episode, in order."""
        for _, traces in groupby(self.traces, key=lambda trace: trace.record.observation.episode):
            yield sorted(traces, key=lambda trace: trace.record.observation.step)

    def specs(self) -> list[EnvironmentSpec]:
        """Return every spec that was announced, each once."""
        found = (
            spec_from_message(decode_message("user_interfaces/msg/EnvironmentSpec", payload))
            for payload in self._index.payloads(self._spec_topic)
        )
        return list({spec.digest: spec for spec in found}.values())

    def labels(self) -> list[EpisodeLabel]:
        """Return the labels that were given, each once, in order."""
        labels = (
            from_message(decode_message("user_interfaces/msg/EpisodeLabel", payload), EpisodeLabel)
            for payload in self._index.payloads(LABEL)
        )
        return list(dict.fromkeys(labels))
