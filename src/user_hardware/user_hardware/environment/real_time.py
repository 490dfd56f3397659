"""Real time: ticks at fixed points, answers in between, a deadline inside the period."""

from __future__ import annotations

from user_core.types import ActionChunk
from user_hardware.environment.clock import ControlClock, TickSchedule
from user_hardware.environment.loop import ControlLoop


class RealTimeDriver:
    """Moves the loop on by timers and answers; none of its methods waits.

    Args:
        loop: The control loop.
        clock: The control clock.
        period_s: Wall seconds between ticks.
        deadline_s: Wall seconds after a tick at which its answer is late.
    """

    def __init__(self, *, loop: ControlLoop, clock: ControlClock, period_s: float, deadline_s: float) -> None:
        self._loop = loop
        self._clock = clock
        self._deadline_s = deadline_s
        self.schedule = TickSchedule(period_s=period_s, start_s=clock.wall_s() + period_s)

    def on_tick(self) -> bool:
        """Do one tick; tell whether a deadline is to be watched."""
        self.schedule.advance(self._clock.wall_s())
        self._loop.watch_person()
        self._loop.tick()
        if self._loop.may_act():
            self._loop.act()
        attempt = self._loop.attempt
        return attempt is not None and attempt.awaiting and attempt.started

    def on_answer(self, chunk: ActionChunk) -> bool:
        """Take an action chunk; tell whether the ticks are to be counted anew from now.

        The first action of an episode may be late, for want of a policy or of its weights: the episode's time then
        begins with it.
        """
        attempt = self._loop.attempt
        waited_for = attempt is not None and not attempt.started and attempt.unanswered_s() > self._deadline_s
        self._loop.answer(chunk)
        if attempt is None or not self._loop.may_act():
            return False
        if waited_for:
            attempt.begin_time()
            self.schedule.restart(self._clock.wall_s())
        self._loop.act()
        return waited_for

    def on_estimate(self) -> None:
        """Judge the last step by the estimate that has come, and act if only that was waited for."""
        self._loop.settle()
        if self._loop.may_act():
            self._loop.act()

    def on_deadline(self) -> None:
        """Go on without the answer of this tick."""
        self._loop.on_deadline()
