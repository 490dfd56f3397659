"""One goal of a slow driver at a time; the newest wins, and none is ever queued behind another."""

from __future__ import annotations

from collections.abc import Callable

from user_core.goals import GoalEvent, GoalReport, OnGoalReport

Send = Callable[[OnGoalReport], Callable[[], None]]


class NewestGoal:
    """Sends a goal; a newer one cancels the one under way, follows its result, and replaces any that waits.

    Two goals at once would both move the fingers: franka_gripper takes every goal and runs each in a thread.

    Args:
        patience_s: How long a goal may be without a result.
        now_s: The control clock.
    """

    def __init__(self, *, patience_s: float, now_s: Callable[[], float]) -> None:
        self._patience_s = patience_s
        self._now_s = now_s
        self._cancel: Callable[[], None] | None = None
        self._waiting: Send | None = None
        self._number = 0
        self._begun_s = 0.0
        self._accepted = False
        self._failure = ""

    @property
    def busy(self) -> bool:
        """Whether a goal is under way that may still be answered in time."""
        return self._cancel is not None and not self._overdue

    @property
    def _overdue(self) -> bool:
        return self._cancel is not None and self._now_s() - self._begun_s > self._patience_s

    def ask(self, send: Send) -> None:
        """Send a goal as soon as there is none under way."""
        self._waiting = send
        if self._cancel is not None:
            self._cancel()
        self.poll()

    def poll(self) -> None:
        """Send what waits, once nothing is under way, or what was has not been answered in time."""
        if self._waiting is None or self.busy:
            return
        send, self._waiting = self._waiting, None
        self._number += 1
        number = self._number
        self._begun_s, self._accepted, self._failure = self._now_s(), False, ""
        self._cancel = _nothing
        cancel = send(lambda report: self._on_report(number, report))
        if self._cancel is not None and number == self._number:
            self._cancel = cancel

    def abandon(self) -> None:
        """Cancel what is under way, and forget it."""
        if self._cancel is not None:
            self._cancel()
        self._number += 1
        self._cancel, self._waiting, self._failure = None, None, ""

    def problem(self) -> str:
        """Return what has become of the newest goal, if that is bad, else ""."""
        if self._overdue:
            what = "carried out" if self._accepted else "answered"
            waited_s = self._now_s() - self._begun_s
            allowed = f"(allowed: gripper.patience_s = {self._patience_s})"
            return f"the gripper's driver has not {what} a command for {waited_s:.1f} s {allowed}: look at its driver"
        return self._failure

    def _on_report(self, number: int, report: GoalReport) -> None:
        """Take news of a goal; that of one given up on changes nothing."""
        if number != self._number:
            return
        self._accepted = True
        if not report.final:
            return
        self._cancel = None
        if report.event is not GoalEvent.SUCCEEDED and self._waiting is None:
            reason = f": {report.reason}" if report.reason else ""
            self._failure = f"the gripper's driver has {report.event} a command{reason}"
        self.poll()


def _nothing() -> None:
    """Cancel a goal of which nobody has told yet how."""
