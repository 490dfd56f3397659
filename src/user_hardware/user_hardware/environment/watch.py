"""Everything that must be well while the arm is commanded, as sentences about what is not."""

from __future__ import annotations

import numpy as np

from user_core.interfaces import Stamped
from user_core.transforms import FloatArray, Pose
from user_hardware.environment.guard import Guard
from user_hardware.environment.health import StreamHealth, number_problem
from user_hardware.environment.hold import PublisherWatch
from user_hardware.environment.observation import ObservationBuilder
from user_hardware.environment.safety_config import GuardConfig
from user_hardware.environment.sensors import Snapshot


class Watch:
    """Streams, the publisher of targets, the wrench and the workspace.

    Args:
        health: Looks at the streams.
        publishers: Looks at who else commands the arm.
        guard: Knows the wrench limit and the box.
        config: The limits, for people.
        builder: Holds the force/torque bias.
        wrench_topic: Topic and type of the wrench, for people.
    """

    def __init__(
        self,
        *,
        health: StreamHealth,
        publishers: PublisherWatch,
        guard: Guard,
        config: GuardConfig,
        builder: ObservationBuilder,
        wrench_topic: str,
    ) -> None:
        self._health = health
        self._publishers = publishers
        self._guard = guard
        self._config = config
        self._builder = builder
        self._wrench_topic = wrench_topic

    @property
    def alone(self) -> bool:
        """Whether this node is known to be the only publisher of targets."""
        return not self._publishers.problem

    def problems(self, snapshot: Snapshot, *, streams: bool) -> list[str]:
        """Return what is wrong, one sentence each.

        Args:
            snapshot: The newest samples.
            streams: Whether streams must deliver; not before a lockstep world has been reset, since it stands still.
        """
        found = [] if self.alone else [self._publishers.problem]
        return [*found, *self._health.check(snapshot)] if streams else found

    def wrench_fault(self, measured: Stamped[FloatArray] | None) -> str:
        """Return why a wrench (6,) tells nothing of contact, or ""."""
        return "" if measured is None else number_problem(self._wrench_topic, measured.value)

    def contact_problem(self, measured: Stamped[FloatArray] | None) -> str:
        """Return how far a wrench (6,) N and N·m is beyond the limit, or ""."""
        if measured is None:
            return ""
        wrench = measured.value - self._builder.wrench_bias
        if not self._guard.exceeds_wrench_limit(wrench):
            return ""
        force_n, torque_nm = float(np.linalg.norm(wrench[:3])), float(np.linalg.norm(wrench[3:]))
        return (
            f"the external wrench is {force_n:.0f} N, {torque_nm:.1f} N·m (allowed: guard.force_limit_n = "
            f"{self._config.force_limit_n}, guard.torque_limit_nm = {self._config.torque_limit_nm})"
        )

    def workspace_problem(self, pose: Pose) -> str:
        """Return how far a pose is outside the box beyond what is tolerated, or ""."""
        outside_m = self._guard.distance_outside(pose)
        if outside_m <= self._config.outside_tolerance_m:
            return ""
        return (
            f"the tool is {1000 * outside_m:.0f} mm outside the workspace box (allowed: guard.outside_tolerance_m = "
            f"{self._config.outside_tolerance_m}): guide it inside"
        )
