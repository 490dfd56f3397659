"""What replay_node and learner_node say, taken in; their silence is no proof of anything."""

from __future__ import annotations

from collections.abc import Callable

from rclpy.node import Node

from user_core.ros import qos
from user_hardware.environment.assembly import Environment
from user_hardware.nodes.environment_output import EnvironmentOutput
from user_interfaces.msg import LearnerStatus, ReplayStatus


class Neighbours:
    """Follows the run, the log's acknowledgements and the learner's budget.

    Args:
        node: Where the topics live.
        environment: Its budget and schedule are told.
        output: Told which run it is, and what the log holds.
        on_change: Called after each message.
    """

    def __init__(
        self,
        *,
        node: Node,
        environment: Environment,
        output: EnvironmentOutput,
        on_change: Callable[[], None],
    ) -> None:
        self._environment = environment
        self._output = output
        self._on_change = on_change
        node.create_subscription(ReplayStatus, "/replay/status", self._on_replay, qos.LATCHED)
        node.create_subscription(LearnerStatus, "/learner/status", self._on_learner, qos.LATCHED)

    def begin_run(self, run: str) -> None:
        """Record into a run, as a new source; an episode of another run cannot go on."""
        environment = self._environment
        if environment.loop.attempt is not None:
            environment.loop.hold(f"the run changed from {self._output.run} to {run}")
        environment.budget.forget()
        self._output.begin_run(run)

    def _on_replay(self, message: ReplayStatus) -> None:
        if not message.run:
            return
        if message.run != self._output.run:
            self.begin_run(message.run)
            self._environment.schedule.begin_at(message.next_number)
        acknowledged = {item.source: item.source_sequence for item in message.acknowledgements}
        self._output.on_acknowledgements(acknowledged, now_s=self._environment.clock.wall_s())
        self._environment.budget.on_replay(
            training_steps=message.training_steps,
            acknowledged=acknowledged.get(self._output.source, -1),
            error=message.error,
        )
        robot = self._environment.spec.robot
        self._environment.loop.verdicts.take_list(
            [item.episode for item in message.awaited_verdicts if item.robot == robot],
            all_acknowledged=self._output.unacknowledged == 0,
        )
        self._on_change()

    def _on_learner(self, message: LearnerStatus) -> None:
        if self._output.run and message.run == self._output.run:
            self._environment.budget.on_learner(
                step_budget=message.step_budget, required_version=message.required_version
            )
            self._on_change()
