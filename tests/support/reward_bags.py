"""Bags with pictures of a success that a few numbers can see: it is bright."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from tests.support.learning_records import make_episode, small_spec
from user_core.log.kinds import RecordKind
from user_core.log.label import EpisodeLabel
from user_core.log.writer import BagWriter
from user_core.ros.definitions import log_definitions
from user_core.ros.records import encode
from user_core.ros.spec_conversion import spec_to_message
from user_core.spec import EnvironmentSpec
from user_core.types import Mode, Transition

SPEC = small_spec(cameras=2)
LENGTH = 8
SHOWN = 4
"""Observations of success at the end of an episode that has one."""


def reward_episode(name: str, *, succeeds: bool, spec: EnvironmentSpec = SPEC) -> list[Transition]:
    """Records of an episode whose last observations are bright in the first camera if it succeeds."""
    generator = np.random.default_rng(list(name.encode()))
    outcome = "success" if succeeds else "failure"
    records = []
    for record in make_episode(spec, episode=name, length=LENGTH, mode=Mode.COLLECT, outcome=outcome):
        step = record.observation.step
        bright = succeeds and step > LENGTH - SHOWN
        images = tuple(
            generator.integers(*((150, 256) if bright and index == 0 else (0, 106)), image.shape, dtype=np.uint8)
            for index, image in enumerate(record.observation.images)
        )
        success = succeeds and LENGTH - SHOWN <= step < LENGTH
        records.append(replace(record, observation=replace(record.observation, images=images), success=success))
    return records


def write_bag(
    folder: Path, episodes: Sequence[Sequence[Transition]], *, labels: Sequence[EpisodeLabel] = (), spec: bool = True
) -> Path:
    """Write a bag; return its folder."""
    from rclpy.serialization import serialize_message

    writer = BagWriter(folder, run="run", definitions=log_definitions())
    if spec:
        message = spec_to_message(SPEC, run="run", source="source", source_sequence=0)
        writer.append(RecordKind.SPEC, bytes(serialize_message(message)), stamp_ns=1)
    for record in (record for episode in episodes for record in episode):
        writer.append(RecordKind.TRANSITION, encode(record), stamp_ns=2)
    for label in labels:
        writer.append(RecordKind.LABEL, encode(label), stamp_ns=3)
    writer.close()
    return folder


def some_episodes(count: int = 12) -> list[list[Transition]]:
    """Half of them succeed."""
    return [reward_episode(f"episode {number}", succeeds=number % 2 == 0) for number in range(count)]
