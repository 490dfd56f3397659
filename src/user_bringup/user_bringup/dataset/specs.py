"""Specs as JSON beside a dataset."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from user_bringup.dataset.unfit import AS_EXPORTED, readable, unfit
from user_core.spec import CameraSpec, EnvironmentSpec, StateGroup
from user_core.transforms import Pose


@dataclass(frozen=True, kw_only=True)
class LoggedSpec:
    """A spec as it stands in a log, with the identity of its record."""

    run: str
    source: str
    source_sequence: int
    spec: EnvironmentSpec


def write_specs(path: Path, specs: Sequence[LoggedSpec]) -> None:
    """Write the specs of a log."""
    content = [{**_fields(logged), "spec": _spec_to_plain(logged.spec)} for logged in specs]
    path.write_text(json.dumps(content, indent=1) + "\n")


def read_specs(path: Path) -> tuple[LoggedSpec, ...]:
    """Read what `write_specs` wrote, one spec at least. Raises ConfigurationError when it is damaged."""
    with readable(path, AS_EXPORTED):
        items = json.loads(path.read_text())
        specs = tuple(LoggedSpec(**{**item, "spec": _spec_from_plain(item["spec"])}) for item in items)
    if not specs:
        raise unfit(path, "empty", AS_EXPORTED)
    return specs


def _fields(value: Any) -> dict[str, Any]:
    return {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}


def _spec_to_plain(spec: EnvironmentSpec) -> dict[str, Any]:
    return {
        **_fields(spec),
        "state_groups": [_fields(group) for group in spec.state_groups],
        "cameras": [_fields(camera) for camera in spec.cameras],
        "nominal_target": spec.nominal_target.as_array().tolist(),
    }


def _spec_from_plain(plain: dict[str, Any]) -> EnvironmentSpec:
    target = np.asarray(plain["nominal_target"])
    fields = _with_tuples(plain)
    fields["state_groups"] = tuple(StateGroup(**_with_tuples(group)) for group in plain["state_groups"])
    fields["cameras"] = tuple(CameraSpec(**_with_tuples(camera)) for camera in plain["cameras"])
    # Not Pose.of, which would normalise a quaternion that came from the log.
    fields["nominal_target"] = Pose(position=target[:3], quaternion=target[3:])
    return EnvironmentSpec(**fields)


def _with_tuples(plain: dict[str, Any]) -> dict[str, Any]:
    return {name: tuple(value) if isinstance(value, list) else value for name, value in plain.items()}
