"""Which features of a dataset are our state, action, images and rewards: as a file says it, or by their names.

A mapping file, where every entry is optional; FEATURE[i] and FEATURE[i:j] choose elements, a list joins several:

    state:
      tcp_pose: observation.state[0:6]
      gripper: [observation.gripper]
    images: {wrist: observation.images.hand}
    action: action[0:6]
    reward: next.reward
    success: next.success
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from numpy.typing import NDArray

from user_bringup.dataset.features import ACTION, IMAGE_PREFIX, STATE
from user_bringup.dataset.reader import DatasetReader
from user_core.errors import ConfigurationError
from user_core.spec import EnvironmentSpec
from user_core.types import StateArray

_WHERE = "the mapping file (--mapping FILE)"
_ELEMENTS = re.compile(r"(?P<key>.+?)\[(?P<first>\d+)(:(?P<end>\d+))?\]")


@dataclass(frozen=True, kw_only=True)
class Selection:
    """Elements of one feature, in the order given."""

    key: str
    elements: tuple[int, ...]

    def of(self, columns: dict[str, NDArray[Any]]) -> StateArray:
        """Return (length, n) of an episode's columns."""
        values = columns[self.key]
        return values.reshape(len(values), -1)[:, list(self.elements)].astype(np.float32)


def joined(selections: tuple[Selection, ...], columns: dict[str, NDArray[Any]]) -> StateArray:
    """Return (length, n), the selections side by side."""
    return np.concatenate([selection.of(columns) for selection in selections], axis=1)


@dataclass(frozen=True, kw_only=True)
class Mapping:
    """Where each part of our records is found.

    Attributes:
        state: In the order of the spec's groups, by group.
        action: In the order of the spec's axes.
        images: Feature by camera.
        reward: None = the dataset has none.
        success: None = the dataset has none.
    """

    state: dict[str, tuple[Selection, ...]]
    action: tuple[Selection, ...]
    images: dict[str, str]
    reward: tuple[Selection, ...] | None
    success: tuple[Selection, ...] | None


@dataclass(frozen=True, kw_only=True)
class MappingFile:
    """A mapping as written; what it does not name is found by name."""

    state: dict[str, Any] = field(default_factory=dict)
    images: dict[str, str] = field(default_factory=dict)
    action: Any = None
    reward: Any = None
    success: Any = None

    @classmethod
    def read(cls, path: Path) -> MappingFile:
        """Read a file. Raises ConfigurationError when it cannot be read or has other entries."""
        try:
            content = yaml.safe_load(path.read_text()) or {}
        except (OSError, yaml.YAMLError) as error:
            raise ConfigurationError(
                key="--mapping", value=str(path), allowed=f"a YAML file ({error})", where="the command line"
            ) from error
        allowed = list(cls.__dataclass_fields__)
        if not isinstance(content, dict) or not set(content) <= set(allowed):
            found = sorted(content) if isinstance(content, dict) else content
            raise ConfigurationError(key=str(path), value=found, allowed=f"entries {', '.join(allowed)}", where=_WHERE)
        for name in ("state", "images"):
            if not isinstance(content.get(name, {}), dict):
                raise ConfigurationError(key=name, value=content[name], allowed="NAME: FEATURE pairs", where=_WHERE)
        return cls(**content)

    def completed(self, dataset: DatasetReader) -> MappingFile:
        """Return a mapping that names every part: what it leaves open is all that the dataset has of it."""
        images = {key.removeprefix(IMAGE_PREFIX).replace(".", "_"): key for key in dataset.visual_keys()}
        return replace(
            self,
            state=self.state or {"state": STATE},
            images=self.images or images,
            action=ACTION if self.action is None else self.action,
        )

    def selections(self, dataset: DatasetReader, what: str) -> tuple[Selection, ...]:
        """Return what it names for `action`, or for a group of the state."""
        return _Finder(dataset).parse(what, self.action if what == "action" else self.state[what])

    def resolve(self, dataset: DatasetReader, spec: EnvironmentSpec) -> Mapping:
        """Find everything that a spec needs. Raises ConfigurationError naming what is missing, and what there is."""
        finder = _Finder(dataset)
        unknown = set(self.state) - {group.name for group in spec.state_groups}
        unknown |= set(self.images) - {camera.name for camera in spec.cameras}
        if unknown:
            names = [*(group.name for group in spec.state_groups), *(camera.name for camera in spec.cameras)]
            raise ConfigurationError(
                key="state or images", value=sorted(unknown), allowed=f"the spec's {', '.join(names)}", where=_WHERE
            )
        return Mapping(
            state={
                group.name: finder.vector(
                    f"state.{group.name}", self.state.get(group.name), finder.group(spec, group.name), size=group.size
                )
                for group in spec.state_groups
            },
            action=finder.vector("action", self.action, finder.whole(ACTION), size=spec.action_dim),
            images={camera.name: finder.image(camera.name, self.images.get(camera.name)) for camera in spec.cameras},
            reward=finder.optional("reward", self.reward, "next.reward"),
            success=finder.optional("success", self.success, "next.success"),
        )


class _Finder:
    def __init__(self, dataset: DatasetReader) -> None:
        self._dataset = dataset
        self._visual = dataset.visual_keys()
        self._numeric = [key for key, item in dataset.features.items() if key not in self._visual]

    def vector(self, what: str, given: Any, found: tuple[Selection, ...] | None, *, size: int) -> tuple[Selection, ...]:
        selections = self.parse(what, given) if given is not None else found
        if selections is None:
            raise self._missing(what, "none")
        if (count := sum(len(item.elements) for item in selections)) != size:
            raise self._missing(what, f"{count} numbers", f"{size} of them, ")
        return selections

    def optional(self, what: str, given: Any, name: str) -> tuple[Selection, ...] | None:
        if given is None and name not in self._numeric:
            return None
        return self.vector(what, given, self.whole(name), size=1)

    def image(self, camera: str, given: str | None) -> str:
        key = given if given is not None else f"{IMAGE_PREFIX}{camera}"
        if key not in self._visual:
            raise ConfigurationError(
                key=f"images.{camera}",
                value=key,
                allowed=f"an image of the dataset, which has {', '.join(self._visual) or 'none'}",
                where=_WHERE,
            )
        return key

    def whole(self, key: str) -> tuple[Selection, ...] | None:
        if key not in self._numeric:
            return None
        return (Selection(key=key, elements=tuple(range(len(self._dataset.element_names(key))))),)

    def group(self, spec: EnvironmentSpec, group: str) -> tuple[Selection, ...] | None:
        """Return where `group.element` stands among the dataset's names; else the whole state, if it is one group."""
        wanted = {item.name: [f"{item.name}.{e}" for e in item.element_names] for item in spec.state_groups}[group]
        for key in self._numeric:
            names = self._dataset.element_names(key)
            if set(wanted) <= set(names):
                return (Selection(key=key, elements=tuple(names.index(name) for name in wanted)),)
        return self.whole(STATE) if len(spec.state_groups) == 1 else None

    def parse(self, what: str, given: Any) -> tuple[Selection, ...]:
        words = given if isinstance(given, list) else [given]
        return tuple(self._selection(what, str(word)) for word in words)

    def _selection(self, what: str, word: str) -> Selection:
        match = _ELEMENTS.fullmatch(word)
        key = match["key"] if match else word
        if key not in self._numeric:
            raise self._missing(what, key)
        size = len(self._dataset.element_names(key))
        first = int(match["first"]) if match else 0
        end = size if match is None else int(match["end"] or first + 1)
        if not first < end <= size:
            raise ConfigurationError(key=what, value=word, allowed=f"elements of {key}, which has {size}", where=_WHERE)
        return Selection(key=key, elements=tuple(range(first, end)))

    def _missing(self, what: str, found: str, wanted: str = "") -> ConfigurationError:
        sizes = {key: len(self._dataset.element_names(key)) for key in self._numeric}
        there = ", ".join(f"{key}[{size}]" for key, size in sizes.items())
        return ConfigurationError(
            key=what, value=found, allowed=f"{wanted}from what the dataset has: {there}", where=_WHERE
        )
