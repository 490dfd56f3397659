"""Specs as what JSON knows: numbers, texts, lists and mappings."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

import numpy as np

from user_core.spec import CameraSpec, EnvironmentSpec, StateGroup
from user_core.transforms import Pose


def spec_to_plain(spec: EnvironmentSpec) -> dict[str, Any]:
    """Return all fields of a spec."""
    return {
        **_fields(spec),
        "state_groups": [_fields(group) for group in spec.state_groups],
        "cameras": [_fields(camera) for camera in spec.cameras],
        "nominal_target": spec.nominal_target.as_array().tolist(),
    }


def spec_from_plain(plain: Mapping[str, Any]) -> EnvironmentSpec:
    """Undo `spec_to_plain`. Raises KeyError or TypeError for fields that are missing or unknown."""
    target = np.asarray(plain["nominal_target"])
    fields = _with_tuples(plain)
    fields["state_groups"] = tuple(StateGroup(**_with_tuples(group)) for group in plain["state_groups"])
    fields["cameras"] = tuple(CameraSpec(**_with_tuples(camera)) for camera in plain["cameras"])
    # Not Pose.of, which would normalise a quaternion that came from the log.
    fields["nominal_target"] = Pose(position=target[:3], quaternion=target[3:])
    return EnvironmentSpec(**fields)


def _fields(value: Any) -> dict[str, Any]:  # noqa: ANN401 - any dataclass
    return {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}


def _with_tuples(plain: Mapping[str, Any]) -> dict[str, Any]:
    return {name: tuple(value) if isinstance(value, list) else value for name, value in plain.items()}
