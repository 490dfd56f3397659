"""What an episode was like, step by step, small enough to be shown in a page."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from user_bringup.report.frame_sampler import Frame, FrameSampler
from user_core.spec import EnvironmentSpec
from user_core.types import ActionSource, SafetyFlag, StepType, Transition

FRAMES = 10

_LETTER = {
    ActionSource.POLICY: "p",
    ActionSource.HUMAN: "h",
    ActionSource.BLEND: "b",
    ActionSource.HOLD: "o",
    ActionSource.SCRIPT: "s",
    ActionSource.RESET: "r",
}
_GRIPPER = "gripper"


@dataclass(kw_only=True, eq=False)
class EpisodeTrack:
    """One value a step, and a few frames.

    Attributes:
        gripper_at: Place of the gripper's first value in the state; None where there is no gripper.
    """

    episode: str
    source: str
    gripper_at: int | None = None
    rewards: list[float] = field(default_factory=list)
    stages: list[int] = field(default_factory=list)
    who: list[str] = field(default_factory=list)
    gripper: list[float] = field(default_factory=list)
    safety: list[tuple[int, str]] = field(default_factory=list)
    frames: FrameSampler = field(default_factory=lambda: FrameSampler(count=FRAMES))

    def add(self, transition: Transition) -> None:
        """Take the record of the next step; the last record has no action, reward or flag of its own."""
        observation = transition.observation
        self.frames.add(Frame(step=observation.step, images=observation.images))
        if transition.step_type is StepType.LAST:
            return
        self.rewards.append(round(float(transition.reward), 4))
        self.stages.append(transition.stage)
        self.who.append(_LETTER[transition.action_source])
        if self.gripper_at is not None:
            self.gripper.append(round(float(observation.state[self.gripper_at]), 4))
        step = len(self.rewards) - 1
        names = [flag.name for flag in SafetyFlag if flag and flag in transition.safety_flags]
        self.safety += [(step, (name or "").lower().replace("_", " ")) for name in names]

    def content(self, *, strip: str) -> dict[str, Any]:
        """Return what the page shows; `strip` names the picture, "" for none."""
        return {
            "episode": self.episode,
            "strip": strip,
            "frames": [frame.step for frame in self.frames.chosen()] if strip else [],
            "reward": self.rewards,
            "stage": self.stages if any(self.stages) else [],
            "who": "".join(self.who),
            "gripper": self.gripper,
            "safety": self.safety,
        }


def gripper_place(spec: EnvironmentSpec) -> int | None:
    """Return where the gripper's first value lies in the state, None without one."""
    place = spec.group_slices().get(_GRIPPER)
    return None if place is None else int(place.start)
