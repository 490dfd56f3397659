"""environment_node: one arm at its control rate. Wiring only; what happens is in user_hardware.environment."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from rclpy.clock import Clock, ClockType
from rclpy.node import Node
from std_msgs.msg import String

from user_core.errors import InvalidRecordError
from user_core.interfaces import Stamped
from user_core.ros import qos
from user_core.ros.conversions import from_message
from user_core.ros.parameters import declare_config
from user_core.ros.params_files import params_text
from user_core.ros.publishing import try_publish
from user_core.ros.runner import event_driven_executor, run_node
from user_core.ros.topics import NodeTopics
from user_core.run import RunFolder
from user_core.scheduling import schedule_in_real_time
from user_core.types import ActionChunk
from user_core.watched_topics import WatchedTopics
from user_hardware.environment.assembly import Surroundings, assemble, make_adapters, make_clock
from user_hardware.environment.config import EnvironmentConfig
from user_hardware.nodes.control_timers import ControlTimers
from user_hardware.nodes.environment_goals import EpisodeGoals
from user_hardware.nodes.environment_neighbours import Neighbours
from user_hardware.nodes.environment_output import EnvironmentOutput
from user_hardware.nodes.environment_services import PersonServices
from user_hardware.nodes.environment_status import StatusPublisher
from user_hardware.nodes.recorder_watch import RecorderWatch
from user_hardware.nodes.simulation_calls import RosSimulationCalls
from user_hardware.nodes.task_topics import TaskTopics
from user_hardware.nodes.verdict_calls import VerdictCalls
from user_hardware.rewards.registry import CLASSIFIER
from user_interfaces.msg import ActionChunk as ActionMessage

_STATUS_S = 0.1
_PUBLISHER_COUNT_S = 0.5
_UNNAMED_RUN = "runs/unnamed"


class EnvironmentNode(Node):
    """Ticks, answers and deadlines of one arm, in one thread, without a wait."""

    def __init__(self, **node_arguments: Any) -> None:
        """Connect to the drivers and begin in HOLD.

        Args:
            node_arguments: Passed on to rclpy's Node (context, namespace, parameter overrides).
        """
        super().__init__("environment_node", automatically_declare_parameters_from_overrides=True, **node_arguments)
        self._config = declare_config(self, EnvironmentConfig)
        self._steady = Clock(clock_type=ClockType.STEADY_TIME)
        clock = make_clock(self._config)
        spec = self._config.build_spec(robot=self.get_namespace().strip("/") or "arm")
        # Until something measures the target, it is where the params say; a simulation always knows.
        nominal = Stamped(value=spec.nominal_target, stamp_ns=0, received_s=0.0)
        self._task = TaskTopics(
            node=self,
            names=self._config.topics,
            now_s=clock.now_s,
            target=None if self._config.simulation.enabled else nominal,
        )
        adapters = make_adapters(self._config, clock)
        run_folder = RunFolder(path=Path(self._config.run_folder or _UNNAMED_RUN))
        calls = RosSimulationCalls(node=self, control_rate_hz=self._config.task.control_rate_hz)
        self._output = EnvironmentOutput(node=self, spec=spec, config=self._config.outbox, run_folder=run_folder.path)
        self._environment = assemble(
            config=self._config,
            spec=spec,
            clock=clock,
            adapters=adapters,
            surroundings=Surroundings(
                output=self._output,
                calls=calls,
                task_target=lambda: self._task.target,
                task_state=lambda: self._task.state,
                reward_estimate=lambda: self._task.estimate,
                stamp_ns=self._stamp_ns,
            ),
        )
        self._loop = self._environment.loop
        self._output.count_training_steps_in(self._environment.budget)
        self._status = StatusPublisher(node=self, environment=self._environment, output=self._output)
        # Everything that a recording of the raw topics needs to become transitions again, beside the samples.
        self._announced = self.create_publisher(String, "environment/configuration", qos.LATCHED)
        try_publish(self._announced, String(data=params_text(self._config, node="environment_node")))
        neighbours = Neighbours(
            node=self, environment=self._environment, output=self._output, on_change=self._after_message
        )
        if "replay" not in self._config.requires:
            neighbours.begin_run(run_folder.identity())
        if "recorder" in self._config.requires:
            RecorderWatch(node=self, config=self._config, clock=self._steady, on_found=self._on_recorder)
        EpisodeGoals(node=self, schedule=self._environment.schedule)
        PersonServices(node=self, loop=self._loop)
        self._verdicts = VerdictCalls(node=self, desk=self._loop.verdicts, after=self._after_message)
        self._connect_drivers(calls)
        self.create_timer(_STATUS_S, self._on_status, clock=self._steady)
        self.create_timer(_PUBLISHER_COUNT_S, self._count_publishers, clock=self._steady)
        self._timers_of_control = ControlTimers(
            node=self, environment=self._environment, clock=self._steady, after=self._status.publish_change
        )
        priority = self._config.timing.real_time_priority
        if priority and not self._config.lockstep and (obstacle := schedule_in_real_time(priority)):
            self.get_logger().info(f"timing.real_time_priority: {obstacle}")

    def shutdown(self) -> None:
        """Close a running episode and the outbox; the controller goes on holding its last target."""
        self._loop.hold("the environment is being stopped")
        self._output.shut()

    def _connect_drivers(self, calls: RosSimulationCalls) -> None:
        adapters = self._environment.adapters
        topics = WatchedTopics(topics=NodeTopics(node=self), after=self._after_sample)
        everything = [adapters.robot, adapters.gripper, *adapters.cameras.values(), *adapters.devices.values()]
        for adapter in everything:
            if adapter is not None:
                adapter.connect(topics)
        judged = self._config.reward.name == CLASSIFIER
        self._task.connect(after=self._after_message, after_estimate=self._on_estimate if judged else None)
        self.create_subscription(ActionMessage, "policy/action", self._on_action, qos.NEWEST)
        link = self._environment.link
        if link is not None:
            calls.deliver_to(link.on_reply, then=self._after_message)

    def _on_action(self, message: ActionMessage) -> None:
        try:
            chunk = from_message(message, ActionChunk)
        except InvalidRecordError as error:
            self.get_logger().warning(f"policy/action: {error}", throttle_duration_sec=5.0)
            return
        self._timers_of_control.on_answer(chunk)

    def _on_estimate(self) -> None:
        if self._environment.real_time is not None:
            self._environment.real_time.on_estimate()
        self._after_message()

    def _after_sample(self, topic: str) -> None:
        if topic == self._config.topics.wrench:
            self._loop.on_wrench()
        self._after_message()

    def _after_message(self) -> None:
        if self._environment.lockstep is not None:
            self._environment.lockstep.pump()
            self._status.publish_change()

    def _on_recorder(self) -> None:
        self._environment.budget.on_recorder()
        self._after_message()

    def _on_status(self) -> None:
        self._output.work(now_s=self._environment.clock.wall_s())
        if self._output.problem and self._loop.attempt is not None:
            self._loop.hold(self._output.problem)
        self._verdicts.work(now_s=self._environment.clock.wall_s())
        self._status.publish()

    def _count_publishers(self) -> None:
        count = self.count_publishers(self._config.topics.target_pose)
        self._environment.publishers.on_count(count, now_s=self._environment.clock.wall_s())

    def _stamp_ns(self) -> int:
        return int(self.get_clock().now().nanoseconds)


def main() -> None:
    """Run the node until it is stopped."""
    sys.exit(run_node(EnvironmentNode, make_executor=event_driven_executor))
