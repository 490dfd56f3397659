"""What an episode works with: the parts of the environment, made once, and where its records go."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from user_core.types import EpisodeSummary, Observation, StepTrace, Transition
from user_hardware.environment.action import ActionMapping
from user_hardware.environment.answer_delay import AnswerDelay
from user_hardware.environment.arbiter import Arbiter
from user_hardware.environment.clock import ControlClock
from user_hardware.environment.commander import Commander
from user_hardware.environment.config import EnvironmentConfig
from user_hardware.environment.gripper_axis import GripperAxis
from user_hardware.environment.judge import Judge
from user_hardware.environment.observation import ObservationBuilder


class EnvironmentOutput(Protocol):
    """Where observations and records go."""

    @property
    def source(self) -> str:
        """UUID of this environment process within the run."""

    def obstacle(self, steps: int) -> str:
        """Return why the records of an episode of so many steps would not fit the outbox, or ""."""

    def publish(self, observation: Observation) -> None:
        """Send an observation to the policy."""

    def store(self, record: Transition, trace: StepTrace) -> None:
        """Put a record into the outbox, then publish it, and for recordings what it was made from."""

    def close(self, summary: EpisodeSummary) -> None:
        """Put an episode's summary into the outbox, then publish it."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Workbench:
    """What every attempt works with; made once."""

    config: EnvironmentConfig
    builder: ObservationBuilder
    mapping: ActionMapping
    commander: Commander
    arbiter: Arbiter
    gripper: GripperAxis
    judge: Judge
    output: EnvironmentOutput
    clock: ControlClock
    answer_delay: AnswerDelay
    stamp_ns: Callable[[], int]
