"""What an environment promises: state, actions and cameras, with one digest over all that changes their meaning."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from user_core.errors import InvalidRecordError
from user_core.transforms import FloatArray, Pose
from user_core.types import ActionChunk, Observation, StateArray

ACTION_AXES = ("x", "y", "z", "rx", "ry", "rz", "gripper")
PRIVILEGED_GROUP = "target"
GRIPPER_MODES = ("binary", "continuous")


@dataclass(frozen=True, kw_only=True)
class StateGroup:
    """A named part of the state; `low` and `high` are what a policy sees as -1 and +1, nothing is clipped."""

    name: str
    element_names: tuple[str, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]

    @property
    def size(self) -> int:
        """Return the number of elements."""
        return len(self.element_names)


@dataclass(frozen=True, kw_only=True)
class CameraSpec:
    """A camera after crop and resize; `crop` is (top, left, height, width), all zero for the centred square."""

    name: str
    height: int
    width: int
    crop: tuple[int, int, int, int] = (0, 0, 0, 0)


@dataclass(frozen=True, kw_only=True)
class EnvironmentSpec:
    """The contract between an environment and every policy, replay and learner; see EnvironmentSpec.msg.

    Attributes:
        gripper_mode: What the action's gripper axis means, binary or continuous; "" without one.
    """

    robot: str
    task: str
    instruction: str
    state_groups: tuple[StateGroup, ...]
    action_names: tuple[str, ...]
    action_scale: tuple[float, ...]
    reference: str
    leash_m: float
    leash_rad: float
    nominal_target: Pose
    cameras: tuple[CameraSpec, ...]
    control_rate_hz: float
    max_episode_steps: int
    gripper_mode: str = ""

    @property
    def action_dim(self) -> int:
        """Return A, the number of action axes."""
        return len(self.action_names)

    @property
    def gripper_axis(self) -> int | None:
        """Return the index of the action's gripper axis, or None."""
        return self.action_names.index("gripper") if "gripper" in self.action_names else None

    @property
    def state_dim(self) -> int:
        """Return S, the length of the state vector."""
        return sum(group.size for group in self.state_groups)

    @cached_property
    def meaning(self) -> dict[str, Any]:
        """Return all that changes the meaning of a record or of a weight; the robot's name and the text do not."""
        return {
            "task": self.task,
            "state": [[g.name, g.element_names, _rounded(g.low), _rounded(g.high)] for g in self.state_groups],
            "action": [self.action_names, _rounded(self.action_scale), *filter(None, [self.gripper_mode])],
            "reference": [self.reference, *_rounded((self.leash_m, self.leash_rad))],
            "cameras": [[c.name, c.height, c.width, c.crop] for c in self.cameras],
            "rate": _rounded((self.control_rate_hz,)),
        }

    @cached_property
    def digest(self) -> str:
        """Hash the meaning; equal digests are the same contract."""
        return hashlib.sha256(json.dumps(self.meaning, separators=(",", ":")).encode()).hexdigest()

    def difference(self, other: EnvironmentSpec) -> str:
        """Return what makes records of the other spec useless here, with both values; "" when nothing does."""
        return "; ".join(
            f"{name} is {there} there and {here} here"
            for (name, here), (_, there) in zip(_meaning(self), _meaning(other), strict=True)
            if here != there
        )

    def group_slices(self) -> dict[str, slice]:
        """Return where each state group lies in the state vector."""
        slices: dict[str, slice] = {}
        start = 0
        for group in self.state_groups:
            slices[group.name] = slice(start, start + group.size)
            start += group.size
        return slices

    def normalise(self, state: StateArray, groups: Sequence[str]) -> StateArray:
        """Map the chosen groups of `state` (..., S) to about [-1, 1], concatenated (..., n) in the order given."""
        slices = self.group_slices()
        by_name = {group.name: group for group in self.state_groups}
        parts = []
        for name in groups:
            low, high = _span(by_name[name])
            parts.append(2 * (state[..., slices[name]] - low) / (high - low) - 1)
        return np.concatenate(parts, axis=-1).astype(np.float32)

    def action_scale_array(self) -> FloatArray:
        """Return (A,) metres or radians per unit of action."""
        return np.asarray(self.action_scale, dtype=np.float64)

    def check_observation(self, observation: Observation) -> None:
        """Raise InvalidRecordError unless sizes, digest and numbers fit this spec."""
        if observation.spec_digest != self.digest:
            raise InvalidRecordError(
                what="the observation's spec digest", value=observation.spec_digest[:12], allowed=self.digest[:12]
            )
        _check_vector("the observation's state", observation.state, self.state_dim)
        expected = [(c.height, c.width, 3) for c in self.cameras]
        found = [image.shape for image in observation.images]
        if found != expected:
            raise InvalidRecordError(what="the shape of the observation's images", value=found, allowed=str(expected))

    def check_action(self, chunk: ActionChunk) -> None:
        """Raise InvalidRecordError unless the chunk's digest, size and numbers fit this spec."""
        if chunk.spec_digest != self.digest:
            raise InvalidRecordError(
                what="the action's spec digest", value=chunk.spec_digest[:12], allowed=self.digest[:12]
            )
        if chunk.values.ndim != 2 or chunk.values.shape[1] != self.action_dim:
            raise InvalidRecordError(
                what="the action's shape", value=chunk.values.shape, allowed=f"(H, {self.action_dim})"
            )
        if not np.all(np.isfinite(chunk.values)) or np.any(np.abs(chunk.values) > 1 + 1e-5):
            raise InvalidRecordError(what="an action value", value=chunk.values.tolist(), allowed="finite, in [-1, 1]")


def _meaning(spec: EnvironmentSpec) -> list[tuple[str, object]]:
    """Return what the digest is made from, by the names that people know."""
    return [
        ("task", spec.task),
        ("state.groups", ", ".join(group.name for group in spec.state_groups)),
        ("the range of the state", [[_rounded(group.low), _rounded(group.high)] for group in spec.state_groups]),
        ("action.names", ", ".join(spec.action_names)),
        ("the action's scale", ", ".join(_rounded(spec.action_scale))),
        ("gripper.mode", spec.gripper_mode),
        ("action.reference", spec.reference),
        ("the leash in m and rad", ", ".join(_rounded((spec.leash_m, spec.leash_rad)))),
        ("cameras", ", ".join(f"{c.name} {c.height}x{c.width} crop {c.crop}" for c in spec.cameras) or "none"),
        ("control_rate_hz", _rounded((spec.control_rate_hz,))[0]),
    ]


def _check_vector(what: str, vector: StateArray, size: int) -> None:
    if vector.shape != (size,):
        raise InvalidRecordError(what=f"the shape of {what}", value=vector.shape, allowed=f"({size},)")
    if not np.all(np.isfinite(vector)):
        raise InvalidRecordError(what=what, value=vector.tolist(), allowed="finite numbers")


def _span(group: StateGroup) -> tuple[StateArray, StateArray]:
    return np.asarray(group.low, np.float32), np.asarray(group.high, np.float32)


def _rounded(values: Sequence[float]) -> list[str]:
    """Print numbers as their float32 value, since that is what crosses the wire."""
    return [f"{np.float32(value):.6g}" for value in values]
