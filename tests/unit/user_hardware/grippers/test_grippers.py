"""Grippers return at once, read the fingers, and say when nothing comes of a command."""

from __future__ import annotations

from typing import Any

import pytest

from user_core.goals import GoalEvent
from user_core.interfaces import Grip, GripperState
from user_core.testing.topics import FakeMessage, FakeTopics
from user_hardware.environment.streams_config import GripperConfig
from user_hardware.grippers.crisp import CrispGripper
from user_hardware.grippers.franka import FrankaGripper

CONFIG = GripperConfig(patience_s=2.0)
MOVE, GRASP = "franka_gripper/move", "franka_gripper/grasp"
OPEN_M = CONFIG.max_width_m


class Table:
    """A connected gripper, its driver's topics, and time that passes only by `fingers` and `pass_time`."""

    def __init__(self, gripper_type: type[Any], config: GripperConfig = CONFIG) -> None:
        self.now_s = 0.0
        self.topics = FakeTopics()
        self.gripper = gripper_type(config=config, now_s=lambda: self.now_s)
        self.gripper.connect(self.topics)

    def fingers(self, *widths_m: float, effort: tuple[float, ...] = ()) -> GripperState:
        """Let the driver tell one width after the other, a tenth of a second apart; return the state at the end."""
        for width_m in widths_m:
            self.now_s += 0.1
            message = FakeMessage.of(
                header__stamp__sec=1, header__stamp__nanosec=2, position=[width_m / 2] * 2, effort=effort
            )
            self.topics.deliver(CONFIG.state_topic, message)
        sample = self.gripper.read()
        assert sample is not None and sample.received_s == self.now_s and sample.stamp_ns == 1_000_000_002
        return sample.value

    def pass_time(self, seconds: float) -> None:
        self.now_s += seconds


def test_crisp_sends_one_number_in_zero_to_one() -> None:
    table = Table(CrispGripper)
    assert [table.gripper.command(opening) for opening in (0.25, 2.0, -1.0)] == [0.25, 1.0, 0.0]
    assert [list(message.data) for message in table.topics.published[CONFIG.command_topic]] == [[0.25], [1.0], [0.0]]


@pytest.mark.parametrize("gripper_type", [CrispGripper, FrankaGripper])
@pytest.mark.parametrize(
    ("asked", "widths_m", "grip", "moving"),
    [
        (None, (0.022, 0.022), Grip.BETWEEN, False),
        (0.0, (0.022, 0.022), Grip.HOLDING, False),
        (0.0, (0.032, 0.022), Grip.BETWEEN, True),
        (0.0, (0.001, 0.001), Grip.CLOSED, False),
        (0.0, (0.08, 0.08), Grip.OPEN, False),
        (1.0, (0.022, 0.022), Grip.BETWEEN, False),
        (1.0, (0.06, 0.079), Grip.OPEN, True),
    ],
)
def test_the_state_is_that_of_both_fingers(
    gripper_type: type, asked: float | None, widths_m: tuple[float, ...], grip: Grip, moving: bool
) -> None:
    table = Table(gripper_type)
    assert table.gripper.read() is None
    if asked is not None:
        table.gripper.command(asked)
    if asked is not None and gripper_type is FrankaGripper:
        table.topics.report(MOVE if asked else GRASP, GoalEvent.SUCCEEDED)
    state = table.fingers(*widths_m)
    assert state.width_m == pytest.approx(widths_m[-1])
    assert (state.grip, state.moving, state.force_n) == (grip, moving, None)


def test_the_force_is_told_where_it_is_measured() -> None:
    table = Table(CrispGripper)
    assert table.fingers(0.02, effort=(12.0, -14.0)).force_n == 13.0
    assert table.fingers(0.02, effort=(0.0, 0.0)).force_n is None


def test_franka_opens_by_move_and_closes_by_grasp() -> None:
    table = Table(FrankaGripper)
    assert table.gripper.command(1.0) == 1.0
    table.topics.report(MOVE, GoalEvent.SUCCEEDED)
    assert table.gripper.command(0.2) == 0.0
    assert table.topics.goals[MOVE] == [{"width": CONFIG.max_width_m, "speed": CONFIG.speed_m_s}]
    (grasp,) = table.topics.goals[GRASP]
    assert grasp["width"] == 0.0 and grasp["force"] == CONFIG.force_n
    assert grasp["epsilon"].outer == CONFIG.max_width_m
    assert "homing" not in " ".join(table.topics.types)


def test_franka_takes_any_opening_where_it_is_continuous() -> None:
    table = Table(FrankaGripper, GripperConfig(mode="continuous"))
    assert table.gripper.command(0.2) == 0.2 and table.gripper.command(0.01) == 0.0


def test_of_commands_that_come_faster_than_the_fingers_the_newest_wins_and_none_is_queued() -> None:
    table = Table(FrankaGripper)
    for opening in (1.0, 0.0, 0.75, 0.0):
        table.gripper.command(opening)
    assert (len(table.topics.goals[MOVE]), len(table.topics.goals[GRASP])) == (1, 0)
    assert set(table.topics.canceled) == {MOVE}
    table.topics.report(MOVE, GoalEvent.CANCELED)
    assert (len(table.topics.goals[MOVE]), len(table.topics.goals[GRASP])) == (1, 1)
    table.topics.report(GRASP, GoalEvent.SUCCEEDED)
    assert (len(table.topics.goals[MOVE]), len(table.topics.goals[GRASP])) == (1, 1)
    assert table.gripper.problem() == ""


def test_the_same_command_while_it_is_carried_out_changes_nothing() -> None:
    table = Table(FrankaGripper)
    table.gripper.command(1.0)
    table.gripper.command(1.0)
    assert len(table.topics.goals[MOVE]) == 1 and table.topics.canceled == []


def test_the_fingers_move_until_the_driver_says_that_they_have_arrived() -> None:
    table = Table(FrankaGripper)
    table.gripper.command(1.0)
    assert table.fingers(0.0, 0.0).moving
    table.topics.report(MOVE, GoalEvent.FEEDBACK)
    assert table.fingers(0.0, 0.0).moving
    table.topics.report(MOVE, GoalEvent.SUCCEEDED)
    assert not table.fingers(OPEN_M, OPEN_M, OPEN_M).moving


@pytest.mark.parametrize(
    ("event", "reason", "said"),
    [(GoalEvent.REFUSED, "no server is there", "no server"), (GoalEvent.ABORTED, "not homed", "aborted.*not homed")],
)
def test_a_goal_that_fails_is_said_at_once_until_another_succeeds(event: GoalEvent, reason: str, said: str) -> None:
    table = Table(FrankaGripper)
    table.gripper.command(1.0)
    table.topics.report(MOVE, event, reason=reason)
    with pytest.raises(AssertionError, match=said):
        assert table.gripper.problem() == ""
    table.gripper.command(1.0)
    assert len(table.topics.goals[MOVE]) == 2
    table.topics.report(MOVE, GoalEvent.SUCCEEDED)
    assert table.gripper.problem() == ""


@pytest.mark.parametrize(("accepted", "said"), [(False, "not answered"), (True, "not carried out")])
def test_a_driver_that_never_answers_is_named_and_what_waits_is_sent_all_the_same(accepted: bool, said: str) -> None:
    table = Table(FrankaGripper)
    table.gripper.command(1.0)
    if accepted:
        table.topics.report(MOVE, GoalEvent.ACCEPTED)
    table.pass_time(CONFIG.patience_s)
    assert table.gripper.problem() == ""
    table.gripper.command(0.0)
    assert table.topics.goals[GRASP] == []
    table.fingers(0.04)
    assert len(table.topics.goals[GRASP]) == 1
    table.topics.report(MOVE, GoalEvent.ABORTED, reason="too late")
    assert table.gripper.problem() == ""
    if accepted:
        table.topics.report(GRASP, GoalEvent.ACCEPTED)
    table.pass_time(CONFIG.patience_s + 0.1)
    assert said in table.gripper.problem() and "gripper.patience_s" in table.gripper.problem()


@pytest.mark.parametrize("gripper_type", [CrispGripper, FrankaGripper])
def test_fingers_that_do_not_move_are_told_with_where_they_stand(gripper_type: type) -> None:
    table = Table(gripper_type)
    table.fingers(0.0)
    table.gripper.command(1.0)
    if gripper_type is FrankaGripper:
        table.topics.report(MOVE, GoalEvent.SUCCEEDED)
    assert table.gripper.problem() == ""
    table.pass_time(CONFIG.patience_s)
    table.fingers(0.0, 0.0)
    assert "80 mm" in table.gripper.problem() and "rests at 0 mm" in table.gripper.problem()
    table.fingers(0.02, 0.04)
    assert table.gripper.problem() == "", "it moves, though late"
    table.fingers(*[OPEN_M] * 3)
    assert table.gripper.problem() == ""
    table.fingers(*[0.05] * 3)
    assert table.gripper.problem() == "", "the command was carried out; what happens later is no answer to it"


def test_a_driver_that_tells_no_width_is_named_by_its_topic() -> None:
    table = Table(CrispGripper)
    table.gripper.command(0.0)
    table.pass_time(CONFIG.patience_s + 0.1)
    assert CONFIG.state_topic in table.gripper.problem()


def test_a_gripper_that_closes_on_something_has_done_what_it_was_asked_for() -> None:
    table = Table(CrispGripper)
    table.gripper.command(0.0)
    table.pass_time(CONFIG.patience_s + 0.1)
    assert table.fingers(0.03, 0.03).grip is Grip.HOLDING
    assert table.gripper.problem() == ""


def test_fingers_that_are_stuck_are_noticed_although_somebody_keeps_opening_and_closing() -> None:
    table = Table(CrispGripper)
    heard = []
    for index in range(12):
        table.gripper.command(float(index % 2))
        for _ in range(5):
            table.fingers(0.0)
            heard.append(table.gripper.problem())
    assert any("rests at 0 mm" in problem for problem in heard)
    assert not any(heard[:20])


def test_fingers_that_follow_may_be_opened_and_closed_for_ever() -> None:
    table = Table(CrispGripper)
    for index in range(20):
        table.gripper.command(float(index % 2))
        for _ in range(3):
            table.fingers(0.02 if index % 2 else 0.01, 0.03 if index % 2 else 0.0)
            assert table.gripper.problem() == ""


def test_after_a_complaint_a_new_command_has_its_whole_time_again() -> None:
    table = Table(CrispGripper)
    table.gripper.command(1.0)
    table.pass_time(CONFIG.patience_s + 0.1)
    assert table.gripper.problem()
    table.gripper.command(1.0)
    table.fingers(0.0)
    assert table.gripper.problem() == ""
