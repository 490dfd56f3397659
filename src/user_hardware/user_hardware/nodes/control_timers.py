"""What moves the loop on: ticks and deadlines on a steady clock, or in lockstep a look a few times a second."""

from __future__ import annotations

from collections.abc import Callable

from rclpy.clock import Clock
from rclpy.node import Node

from user_core.types import ActionChunk
from user_hardware.environment.assembly import Environment
from user_hardware.environment.real_time import RealTimeDriver

_LOCKSTEP_POLL_S = 0.02
_LOOKS_PER_POSE_AGE = 3


class ControlTimers:
    """Timers of one environment; rcl keeps a steady timer's phase, so that a late tick does not move the next one.

    Args:
        node: Where the timers live.
        environment: Its driver is called.
        clock: A steady clock.
        after: Called after each tick.
    """

    def __init__(self, *, node: Node, environment: Environment, clock: Clock, after: Callable[[], None]) -> None:
        self._environment = environment
        self._after = after
        if environment.real_time is None:
            node.create_timer(_LOCKSTEP_POLL_S, self._on_poll, clock=clock)
            return
        config, period_s = environment.config, environment.real_time.schedule.period_s
        self._tick = node.create_timer(period_s, self._on_tick, clock=clock)
        self._deadline = node.create_timer(period_s * config.timing.deadline_fraction, self._on_deadline, clock=clock)
        self._deadline.cancel()
        look_s = config.guard.pose_age_s / _LOOKS_PER_POSE_AGE / config.simulation.real_time_factor
        node.create_timer(look_s, environment.loop.check_pose_age, clock=clock)

    def on_answer(self, chunk: ActionChunk) -> None:
        """Take an answer of the policy."""
        if self._environment.real_time is not None:
            self._answer_in_real_time(self._environment.real_time, chunk)
            return
        self._environment.loop.answer(chunk)
        if self._environment.lockstep is not None:
            self._environment.lockstep.pump()
        self._after()

    def _answer_in_real_time(self, driver: RealTimeDriver, chunk: ActionChunk) -> None:
        if driver.on_answer(chunk):
            self._tick.reset()
            self._deadline.cancel()

    def _on_tick(self) -> None:
        if self._environment.real_time is not None and self._environment.real_time.on_tick():
            self._deadline.reset()
        self._after()

    def _on_deadline(self) -> None:
        self._deadline.cancel()
        if self._environment.real_time is not None:
            self._environment.real_time.on_deadline()

    def _on_poll(self) -> None:
        if self._environment.lockstep is not None:
            self._environment.lockstep.poll()
        self._after()
