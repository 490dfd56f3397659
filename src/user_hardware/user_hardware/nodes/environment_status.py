"""EnvironmentStatus for people and for the progress node, and /diagnostics for rqt."""

from __future__ import annotations

from rclpy.node import Node

from user_core.ros import qos
from user_core.ros.conversions import to_message
from user_core.ros.diagnostics import Diagnostics
from user_core.ros.publishing import try_publish
from user_hardware.environment.assembly import Environment
from user_hardware.environment.status import LoopStatus, describe
from user_hardware.nodes.environment_output import EnvironmentOutput
from user_interfaces.msg import EnvironmentStatus

_DIAGNOSTICS_EVERY = 10


class StatusPublisher:
    """Publishes the status at each call, and at once when the state has changed.

    Args:
        node: Where the topics live.
        environment: What is described.
        output: Its run, source and outbox are described too.
    """

    def __init__(self, *, node: Node, environment: Environment, output: EnvironmentOutput) -> None:
        self._node = node
        self._environment = environment
        self._output = output
        self._publisher = node.create_publisher(EnvironmentStatus, "environment/status", qos.LATCHED)
        self._diagnostics = Diagnostics(node=node)
        self._count = 0
        self._announced = ("", "")

    def publish(self) -> None:
        """Publish the state as it is now."""
        status = self._status()
        try_publish(self._publisher, to_message(status, "user_interfaces/msg/EnvironmentStatus"))
        if self._count % _DIAGNOSTICS_EVERY == 0:
            self._diagnostics.publish(
                fault=status.hold_reason or self._environment.gripper.problem(),
                summary=status.prompt or status.state.value,
                values={
                    "ticks": status.ticks,
                    "deadline_misses": status.deadline_misses,
                    "step": status.step,
                    "gripper": self._environment.gripper.describe(),
                },
            )
        self._count += 1

    def publish_change(self) -> None:
        """Publish when state or episode differ from what was published last: people and operators follow them."""
        loop = self._environment.loop
        current = (loop.state.value, loop.episode)
        if current == self._announced:
            return
        self._announced = current
        self.publish()
        if loop.held is not None:
            self._node.get_logger().info(f"{loop.state.value}: {loop.held.reason}")

    def _status(self) -> LoopStatus:
        return describe(
            self._environment,
            stamp_ns=self._node.get_clock().now().nanoseconds,
            run=self._output.run,
            source=self._output.source,
            unacknowledged=self._output.unacknowledged,
        )
