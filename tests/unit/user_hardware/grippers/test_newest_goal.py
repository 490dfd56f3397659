"""One goal at a time, whatever the order in which a driver's answers come."""

from __future__ import annotations

from collections.abc import Callable

from user_core.goals import GoalEvent, GoalReport, OnGoalReport
from user_hardware.grippers.newest_goal import NewestGoal


class Driver:
    """Takes goals by name; answers none by itself, unless it is told to refuse them on the spot."""

    def __init__(self) -> None:
        self.now_s = 0.0
        self.sent: list[str] = []
        self.canceled: list[str] = []
        self.reports: dict[str, OnGoalReport] = {}
        self.refuses = False
        self.goal = NewestGoal(patience_s=2.0, now_s=lambda: self.now_s)

    def ask(self, name: str) -> None:
        """Ask for a goal of this name."""

        def send(report: OnGoalReport) -> Callable[[], None]:
            self.sent.append(name)
            self.reports[name] = report
            if self.refuses:
                report(GoalReport(event=GoalEvent.REFUSED, reason="no server is there"))
            return lambda: self.canceled.append(name)

        self.goal.ask(send)

    def report(self, name: str, event: GoalEvent) -> None:
        """Answer a goal."""
        self.reports[name](GoalReport(event=event))


def test_a_refusal_that_comes_while_the_goal_is_being_sent_leaves_nothing_under_way() -> None:
    driver = Driver()
    driver.refuses = True
    driver.ask("open")
    assert not driver.goal.busy and "no server" in driver.goal.problem()
    driver.refuses = False
    driver.ask("close")
    assert driver.goal.busy and driver.goal.problem() == "" and driver.canceled == []


def test_the_newest_follows_the_end_of_the_one_under_way_however_that_ends() -> None:
    for event in (GoalEvent.CANCELED, GoalEvent.SUCCEEDED, GoalEvent.ABORTED):
        driver = Driver()
        for name in ("open", "close", "half"):
            driver.ask(name)
        driver.report("open", GoalEvent.ACCEPTED)
        assert driver.sent == ["open"] and set(driver.canceled) == {"open"}
        driver.report("open", event)
        assert driver.sent == ["open", "half"] and driver.goal.problem() == ""


def test_a_goal_without_an_answer_makes_way_and_its_late_answer_changes_nothing() -> None:
    driver = Driver()
    driver.ask("open")
    driver.now_s = 2.1
    assert not driver.goal.busy and "not answered" in driver.goal.problem()
    driver.ask("close")
    assert driver.sent == ["open", "close"] and driver.canceled == ["open"]
    driver.report("open", GoalEvent.ABORTED)
    assert driver.goal.busy and driver.goal.problem() == ""
    driver.report("close", GoalEvent.SUCCEEDED)
    assert not driver.goal.busy and driver.goal.problem() == ""


def test_what_is_abandoned_is_canceled_and_forgotten() -> None:
    driver = Driver()
    driver.ask("open")
    driver.ask("close")
    driver.goal.abandon()
    driver.report("open", GoalEvent.CANCELED)
    driver.goal.poll()
    assert driver.sent == ["open"] and driver.goal.problem() == "" and not driver.goal.busy
