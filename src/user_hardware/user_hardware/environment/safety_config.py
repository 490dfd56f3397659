"""What keeps the arm safe: the guard's limits, the rules of taking over, and the verified reset."""

from __future__ import annotations

from dataclasses import dataclass

from user_core.configuration import parameter
from user_core.errors import ConfigurationError
from user_hardware.environment.task_config import TASK_FILE, require_length


@dataclass(frozen=True, kw_only=True)
class GuardConfig:
    """Limits on every target, whoever asks for it; box and window are relative to the nominal target."""

    box_low_m: tuple[float, ...] = parameter((-0.05, -0.05, -0.01), "workspace box below the nominal target: x y z")
    box_high_m: tuple[float, ...] = parameter((0.05, 0.05, 0.1), "workspace box above the nominal target: x y z")
    tilt_rad: float = parameter(0.05, "largest rotation about base x and y together", minimum=0.0, maximum=3.2)
    yaw_rad: float = parameter(0.5236, "largest rotation about base z", minimum=0.0, maximum=3.2)
    max_step_m: float = parameter(0.06, "farthest the target moves in one control period", minimum=1e-4, maximum=0.5)
    max_step_rad: float = parameter(0.3, "farthest the target turns in one control period", minimum=1e-3, maximum=3.2)
    force_limit_n: float = parameter(60.0, "external force that ends the episode with a retreat", minimum=0.1)
    torque_limit_nm: float = parameter(15.0, "external torque that ends the episode with a retreat", minimum=0.1)
    retreat_m: float = parameter(0.02, "retreat along reset.axis at the wrench limit", minimum=0.0, maximum=0.2)
    pose_age_s: float = parameter(0.25, "age of the measured pose from which no target is sent", minimum=0.01)
    outside_tolerance_m: float = parameter(
        0.01, "how far outside the box the tool may be measured before the arm holds", minimum=0.0, maximum=0.1
    )

    def __post_init__(self) -> None:
        """Refuse an empty box."""
        require_length("guard.box_low_m", self.box_low_m, 3)
        require_length("guard.box_high_m", self.box_high_m, 3)
        for low, high in zip(self.box_low_m, self.box_high_m, strict=True):
            if low > high:
                raise ConfigurationError(
                    key="guard.box_low_m",
                    value=self.box_low_m,
                    allowed=f"at most box_high_m = {self.box_high_m}",
                    where=TASK_FILE,
                )


@dataclass(frozen=True, kw_only=True)
class ArbiterConfig:
    """How control passes between policy and person; durations count ticks."""

    hold_ticks: int = parameter(4, "ticks a person must have let go before the policy gets control back", minimum=1)
    blend_ticks: int = parameter(3, "ticks over which the policy's action is blended in", minimum=1)
    max_missed_deadlines: int = parameter(3, "missed answers in a row that end the episode", minimum=1)


@dataclass(frozen=True, kw_only=True)
class ResetConfig:
    """How an episode's start is reached, and what must be true before it opens."""

    method: str = parameter(
        "legs", "world: the simulation puts arm and scene there; legs: the arm drives there", choices=("world", "legs")
    )
    axis: tuple[float, ...] = parameter((0.0, 0.0, 1.0), "the task's axis, pointing away from contact, base frame")
    retreat_m: float = parameter(0.1, "retreat until this far along the axis from the nominal target", minimum=0.0)
    start_low_m: tuple[float, ...] = parameter((-0.04, -0.04, 0.07), "lowest start about the nominal target: x y z")
    start_high_m: tuple[float, ...] = parameter((0.04, 0.04, 0.09), "highest start about the nominal target: x y z")
    start_yaw_rad: float = parameter(0.3, "largest yaw of the start", minimum=0.0, maximum=3.2)
    speed_m_s: float = parameter(0.1, "speed of the target on a leg", minimum=1e-3, maximum=1.0)
    speed_rad_s: float = parameter(0.5, "turning speed of the target on a leg", minimum=1e-3, maximum=3.0)
    tolerance_m: float = parameter(0.006, "a leg has arrived within this distance", minimum=1e-5)
    tolerance_rad: float = parameter(0.04, "a leg has arrived within this angle", minimum=1e-5)
    still_m: float = parameter(0.0005, "largest drift over still_ticks that counts as still", minimum=1e-6)
    still_rad: float = parameter(0.01, "largest turn over still_ticks that counts as still", minimum=1e-6)
    still_ticks: int = parameter(
        5, "ticks to be still for, on each leg; the force/torque bias is averaged over the last of them", minimum=2
    )
    timeout_s: float = parameter(20.0, "robot seconds for the whole reset, then a person is asked", minimum=0.1)
    gripper: float = parameter(0.0, "gripper opening during the reset: 0 closed, 1 open", minimum=0.0, maximum=1.0)
    ask: str = parameter("", "what a person must do before each episode, ended by reset_done; empty = nothing")

    def __post_init__(self) -> None:
        """Refuse starts that are no box and an axis that is none."""
        for key in ("axis", "start_low_m", "start_high_m"):
            require_length(f"reset.{key}", getattr(self, key), 3)
        if sum(value * value for value in self.axis) < 1e-6:
            raise ConfigurationError(key="reset.axis", value=self.axis, allowed="not the zero vector", where=TASK_FILE)
        for low, high in zip(self.start_low_m, self.start_high_m, strict=True):
            if low > high:
                raise ConfigurationError(
                    key="reset.start_low_m",
                    value=self.start_low_m,
                    allowed=f"at most start_high_m = {self.start_high_m}",
                    where=TASK_FILE,
                )
