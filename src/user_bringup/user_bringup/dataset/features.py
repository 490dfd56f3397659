"""What a frame of the dataset holds: the features of LeRobot's info.json, and a transition's values for them.

Frame k is record k < T: the observation, what was done on it, and under `next.` what was observed at k + 1. Names that
begin with `observation` or `action` are what LeRobot gives to a policy, so nothing else is called that.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa

from user_core.spec import PRIVILEGED_GROUP, CameraSpec, EnvironmentSpec
from user_core.types import ActionSource, StateArray, Transition

STATE = "observation.state"
PRIVILEGED_STATE = "privileged.state"
IMAGE_PREFIX = "observation.images."
ACTION = "action"
ACTION_SOURCES = tuple(ActionSource)
IMAGE_TYPE = pa.struct([("bytes", pa.binary()), ("path", pa.string())])
INDEX_DTYPES = {
    "timestamp": "float32",
    "frame_index": "int64",
    "episode_index": "int64",
    "index": "int64",
    "task_index": "int64",
}


@dataclass(frozen=True, kw_only=True)
class Feature:
    """A feature as info.json describes it.

    Attributes:
        dtype: A numpy name, `image` (PNG in the data files) or `video`.
        shape: Of one frame.
        names: Of the elements, or of the axes of an image.
        info: More about it, such as the names behind the numbers of a choice.
    """

    name: str
    dtype: str
    shape: tuple[int, ...] = (1,)
    names: tuple[str, ...] | None = None
    info: dict[str, Any] = field(default_factory=dict)

    @property
    def is_visual(self) -> bool:
        """Whether it is an image, in whatever file."""
        return self.dtype in ("image", "video")

    @property
    def arrow_type(self) -> pa.DataType:
        """The type of its column; a video has none."""
        if self.dtype == "image":
            return IMAGE_TYPE
        value = pa.from_numpy_dtype(np.dtype(self.dtype))
        return value if self.shape == (1,) else pa.list_(value, self.shape[0])

    def described(self) -> dict[str, Any]:
        """Return its entry in info.json."""
        names = None if self.names is None else list(self.names)
        entry: dict[str, Any] = {"dtype": self.dtype, "shape": list(self.shape), "names": names}
        return {**entry, "info": self.info} if self.info else entry


def state_names(spec: EnvironmentSpec, *, privileged: bool) -> tuple[str, ...]:
    """Return `group.element` of the groups that a policy may read, or of the others."""
    return tuple(
        f"{group.name}.{element}"
        for group in spec.state_groups
        if (group.name == PRIVILEGED_GROUP) is privileged
        for element in group.element_names
    )


def value_features(spec: EnvironmentSpec, *, reward_sources: tuple[str, ...]) -> tuple[Feature, ...]:
    """Return the features with numbers."""
    actions = (spec.action_dim,)
    vectors = [
        Feature(name=name, dtype="float32", shape=(len(names),), names=names)
        for name, names in (
            (STATE, state_names(spec, privileged=False)),
            (PRIVILEGED_STATE, state_names(spec, privileged=True)),
        )
        if names
    ]
    return (
        *vectors,
        Feature(name=ACTION, dtype="float32", shape=actions, names=spec.action_names),
        Feature(name="policy_action", dtype="float32", shape=actions, names=spec.action_names),
        Feature(name="source.action", dtype="int64", info={"values": list(ACTION_SOURCES)}),
        Feature(name="intervention", dtype="bool"),
        Feature(name="next.reward", dtype="float32"),
        Feature(name="discount", dtype="float32"),
        Feature(name="next.success", dtype="bool"),
        Feature(name="next.done", dtype="bool"),
        Feature(name="next.stage", dtype="int64"),
        Feature(name="source.reward", dtype="int64", info={"values": list(reward_sources)}),
        Feature(name="is_first", dtype="bool"),
        Feature(name="is_last", dtype="bool"),
        Feature(name="is_terminal", dtype="bool"),
    )


def image_feature(camera: CameraSpec) -> Feature:
    """Return the feature of a camera whose frames are PNG."""
    return Feature(
        name=IMAGE_PREFIX + camera.name,
        dtype="image",
        shape=(camera.height, camera.width, 3),
        names=("height", "width", "channels"),
    )


def frame_values(
    spec: EnvironmentSpec, transition: Transition, *, is_last: bool, reward_sources: tuple[str, ...]
) -> dict[str, Any]:
    """Return the numbers of record k < T by feature.

    Args:
        spec: Of the record.
        transition: The record, its label applied.
        is_last: It is record T - 1.
        reward_sources: The names behind `source.reward`.
    """
    privileged = privileged_elements(spec)
    state = transition.observation.state
    no_answer = np.full(spec.action_dim, np.nan, np.float32)
    values: dict[str, Any] = {
        STATE: state[~privileged],
        PRIVILEGED_STATE: state[privileged],
        ACTION: transition.executed_action,
        "policy_action": transition.policy_action if transition.policy_action.size else no_answer,
        "source.action": ACTION_SOURCES.index(transition.action_source),
        "intervention": transition.action_source.is_person,
        "next.reward": transition.reward,
        "discount": transition.discount,
        "next.success": transition.success,
        "next.done": is_last,
        "next.stage": transition.stage,
        "source.reward": reward_sources.index(transition.reward_source),
        "is_first": transition.observation.step == 0,
        "is_last": is_last,
        "is_terminal": transition.discount == 0,
    }
    if not privileged.any():
        del values[PRIVILEGED_STATE]
    return values


def privileged_elements(spec: EnvironmentSpec) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """Return (S,) which elements of the state no image policy reads."""
    return np.concatenate([np.full(group.size, group.name == PRIVILEGED_GROUP) for group in spec.state_groups])


def joined_state(spec: EnvironmentSpec, values: dict[str, Any]) -> StateArray:
    """Return the (S,) state from the two features that it was split into."""
    state = np.zeros(spec.state_dim, np.float32)
    privileged = privileged_elements(spec)
    state[~privileged] = values.get(STATE, ())
    state[privileged] = values.get(PRIVILEGED_STATE, ())
    return state
