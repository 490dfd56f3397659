"""Bags with everything in them that a dataset must keep, and what they hold, to compare."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from tests.support.learning_records import make_episode, small_spec
from user_core.log.kinds import RecordKind
from user_core.log.label import EpisodeLabel
from user_core.log.reader import BagReader
from user_core.log.writer import BagWriter
from user_core.ros.definitions import log_definitions
from user_core.ros.records import Record, decode, encode, encode_spec
from user_core.spec import EnvironmentSpec
from user_core.transforms import Pose
from user_core.types import (
    ActionSource,
    EpisodeSummary,
    ImageArray,
    Mode,
    Outcome,
    SafetyFlag,
    StepType,
    StreamSample,
    Transition,
)

SPEC = small_spec(cameras=2, image_size=32)


def smooth_image(seed: int, *, size: int = 32) -> ImageArray:
    """Return (size, size, 3), as smooth as pictures are and noise is not."""
    y, x = np.mgrid[:size, :size] / size
    waves = [np.sin(3 * x + seed * 0.1), np.cos(2 * y - seed * 0.1), np.sin(2 * (x + y))]
    return (127 + 100 * np.stack(waves, axis=-1)).astype(np.uint8)


def rich_episode(name: str, *, source: str = "source", sequence: int = 1, **options: Any) -> list[Transition]:
    """Return records 0 .. T in which no field has the value that a careless reader would fill in."""
    records = make_episode(SPEC, episode=name, sequence=sequence, human_steps=(1,), mode=Mode.COLLECT, **options)
    return [_enriched(record, source=source) for record in records]


def _enriched(record: Transition, *, source: str) -> Transition:
    step = record.observation.step
    observation = replace(
        record.observation,
        source=source,
        stamp_ns=1_700_000_000_000_000_000 + step * 100_000_000,
        images=tuple(smooth_image(step + 7 * camera) for camera in range(len(SPEC.cameras))),
        streams=(StreamSample(stream="wrist", stamp_ns=step + 1, age_s=0.125),),
        instruction="insert the peg",
        deterministic=True,
        policy_version="1.2",
        planned_steps=7,
        delay_steps=2,
    )
    shared = replace(
        record,
        source=source,
        run="the run",
        observation=observation,
        reset_seed=10**12 + 3,
        evaluation="evaluation",
        reference_pose=Pose.of([0.1 * step, 0.2, 0.3, 0.0, 0.6, 0.0, 0.8]),
    )
    if record.step_type is StepType.LAST:
        return replace(shared, action_source=ActionSource.HOLD)
    return replace(
        shared,
        policy_action=np.array([0.5, -0.5], np.float32) if step == 0 else np.zeros(0, np.float32),
        commanded_pose=Pose.of([0.1 * step, 0.3, 0.3, 0.0, 0.0, 0.0, 1.0]),
        reward=record.reward + 0.25,
        stage=step % 3,
        reward_source="pose" if step else "rule",
        policy_version="1.1",
        safety_flags=SafetyFlag.CLIPPED_BOX | SafetyFlag.CLIPPED_STEP,
    )


def summary_of(records: Sequence[Transition]) -> EpisodeSummary:
    """Return a summary with arrays and lists in it."""
    last = records[-1]
    return EpisodeSummary(
        source=last.source,
        source_sequence=last.source_sequence + 1,
        robot=last.robot,
        task=last.task,
        episode=last.observation.episode,
        mode=last.observation.mode,
        deterministic=True,
        seed=-1,
        length=len(records) - 1,
        episode_return=1.5,
        outcome=Outcome(last.outcome),
        policy_versions=("1.1", "1.2"),
        safety_events=("clipped_box",),
        safety_counts=(3,),
        action_delay_s=np.array([0.125, 0.25], np.float32),
    )


def label_of(episode: str, label: str, *, reward: float = 0.0) -> EpisodeLabel:
    """Return a label."""
    return EpisodeLabel(stamp_ns=5, episode=episode, label=label, reward=reward, author="a person")


def write_bag(
    folder: Path, records: Sequence[Transition | EpisodeSummary | EpisodeLabel], *, spec: EnvironmentSpec = SPEC
) -> Path:
    """Write a bag in the order given, with the spec of each source before its first record."""
    kinds = {Transition: RecordKind.TRANSITION, EpisodeSummary: RecordKind.EPISODE, EpisodeLabel: RecordKind.LABEL}
    writer = BagWriter(folder, run="the run", definitions=log_definitions())
    known: set[str] = set()
    for number, record in enumerate(records):
        stamp_ns = 1_700_000_000_000_000_000 + number * 1_000
        source = "" if isinstance(record, EpisodeLabel) else record.source
        if source and source not in known:
            known.add(source)
            payload = encode_spec(spec, run="the run", source=source, source_sequence=0)
            writer.append(RecordKind.SPEC, payload, stamp_ns=stamp_ns - 500)
        writer.append(kinds[type(record)], encode(record), stamp_ns=stamp_ns)
    writer.close()
    return folder


def content(folder: Path) -> list[Record]:
    """Return all records of a bag."""
    with BagReader(folder) as bag:
        return [decode(record.kind, record.payload) for record in bag.records()]


def transitions_of(folder: Path) -> list[Transition]:
    """Return the transitions of a bag."""
    return [record for record in content(folder) if isinstance(record, Transition)]


def differences(first: Any, second: Any, *, name: str = "", without: str = "-") -> list[str]:
    """Return the names of the fields in which two records differ; arrays are compared exactly, type included."""
    if name.endswith(without):
        return []
    if dataclasses.is_dataclass(first) and type(first) is type(second):
        pairs = [
            (getattr(first, item.name), getattr(second, item.name), item.name) for item in dataclasses.fields(first)
        ]
        return [found for a, b, field in pairs for found in differences(a, b, name=f"{name}.{field}", without=without)]
    if isinstance(first, tuple) and isinstance(second, tuple) and len(first) == len(second):
        return [d for a, b in zip(first, second, strict=True) for d in differences(a, b, name=name, without=without)]
    if isinstance(first, np.ndarray):
        return [] if first.dtype == second.dtype and np.array_equal(first, second) else [name]
    return [] if type(first) is type(second) and first == second else [name]


def psnr_db(first: ImageArray, second: ImageArray) -> float:
    """Return the peak signal-to-noise ratio of two images in decibels."""
    error = np.mean((first.astype(np.float64) - second) ** 2)
    return float("inf") if error == 0 else float(10 * np.log10(255**2 / error))
