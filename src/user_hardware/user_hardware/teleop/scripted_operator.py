"""When the scripted person takes hold of the device, and what is felt there: to demonstrate, or to correct."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from user_core.configuration import group, parameter
from user_core.transforms import FloatArray, Pose, subtract
from user_core.types import Mode
from user_hardware.teleop.scripted import ScriptedExpert, ScriptedExpertConfig

_IN_EPISODE = ("AUTONOMOUS", "TAKEOVER", "HANDBACK")


@dataclass(frozen=True, kw_only=True)
class CorrectionConfig:
    """When a person who watches the policy steps in; progress is the way left to the target."""

    enabled: bool = parameter(False, "watch training episodes and correct them")
    patience_ticks: int = parameter(10, "ticks without progress before taking over", minimum=1, maximum=1000)
    release_ticks: int = parameter(8, "ticks of control before letting go", minimum=1, maximum=1000)
    progress_m: float = parameter(0.002, "shortening of the way that counts as progress", minimum=1e-5, maximum=0.1)


@dataclass(frozen=True, kw_only=True)
class ScriptedOperatorConfig:
    """Skill of the scripted person, and when it acts."""

    seed: int = parameter(0, "of the imprecision; each episode draws its own from it", minimum=0)
    expert: ScriptedExpertConfig = group(ScriptedExpertConfig)
    correction: CorrectionConfig = group(CorrectionConfig)


@dataclass(frozen=True, kw_only=True, eq=False)
class DeviceInput:
    """What the device reports.

    Attributes:
        twist: (6,) in [-1, 1], base axes.
        dead_man: Whether the dead-man button is held.
    """

    twist: FloatArray
    dead_man: bool


RELEASED = DeviceInput(twist=np.zeros(6), dead_man=False)


class ScriptedOperator:
    """Demonstrates in episodes of mode collect, corrects training episodes if asked to, keeps its hands off others.

    It holds the dead-man button as long as it acts, so that standing still is an action of its own.
    """

    def __init__(self, *, config: ScriptedOperatorConfig) -> None:
        """Start with nothing known of the environment."""
        self._config = config
        self._expert = ScriptedExpert(config=config.expert, seed=config.seed)
        self._episode = ""
        self._episodes = 0
        self._mode = ""
        self._active = False
        self._released = True
        self._correcting = False
        self._shortest_m = np.inf
        self._ticks = 0

    def watch(self, *, state: str, mode: str, episode: str) -> None:
        """Take the environment's newest status (see EnvironmentStatus.msg)."""
        self._mode = mode
        self._active = state in _IN_EPISODE
        if episode and episode != self._episode:
            self._episode = episode
            self._episodes += 1
            self._expert.reset(self._config.seed + self._episodes)
            self._begin_watch(correcting=False)

    def answer(self, *, tcp_pose: Pose, target_pose: Pose | None) -> DeviceInput | None:
        """Return what the device reports now, or None while nobody is there.

        Args:
            tcp_pose: The tool's newest pose, base frame.
            target_pose: TCP pose at the goal; None when it is not known yet.
        """
        attentive = self._mode == Mode.COLLECT or (self._mode == Mode.TRAIN and self._config.correction.enabled)
        if not attentive:
            # Whoever leaves lets go first.
            leaving, self._released = not self._released, True
            return RELEASED if leaving else None
        self._released = False
        if not self._active or target_pose is None:
            return RELEASED
        if self._mode == Mode.TRAIN and not self._corrects(tcp_pose, target_pose):
            return RELEASED
        return DeviceInput(twist=self._expert.act(tcp_pose=tcp_pose, target_pose=target_pose), dead_man=True)

    def _corrects(self, tcp_pose: Pose, target_pose: Pose) -> bool:
        way = subtract(target_pose, tcp_pose)
        way_m = float(np.linalg.norm(way[:3])) + self._config.expert.yaw_lever_m * float(np.linalg.norm(way[3:]))
        self._ticks += 1
        if self._correcting:
            if self._ticks > self._config.correction.release_ticks:
                self._begin_watch(correcting=False)
        elif way_m < self._shortest_m - self._config.correction.progress_m:
            self._shortest_m, self._ticks = way_m, 0
        elif self._ticks >= self._config.correction.patience_ticks:
            self._begin_watch(correcting=True)
        return self._correcting

    def _begin_watch(self, *, correcting: bool) -> None:
        self._correcting, self._ticks, self._shortest_m = correcting, 0, np.inf
