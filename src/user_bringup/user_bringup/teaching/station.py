"""A station's own params file: where its task is, what box the arm may move in, where episodes begin."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from user_core.errors import ConfigurationError
from user_core.transforms import Pose, subtract
from user_hardware.environment.config import EnvironmentConfig

SECTION = "/**/environment_node"
_PARAMETERS = "ros__parameters"
_DIGITS = 5


@dataclass(frozen=True, kw_only=True)
class Station:
    """What was taught, as parameters of environment_node.

    Attributes:
        nominal_target: x y z in metres and quaternion xyzw of the tool at the goal, base frame.
        start_low_m: Lowest start about the nominal target.
        start_high_m: Highest start about the nominal target.
        box_low_m: Workspace box below the nominal target.
        box_high_m: Workspace box above the nominal target.
    """

    nominal_target: tuple[float, ...]
    start_low_m: tuple[float, ...]
    start_high_m: tuple[float, ...]
    box_low_m: tuple[float, ...]
    box_high_m: tuple[float, ...]

    @property
    def parameters(self) -> dict[str, list[float]]:
        """Values by the name of their parameter."""
        return {
            "task.nominal_target": list(self.nominal_target),
            "guard.box_low_m": list(self.box_low_m),
            "guard.box_high_m": list(self.box_high_m),
            "reset.start_low_m": list(self.start_low_m),
            "reset.start_high_m": list(self.start_high_m),
        }


def taught_station(*, config: EnvironmentConfig, target: Pose, start: Pose | None) -> Station:
    """Return the station of a taught target, and of a taught start if there is one.

    The box keeps the task's own size. A taught start becomes the middle of the task's own starts.

    Args:
        config: The task's parameters so far.
        target: Tool pose at the goal, base frame.
        start: Tool pose about which episodes begin, base frame; None keeps the task's.

    Raises:
        ConfigurationError: When the starts would lie outside the box.
    """
    low, high = np.array(config.reset.start_low_m), np.array(config.reset.start_high_m)
    if start is not None:
        shift = subtract(start, target)[:3] - (low + high) / 2
        low, high = low + shift, high + shift
    box_low, box_high = np.array(config.guard.box_low_m), np.array(config.guard.box_high_m)
    if np.any(low < box_low) or np.any(high > box_high):
        raise ConfigurationError(
            key="the starts about the taught start",
            value=f"{_rounded(low)} to {_rounded(high)} m about the target",
            allowed=f"within the box, {_rounded(box_low)} to {_rounded(box_high)} m",
            where="guard.box_low_m and guard.box_high_m in config/tasks/<task>.yaml, or teach a start nearer to it",
        )
    return Station(
        nominal_target=_rounded(target.as_array()),
        start_low_m=_rounded(low),
        start_high_m=_rounded(high),
        box_low_m=_rounded(box_low),
        box_high_m=_rounded(box_high),
    )


def save_station(path: Path, station: Station) -> None:
    """Write the station's parameters into a params file, in one piece; whatever else stands in it is kept.

    Raises:
        ConfigurationError: When the file is there and no params file.
    """
    content: Any = yaml.safe_load(path.read_text()) if path.exists() else {}
    content = {} if content is None else content
    section = content.get(SECTION, {}) if isinstance(content, dict) else None
    if not isinstance(section, dict):
        raise ConfigurationError(
            key="station", value=str(path), allowed="a params file, or one that is not there yet", where="station:=FILE"
        )
    parameters = section.get(_PARAMETERS) or {}
    merged = {**content, SECTION: {**section, _PARAMETERS: {**parameters, **station.parameters}}}
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(path.name + ".part")
    unfinished.write_text(yaml.safe_dump(merged, sort_keys=False, default_flow_style=None, width=110))
    os.replace(unfinished, path)


def _rounded(values: Any) -> tuple[float, ...]:
    return tuple(round(float(value), _DIGITS) for value in values)
