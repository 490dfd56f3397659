"""The spec that a dataset implies where none is given: its own names, ranges, image sizes and rate."""

from __future__ import annotations

from typing import Any

import numpy as np

from user_bringup.dataset.mapping import MappingFile, Selection, joined
from user_bringup.dataset.reader import DatasetReader
from user_bringup.dataset.tables import read_column
from user_core.errors import ConfigurationError
from user_core.spec import CameraSpec, EnvironmentSpec, StateGroup
from user_core.transforms import Pose


def implied_spec(dataset: DatasetReader, mapping: MappingFile, *, task: str) -> EnvironmentSpec:
    """Return a spec that the dataset fits.

    What an action does is not known: its scale is 1 and the leash 0, so such a spec equals that of no robot.

    Args:
        dataset: Whose names and ranges are taken.
        mapping: Completed, so that it names every part.
        task: Name of the task.

    Raises:
        ConfigurationError: When the mapping names what is not there.
    """
    actions = mapping.selections(dataset, "action")
    names = _names(dataset, actions)
    return EnvironmentSpec(
        robot=str(dataset.info.get("robot_type") or "unknown"),
        task=task,
        instruction=dataset.tasks.get(0, ""),
        state_groups=tuple(_group(dataset, mapping, name) for name in mapping.state),
        action_names=names,
        action_scale=(1.0,) * len(names),
        reference="commanded",
        leash_m=0.0,
        leash_rad=0.0,
        nominal_target=Pose.of([0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0]),
        cameras=tuple(_camera(dataset, name, key) for name, key in mapping.images.items()),
        control_rate_hz=dataset.rate_hz,
        max_episode_steps=max((episode.length for episode in dataset.episodes), default=0),
    )


def _group(dataset: DatasetReader, mapping: MappingFile, name: str) -> StateGroup:
    selections = mapping.selections(dataset, name)
    values = joined(selections, {item.key: read_column(dataset.folder, item.key) for item in selections})
    low, high = np.nanmin(values, axis=0), np.nanmax(values, axis=0)
    # What never moves still needs a range to be normalised by.
    still = high <= low
    low, high = np.where(still, low - 0.5, low), np.where(still, high + 0.5, high)
    return StateGroup(
        name=name, element_names=_names(dataset, selections), low=tuple(low.tolist()), high=tuple(high.tolist())
    )


def _names(dataset: DatasetReader, selections: tuple[Selection, ...]) -> tuple[str, ...]:
    return tuple(dataset.element_names(item.key)[element] for item in selections for element in item.elements)


def _camera(dataset: DatasetReader, name: str, key: str) -> CameraSpec:
    feature: dict[str, Any] = dataset.features.get(key, {})
    shape, axes = feature.get("shape", ()), feature.get("names") or ("height", "width", "channels")
    sizes = dict(zip(axes, shape, strict=True)) if len(axes) == len(shape) else {}
    if feature.get("dtype") not in ("image", "video") or not {"height", "width"} <= set(sizes):
        raise ConfigurationError(
            key=f"images.{name}",
            value=key,
            allowed=f"an image with height and width, of {', '.join(dataset.visual_keys()) or 'none'}",
            where="the mapping file (--mapping FILE)",
        )
    return CameraSpec(name=name, height=sizes["height"], width=sizes["width"])
