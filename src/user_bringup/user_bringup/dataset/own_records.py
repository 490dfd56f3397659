"""What a record of ours has beyond a frame of LeRobot's, one row per record 0 .. T; also the observation of record T.

LeRobot keeps no observation after the last action: as a frame it would need an action, and a policy would learn that.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from user_bringup.dataset.bag_episode import LoggedTransition
from user_bringup.dataset.layout import OWN_RECORDS
from user_bringup.dataset.png import decode_image, encode_png
from user_bringup.dataset.unfit import AS_EXPORTED, readable, unfit
from user_core.transforms import Pose
from user_core.types import Mode, Observation, SafetyFlag, StepType, StreamSample, Transition

_STREAM = pa.struct([("stream", pa.string()), ("stamp_ns", pa.int64()), ("age_s", pa.float32())])
_POSE = pa.list_(pa.float64(), 7)
_OBSERVATION_COLUMNS = ("stamp_ns", "frame_id", "spec_digest", "episode", "step", "deterministic")
_PLAN_COLUMNS = ("planned_steps", "delay_steps")
"""Of an observation; datasets from before there were chunks have none."""
_RECORD_COLUMNS = (
    *("run", "source", "source_sequence", "robot", "task", "terminated", "truncated", "outcome", "awaits_verdict"),
    *("reset_seed", "evaluation", "policy_version"),
)
_SCHEMA = pa.schema(
    [
        *(("episode_index", pa.int64()), ("logged_ns", pa.int64()), ("stamp_ns", pa.int64())),
        *(("frame_id", pa.string()), ("spec_digest", pa.string()), ("episode", pa.string()), ("step", pa.int64())),
        *(("mode", pa.string()), ("deterministic", pa.bool_()), ("requested_policy_version", pa.string())),
        *((name, pa.int64()) for name in _PLAN_COLUMNS),
        *(("streams", pa.list_(_STREAM)), ("run", pa.string()), ("source", pa.string())),
        *(("source_sequence", pa.uint64()), ("robot", pa.string()), ("task", pa.string()), ("step_type", pa.int64())),
        *(("terminated", pa.bool_()), ("truncated", pa.bool_()), ("outcome", pa.string())),
        *(("awaits_verdict", pa.bool_()), ("reset_seed", pa.int64()), ("evaluation", pa.string())),
        *(("policy_version", pa.string()), ("reference_pose", _POSE), ("commanded_pose", _POSE)),
        *(("safety_flags", pa.int64()), ("last_state", pa.list_(pa.float32()))),
        ("last_images", pa.list_(pa.binary())),
    ]
)


class OwnRecordsWriter:
    """Writes the rows of one episode after the other."""

    def __init__(self, folder: Path) -> None:
        path = folder / OWN_RECORDS
        path.parent.mkdir(parents=True, exist_ok=True)
        self._writer = pq.ParquetWriter(path, _SCHEMA)
        self._rows: list[dict[str, Any]] = []

    def add(self, logged: LoggedTransition, *, episode_index: int) -> None:
        """Append a record; record T ends its episode."""
        transition, observation = logged.transition, logged.transition.observation
        is_last = transition.step_type is StepType.LAST
        self._rows.append(
            {
                "episode_index": episode_index,
                "logged_ns": logged.logged_ns,
                **{name: getattr(observation, name) for name in (*_OBSERVATION_COLUMNS, *_PLAN_COLUMNS)},
                **{name: getattr(transition, name) for name in _RECORD_COLUMNS},
                "mode": observation.mode.value,
                "requested_policy_version": observation.policy_version,
                "streams": [vars(sample) for sample in observation.streams],
                "step_type": int(transition.step_type),
                "reference_pose": transition.reference_pose.as_array(),
                "commanded_pose": transition.commanded_pose.as_array(),
                "safety_flags": int(transition.safety_flags),
                "last_state": observation.state if is_last else None,
                "last_images": [encode_png(image) for image in observation.images] if is_last else None,
            }
        )
        if is_last:
            self._writer.write_table(pa.Table.from_pylist(self._rows, schema=_SCHEMA))
            self._rows = []

    def close(self) -> None:
        """Finish the file."""
        self._writer.close()


def read_own_records(folder: Path, *, lengths: Sequence[int]) -> Iterator[list[dict[str, Any]]]:
    """Yield the rows 0 .. T of each episode, in the order of the dataset.

    Args:
        folder: The dataset.
        lengths: T of each episode.

    Raises:
        ConfigurationError: When the file is damaged, or holds other episodes.
    """
    path = folder / OWN_RECORDS
    with readable(path, AS_EXPORTED), pq.ParquetFile(path) as file:
        found = [file.metadata.row_group(group).num_rows for group in range(file.num_row_groups)]
        if found != [length + 1 for length in lengths]:
            raise unfit(path, f"records of {len(found)} episodes, {sum(found)} in all", AS_EXPORTED)
        for group in range(file.num_row_groups):
            yield file.read_row_group(group).to_pylist()


def own_transition(row: dict[str, Any], *, frame: dict[str, Any], instruction: str) -> LoggedTransition:
    """Return the record of a row.

    Args:
        row: As `read_own_records` yields it.
        frame: The fields of transition and observation that the dataset's frame has; empty for record T.
        instruction: The task's text.
    """
    seen = {name: frame[name] for name in ("state", "images") if name in frame}
    done = {name: value for name, value in frame.items() if name not in seen}
    if row["last_state"] is not None:
        seen["state"] = np.array(row["last_state"], np.float32)
        seen["images"] = tuple(decode_image(content) for content in row["last_images"])
    observation = Observation(
        **{name: row[name] for name in _OBSERVATION_COLUMNS},
        **{name: row[name] for name in _PLAN_COLUMNS if name in row},
        source=row["source"],
        mode=Mode(row["mode"]),
        policy_version=row["requested_policy_version"],
        streams=tuple(StreamSample(**sample) for sample in row["streams"]),
        instruction=instruction,
        **seen,
    )
    transition = Transition(
        **{name: row[name] for name in _RECORD_COLUMNS},
        observation=observation,
        step_type=StepType(row["step_type"]),
        reference_pose=_pose(row["reference_pose"]),
        commanded_pose=_pose(row["commanded_pose"]),
        safety_flags=SafetyFlag(row["safety_flags"]),
        **done,
    )
    return LoggedTransition(transition=transition, logged_ns=row["logged_ns"])


def _pose(values: list[float]) -> Pose:
    numbers = np.array(values)
    return Pose(position=numbers[:3], quaternion=numbers[3:])
