"""What a station is: where its task is, what box the arm may move in, where episodes begin."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from user_core.errors import ConfigurationError
from user_core.transforms import Pose, subtract
from user_hardware.environment.config import EnvironmentConfig

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


def _rounded(values: Any) -> tuple[float, ...]:
    return tuple(round(float(value), _DIGITS) for value in values)
