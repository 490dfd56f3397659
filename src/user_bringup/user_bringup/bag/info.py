"""`bag info`: what `ros2 bag info` says of any bag, and of ours the specs, the episodes and who acted."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from user_bringup.bag.episodes import Catalogue, EpisodeEntry
from user_bringup.bag.recording import Recording, open_recording
from user_bringup.bag.resumption import resumption
from user_bringup.bag.table import columns
from user_bringup.bag.transition_log import TransitionLog
from user_core.errors import LogError
from user_core.log.chunk import KIND_OF_TYPE
from user_core.log.recorded_message import RecordedTopic
from user_core.spec import EnvironmentSpec

_NANOSECONDS = 1_000_000_000
_LABEL_WIDTH = 14


@dataclass(kw_only=True)
class TopicCounts:
    """Messages of a bag by topic.

    Attributes:
        problem: Why the bag could not be read to its end; "" when it could.
    """

    counts: Counter[str] = field(default_factory=Counter)
    topics: dict[str, RecordedTopic] = field(default_factory=dict)
    first_ns: int = 0
    last_ns: int = 0
    problem: str = ""

    def read(self, recording: Recording) -> None:
        """Count a bag's messages, as far as it can be read."""
        try:
            for message in recording.messages():
                if not self.counts:
                    self.first_ns = self.last_ns = message.stamp_ns
                self.counts[message.topic.name] += 1
                self.topics[message.topic.name] = message.topic
                self.first_ns = min(self.first_ns, message.stamp_ns)
                self.last_ns = max(self.last_ns, message.stamp_ns)
        except LogError as error:
            self.problem = str(error)

    @property
    def has_records(self) -> bool:
        """Whether there are records of ours in it."""
        return any(topic.definition.type_name in KIND_OF_TYPE for topic in self.topics.values())


def describe(path: Path, *, list_episodes: bool) -> str:
    """Return the text of `bag info`.

    Raises:
        LogError: When there is no bag.
    """
    recording = open_recording(path)
    found = TopicCounts()
    found.read(recording)
    lines = _messages(recording, found)
    if found.problem:
        lines.append(_line("Problem", found.problem))
    if found.has_records:
        lines += ["", *_log(recording.path, list_episodes=list_episodes)]
    return "\n".join(lines)


def _messages(recording: Recording, found: TopicCounts) -> list[str]:
    lines = [
        _line("Files", ", ".join(file.name for file in recording.files)),
        _line("Bag size", f"{recording.size_bytes / 1_000_000:.1f} MB"),
        _line("Storage id", recording.storage),
        _line("Duration", f"{(found.last_ns - found.first_ns) / _NANOSECONDS:.3f} s"),
        _line("Start", _time(found.first_ns)),
        _line("End", _time(found.last_ns)),
        _line("Messages", str(found.counts.total())),
    ]
    rows = [(name, topic.definition.type_name, str(found.counts[name])) for name, topic in sorted(found.topics.items())]
    return lines + [_line("Topics" if at == 0 else "", row) for at, row in enumerate(columns(rows))]


def _log(path: Path, *, list_episodes: bool) -> list[str]:
    log, catalogue = TransitionLog(path), Catalogue()
    problem = ""
    try:
        catalogue.read(log)
    except LogError as error:
        problem = str(error)
    lines = [
        _line("Run", log.run or "unknown: not written by a replay_node"),
        _line("Log id", log.log_id or "none"),
        *[_line("Spec", _spec(spec)) for spec in catalogue.specs.values()],
    ]
    if problem:
        lines.append(_line("Problem", problem))
    else:
        lines.append(_line("Resumable", resumption(path, run=log.run)))
    episodes = list(catalogue.episodes.values())
    if episodes:
        lines += _episodes(episodes)
        lines.append(_line("Labels", f"{catalogue.labels}, on {sum(e.label is not None for e in episodes)} episodes"))
        lines.append(_line("Rejected", f"{catalogue.rejected} records"))
    if list_episodes and episodes:
        heads = ("episode", "robot", "mode", "outcome", "label", "steps", "human", "return", "stage")
        lines += ["", *columns([heads, *map(_row, episodes)])]
    return lines


def _episodes(episodes: list[EpisodeEntry]) -> list[str]:
    stages = Counter(entry.stage for entry in episodes)
    reached = ", ".join(f"{stage} in {count}" for stage, count in sorted(stages.items()))
    return [
        *[_line("Episodes" if at == 0 else "", text) for at, text in enumerate(_outcomes(episodes))],
        _line("Steps", _steps(episodes)),
        *([_line("Stage", f"{reached} episodes")] if any(stages) else []),
    ]


def _spec(spec: EnvironmentSpec) -> str:
    cameras = ", ".join(f"{camera.name} {camera.width}x{camera.height}" for camera in spec.cameras) or "none"
    return (
        f"{spec.digest[:12]} {spec.task} on {spec.robot}, {spec.control_rate_hz:g} Hz, at most "
        f"{spec.max_episode_steps} steps; actions {' '.join(spec.action_names)}; cameras {cameras}; state "
        f"{' '.join(group.name for group in spec.state_groups)}"
    )


def _outcomes(episodes: list[EpisodeEntry]) -> list[str]:
    """Return one line a mode: how many episodes, and how they ended, as the last label says."""
    lines = []
    for mode in dict.fromkeys(entry.mode for entry in episodes):
        ended = Counter(entry.verdict or "open" for entry in episodes if entry.mode is mode)
        lines.append(f"{mode.value} {ended.total()}: {_counted(ended)}")
    return lines


def _steps(episodes: list[EpisodeEntry]) -> str:
    actors: Counter[str] = Counter()
    for entry in episodes:
        actors.update({source.value: count for source, count in entry.actors.items()})
    return f"{actors.total()}: {_counted(actors)}"


def _counted(counts: Counter[str]) -> str:
    return ", ".join(f"{name} {count}" for name, count in counts.most_common()) or "none"


def _row(entry: EpisodeEntry) -> tuple[str, ...]:
    label = "" if entry.label is None else entry.label.label
    if entry.label is not None and label == "reward":
        label = f"reward {entry.label.reward:g}"
    numbers = (str(entry.steps), str(entry.human_steps), f"{entry.episode_return:.3g}", str(entry.stage))
    return (entry.episode, entry.robot, entry.mode.value, entry.outcome or "open", label or "-", *numbers)


def _line(label: str, text: str) -> str:
    return f"{label + ':' if label else '':<{_LABEL_WIDTH}}{text}"


def _time(stamp_ns: int) -> str:
    if not stamp_ns:
        return "-"
    return f"{datetime.fromtimestamp(stamp_ns / _NANOSECONDS):%b %d %Y %H:%M:%S.%f} ({stamp_ns / _NANOSECONDS:.9f})"
