"""From a bag of raw topics to a transition log."""

from __future__ import annotations

from argparse import Namespace
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

import numpy as np

from user_bringup.convert.bag_index import BagIndex
from user_bringup.convert.output import ConvertedLog, converted_log
from user_bringup.convert.plain import PlainOptions, PlainRecording
from user_bringup.convert.recorded_drivers import RecordedDrivers
from user_bringup.convert.replay import ConvertedEpisode, EpisodeReplay
from user_bringup.convert.rewards import make_reward
from user_bringup.convert.settings import SettingsArguments, recorded_settings, with_files
from user_bringup.convert.summaries import summarise
from user_bringup.convert.traces import RecordedEpisodes
from user_core.errors import ConfigurationError, LogError
from user_core.log.label import EpisodeLabel
from user_core.log.raw_bag import RawBag
from user_core.spec import EnvironmentSpec
from user_core.types import EpisodeSummary, Outcome, StepTrace
from user_hardware.environment.config import EnvironmentConfig
from user_hardware.recording.topics import STEP

_TRANSITION_TYPE = "user_interfaces/msg/Transition"
_PLAIN = (
    "the bag names no steps: ticks lie on a grid, each with the newest samples by header stamp; ages are tick minus "
    "stamp; the first wrench of an episode is its bias; every step counts as a person's (docs/recording.md)"
)


@dataclass(kw_only=True)
class Conversion:
    """What came out.

    Attributes:
        episodes: Converted.
        steps: Actions in them.
        outcomes: How they ended.
        notes: What is lost or different, one sentence each.
    """

    episodes: int = 0
    steps: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    notes: list[str] = field(default_factory=list)


def convert(arguments: Namespace) -> Conversion:
    """Convert as the command line says.

    Raises:
        UserRosError: When nothing can be made of the bag; nothing is written then.
    """
    with RawBag(arguments.raw) as bag:
        index = BagIndex(bag, remap=arguments.remap)
        if index.message_count == 0:
            raise LogError(f"{arguments.raw} holds no messages: there is nothing to convert.")
        result = Conversion(notes=list(bag.losses))
        _Converter(arguments, index).write(result)
        return result


class _Converter:
    """One bag."""

    def __init__(self, arguments: Namespace, index: BagIndex) -> None:
        self._arguments = arguments
        self._index = index
        self._arm = _arm(arguments, index)
        recorded = recorded_settings(index, arm=self._arm)
        settings = SettingsArguments(
            task=arguments.task, robot=arguments.robot, policy=arguments.policy, files=arguments.config
        )
        config = with_files(recorded[-1] if recorded else None, settings, arm=self._arm)
        if arguments.reward is not None:
            config = replace(config, reward=replace(config.reward, name=arguments.reward))
        self._config = config
        self._spec = config.build_spec(robot=self._arm or "arm")
        self._drivers = RecordedDrivers(config=config, spec=self._spec, arm=self._arm, index=index)
        self._replay = EpisodeReplay(
            config=config, spec=self._spec, drivers=self._drivers, reward=make_reward(config, self._spec)
        )

    def write(self, result: Conversion) -> None:
        """Convert all episodes and write the log; `result` is filled."""
        recorded = RecordedEpisodes(index=self._index, drivers=self._drivers)
        if recorded.traces and not self._arguments.plain:
            _refuse_other_actions(recorded.specs(), self._spec)
            same = self._spec.digest in {spec.digest for spec in recorded.specs()}
            compare = same and self._arguments.reward is None
            converted = self._by_traces(recorded, result, compare=compare)
            labels, run = recorded.labels(), recorded.traces[0].record.run
        else:
            converted = self._by_grid(result)
            labels, run = [], ""
        with converted_log(self._arguments.out, run=run) as log:
            _write(log, self._spec, converted, labels, result)
            if result.episodes == 0:
                reasons = " ".join(result.notes)
                raise LogError(
                    f"{self._arguments.raw} has no episode of at least one step to convert. {reasons}".strip()
                )

    def _by_traces(self, recorded: RecordedEpisodes, result: Conversion, *, compare: bool) -> Iterator[_Episode]:
        changed: Counter[str] = Counter()
        for traces in recorded.episodes():
            episode = self._replay.convert(traces, opening=self._config.reset.gripper, compare=compare)
            name = traces[0].record.observation.episode
            if episode.note:
                result.notes.append(f"episode {name[:8]}: {episode.note}")
            changed.update(episode.changed)
            if len(episode.records) > 1:
                sequence = episode.records[-1].source_sequence + 1
                summary = summarise(episode.records, recorded=recorded.summaries.get(name), source_sequence=sequence)
                yield _Episode(converted=episode, summary=summary)
        if changed:
            result.notes.append(
                "different from what the environment had recorded: "
                + ", ".join(f"{name} in {count} episode(s)" for name, count in changed.items())
            )

    def _by_grid(self, result: Conversion) -> Iterator[_Episode]:
        recording = PlainRecording(
            config=self._config,
            spec=self._spec,
            drivers=self._drivers,
            index=self._index,
            options=PlainOptions(
                gap_s=self._arguments.episode_gap,
                spans_s=self._arguments.span,
                outcome=Outcome(self._arguments.outcome),
            ),
        )
        result.notes.append(_PLAIN)
        actions = "the targets sent" if recording.has_targets else "consecutive measured poses, for want of targets"
        result.notes.append(f"actions are taken from {actions}")
        sequence = 0
        for traces in recording.episodes():
            episode = self._replay.convert(
                _numbered(traces, first=sequence + 1), opening=traces[0].gripper_command, compare=False
            )
            if episode.note:
                result.notes.append(f"episode {traces[0].record.observation.episode[:8]}: {episode.note}")
            if len(episode.records) > 1:
                sequence = episode.records[-1].source_sequence + 1
                yield _Episode(
                    converted=episode, summary=summarise(episode.records, recorded=None, source_sequence=sequence)
                )


@dataclass(frozen=True, kw_only=True, eq=False)
class _Episode:
    converted: ConvertedEpisode
    summary: EpisodeSummary


def _write(
    log: ConvertedLog,
    spec: EnvironmentSpec,
    episodes: Iterable[_Episode],
    labels: list[EpisodeLabel],
    result: Conversion,
) -> None:
    sources: set[str] = set()
    written: set[str] = set()
    for episode in episodes:
        records = episode.converted.records
        first = records[0]
        stamp_ns = first.observation.stamp_ns
        if first.source not in sources:
            sources.add(first.source)
            log.add_spec(spec, run=first.run, source=first.source, stamp_ns=stamp_ns)
        for record in records:
            stamp_ns = record.observation.stamp_ns
            log.add(record, stamp_ns=stamp_ns)
        log.add(episode.summary, stamp_ns=stamp_ns)
        written.add(first.observation.episode)
        result.episodes += 1
        result.steps += len(records) - 1
        result.outcomes[records[-1].outcome] += 1
    for label in labels:
        if label.episode in written:
            log.add(label, stamp_ns=label.stamp_ns)


def _numbered(traces: list[StepTrace], *, first: int) -> list[StepTrace]:
    return [
        replace(trace, record=replace(trace.record, source_sequence=first + step)) for step, trace in enumerate(traces)
    ]


def _arm(arguments: Namespace, index: BagIndex) -> str:
    """Return the namespace of the arm in the bag."""
    if arguments.arm is not None:
        return str(arguments.arm).strip("/")
    arms = index.arms_with(STEP) or index.arms_with(EnvironmentConfig().topics.current_pose)
    if len(arms) == 1:
        return next(iter(arms))
    if arms:
        raise ConfigurationError(
            key="--arm", value="", allowed=f"one of {', '.join(arms)}", where="the command line of convert"
        )
    if any(topic.type_name == _TRANSITION_TYPE for topic in index.topics.values()):
        raise LogError(f"{arguments.raw} is a transition log already; give it to a learner with demonstrations:=.")
    raise LogError(
        f"{arguments.raw} cannot become transitions: no topic is called current_pose, with or without a namespace. The "
        f"bag has {index.describe()}. Rename with --remap THEIRS:=OURS, or name the arm with --arm."
    )


def _as_sent(value: float) -> float:
    """Return a number as it is after a message: float32."""
    return float(np.float32(value))


def _refuse_other_actions(recorded: list[EnvironmentSpec], asked: EnvironmentSpec) -> None:
    """Other cameras, states and rewards can be made from the same samples; other actions and rates were not done."""
    for spec in recorded:
        if (spec.action_names, spec.action_scale, spec.reference) != (
            asked.action_names,
            tuple(map(_as_sent, asked.action_scale)),
            asked.reference,
        ) or spec.control_rate_hz != _as_sent(asked.control_rate_hz):
            raise ConfigurationError(
                key="the action's scale, its axes or the control rate",
                value=", ".join(f"{value:.6g}" for value in (*asked.action_scale, asked.control_rate_hz)),
                allowed=f"as recorded: {asked.difference(spec)}",
                where="--task or --config of convert",
            )
