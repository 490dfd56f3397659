"""What a scripted expert promises, and the hand that carries it out: it scales, it trembles."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Protocol

import numpy as np

from user_core.configuration import parameter
from user_core.transforms import FloatArray, Pose
from user_core.types import TaskState


@dataclass(frozen=True, kw_only=True)
class ExpertConfig:
    """The hand of every expert; lengths in metres, actions in [-1, 1]. Each task's expert adds its skill."""

    position_scale_m: float = parameter(0.02, "translation of a unit action, as the task's", minimum=1e-4, maximum=0.2)
    rotation_scale_rad: float = parameter(0.1, "rotation of a unit action, as the task's", minimum=1e-3, maximum=1.0)
    noise_std: float = parameter(
        0.0, "standard deviation of the tremble, as a share of the action's size", minimum=0.0, maximum=2.0
    )
    noise_floor: float = parameter(
        0.05, "action size below which the tremble does not shrink further", minimum=0.0, maximum=1.0
    )
    noise_correlation: float = parameter(0.5, "share of the tremble that survives a tick", minimum=0.0, maximum=0.99)


@dataclass(frozen=True, kw_only=True, eq=False)
class ExpertView:
    """What the person sees.

    Attributes:
        tcp_pose: Where the tool is, base frame.
        gripper_width_m: Metres between the fingers.
        target_pose: Where the tool is when the task is done, base frame.
        state: How the task stands.
    """

    tcp_pose: Pose
    gripper_width_m: float
    target_pose: Pose
    state: TaskState


@dataclass(frozen=True, kw_only=True, eq=False)
class ExpertAction:
    """What the person does.

    Attributes:
        twist: (6,) in [-1, 1]: x y z along and rotation vector about the base axes, in units of the scales.
        opening: 1 = opens the gripper, 0 = closes it, None = leaves it.
    """

    twist: FloatArray
    opening: float | None = None


class Expert(Protocol):
    """Does one task; an episode at a time.

    Attributes:
        config_type: Its parameters, an `ExpertConfig`.
    """

    config_type: ClassVar[type[ExpertConfig]]

    def reset(self, seed: int) -> None:
        """Begin an episode, or take over in the middle of one: `seed` draws its imprecision, nothing is remembered."""

    def act(self, view: ExpertView) -> ExpertAction:
        """Return what to do now."""

    def way_left_m(self, view: ExpertView) -> float:
        """Return how far the task is from done, in metres of a tool's way: it shrinks while there is progress."""


class Hand:
    """Turns a wanted motion into a deflection, trembling as a hand does."""

    def __init__(self, *, config: ExpertConfig) -> None:
        self._config = config
        self._tremble = np.zeros(6)

    def reset(self) -> None:
        """Forget the tremble."""
        self._tremble = np.zeros(6)

    def deflection(self, action: FloatArray, generator: np.random.Generator) -> FloatArray:
        """Return (6,) in [-1, 1]: a wanted action (6,) in units of the scales, with the tremble of this tick."""
        config = self._config
        keep = config.noise_correlation
        self._tremble = keep * self._tremble + np.sqrt(1.0 - keep**2) * generator.normal(0.0, 1.0, 6)
        # Motor noise grows with the movement (Harris and Wolpert, 1998): a hand is steadier when it goes slowly.
        size = np.maximum(np.abs(np.clip(action, -1.0, 1.0)), config.noise_floor)
        clipped: FloatArray = np.clip(action + config.noise_std * size * self._tremble, -1.0, 1.0)
        return clipped
