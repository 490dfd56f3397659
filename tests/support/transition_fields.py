"""Transitions compared field by field, so that a difference names its field."""

from __future__ import annotations

import dataclasses
from enum import Enum
from pathlib import Path
from typing import Any

import numpy as np

from user_core.log.kinds import RecordKind
from user_core.log.reader import BagReader
from user_core.log.transition_cdr import decode_transition
from user_core.transforms import Pose
from user_core.types import Transition


def transitions_of(bag: Path) -> dict[tuple[str, int], Transition]:
    """Return the transitions of a log by (episode, step)."""
    with BagReader(bag) as reader:
        found = [
            decode_transition(record.payload) for record in reader.records() if record.kind == RecordKind.TRANSITION
        ]
    return {(record.observation.episode, record.observation.step): record for record in found}


def fields_of(record: Any, prefix: str = "") -> dict[str, Any]:
    """Return every field by dotted name, as what can be compared with ==; floats to the last bit."""
    flat: dict[str, Any] = {}
    for item in dataclasses.fields(record):
        value, name = getattr(record, item.name), prefix + item.name
        if isinstance(value, Pose):
            flat[name] = value.as_array().tolist()
        elif isinstance(value, np.ndarray):
            flat[name] = (value.dtype.str, value.shape, value.tobytes())
        elif isinstance(value, Enum):
            flat[name] = value.value
        elif isinstance(value, tuple):
            flat[name] = [
                (part.dtype.str, part.shape, part.tobytes()) if isinstance(part, np.ndarray) else part for part in value
            ]
        elif dataclasses.is_dataclass(value):
            flat |= fields_of(value, f"{name}.")
        else:
            flat[name] = value
    return flat


def different_fields(one: Transition, other: Transition) -> list[str]:
    """Return the names of the fields in which two records differ."""
    first, second = fields_of(one), fields_of(other)
    return [name for name in first if first[name] != second[name]]
