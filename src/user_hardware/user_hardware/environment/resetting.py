"""The way to an episode's start: the simulation's word, or legs that the arm drives; either is verified."""

from __future__ import annotations

import numpy as np

from user_core.spec import EnvironmentSpec
from user_core.transforms import FloatArray
from user_hardware.environment.action import random_start
from user_hardware.environment.clock import ControlClock
from user_hardware.environment.commander import Commander
from user_hardware.environment.config import EnvironmentConfig
from user_hardware.environment.gripper_watch import GripperWatch
from user_hardware.environment.reset import Leg, ResetStatus, VerifiedReset, plan_legs
from user_hardware.environment.sensors import Snapshot
from user_hardware.environment.simulation_link import LinkState, SimulationLink


class Resetting:
    """One reset at a time.

    Args:
        config: Method, tolerances, start.
        spec: Its nominal target is the origin of starts.
        required: Streams that must deliver after the arrival.
        commander: The way to the arm.
        clock: The control clock.
        link: The simulation, where there is one.
        gripper: Tells whether the gripper stands where it belongs.
    """

    def __init__(
        self,
        *,
        config: EnvironmentConfig,
        spec: EnvironmentSpec,
        required: tuple[str, ...],
        commander: Commander,
        clock: ControlClock,
        link: SimulationLink | None,
        gripper: GripperWatch,
    ) -> None:
        self._config = config
        self._spec = spec
        self._required = required
        self._commander = commander
        self._clock = clock
        self._link = link
        self._gripper = gripper
        self._reset: VerifiedReset | None = None
        self._world_pending = False
        self.reason = ""

    @property
    def moving(self) -> bool:
        """Whether the arm is on a leg, or standing still to be verified."""
        return self._reset is not None

    @property
    def wrench_bias(self) -> FloatArray:
        """Force/torque (6,) N, N·m at rest, once the reset is done."""
        return np.zeros(6) if self._reset is None else self._reset.wrench_bias

    def begin(self, *, source: str, episode: str, seed: int) -> None:
        """Set out for the start that the seed draws. Raises PoseLostError."""
        self.abandon()
        self.reason = ""
        if self._link is not None and self._config.reset.method == "world":
            self._world_pending = True
            self._link.begin_reset(source=source, episode=episode, seed=seed)
            return
        self._commander.grip(self._config.reset.gripper, anew=True)
        limits = self._config.reset
        start = random_start(
            nominal=self._spec.nominal_target,
            low_m=np.asarray(limits.start_low_m),
            high_m=np.asarray(limits.start_high_m),
            yaw_rad=limits.start_yaw_rad,
            seed=seed,
        )
        measured = self._commander.measured()
        self._start(plan_legs(config=limits, nominal=self._spec.nominal_target, measured=measured, start=start))

    def tick(self, snapshot: Snapshot) -> ResetStatus:
        """Go on; `reason` says what a person must do, or why it failed. Raises PoseLostError."""
        if self._world_pending and not self._world_is_put():
            return ResetStatus.FAILED if self.reason else ResetStatus.MOVING
        if self._reset is None:
            return ResetStatus.FAILED
        target = self._reset.tick(
            snapshot,
            commanded=self._commander.commanded,
            gripper_obstacle=self._gripper.obstacle(self._config.reset.gripper),
        )
        self.reason = self._reset.reason
        if self._reset.status is not ResetStatus.FAILED:
            self._commander.move(target)
        return self._reset.status

    def confirm(self) -> bool:
        """Take the person's word that the scene is ready; tell whether a reset is in progress."""
        if self._reset is not None:
            self._reset.confirm()
        return self._reset is not None

    def abandon(self) -> None:
        """Stop resetting."""
        if self._link is not None:
            self._link.abandon()
        self._reset, self._world_pending = None, False

    def _world_is_put(self) -> bool:
        """Tell whether the simulation has answered and every stream has followed; then verify the start."""
        if self._link is None or self._link.poll() is LinkState.FAILED:
            self.reason = "" if self._link is None else self._link.failure
            return False
        if self._link.state is not LinkState.DONE:
            return False
        self._link.abandon()
        self._world_pending = False
        self._commander.start_from_measured()
        # Only now: the world puts the fingers too, so that a command from before it would not count.
        self._commander.grip(self._config.reset.gripper, anew=True)
        self._start((Leg(name="start", goal=self._commander.measured()),))
        return True

    def _start(self, legs: tuple[Leg, ...]) -> None:
        self._reset = VerifiedReset(
            config=self._config.reset,
            legs=legs,
            period_s=self._config.period_s,
            started_s=self._clock.now_s(),
            required=self._required,
        )
