"""What the control loop ties together, beside the workbench of its episodes, and what it may wait for."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto

from user_core.spec import EnvironmentSpec
from user_hardware.environment.budget import StepBudget
from user_hardware.environment.goal import EpisodeSchedule
from user_hardware.environment.gripper_watch import GripperWatch
from user_hardware.environment.holding import Holding
from user_hardware.environment.person import Person
from user_hardware.environment.resetting import Resetting
from user_hardware.environment.sensors import Sensors
from user_hardware.environment.verdict import VerdictDesk
from user_hardware.environment.watch import Watch


class Need(Enum):
    """What the loop waits for before its next tick."""

    TIME = auto()
    ANSWER = auto()
    NEIGHBOURS = auto()


@dataclass(frozen=True, kw_only=True, eq=False)
class LoopParts:
    """One of each; made once, by `assembly`."""

    spec: EnvironmentSpec
    sensors: Sensors
    watch: Watch
    gripper: GripperWatch
    holding: Holding
    resetting: Resetting
    person: Person
    schedule: EpisodeSchedule
    budget: StepBudget
    verdicts: VerdictDesk
