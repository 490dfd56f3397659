"""Who else publishes targets, and who may end a hold."""

from __future__ import annotations

import pytest

from user_core.configuration import build
from user_hardware.environment.config import EnvironmentConfig
from user_hardware.environment.hold import Hold, HoldCause, PublisherWatch


def watch() -> PublisherWatch:
    return PublisherWatch(topic="target_pose", patience_s=25.0, started_s=100.0)


def test_it_does_not_believe_to_be_alone_before_it_has_looked() -> None:
    assert watch().problem


def test_a_killed_predecessor_is_waited_for_and_then_gone() -> None:
    publishers = watch()
    publishers.on_count(2, now_s=110.0)
    assert "15 s" in publishers.problem and "earlier publisher" in publishers.problem
    publishers.on_count(1, now_s=118.0)
    assert publishers.problem == ""


def test_another_publisher_that_stays_is_an_error() -> None:
    publishers = watch()
    publishers.on_count(2, now_s=126.0)
    assert "one only" in publishers.problem and "target_pose" in publishers.problem


def test_another_publisher_that_comes_later_is_an_error_at_once() -> None:
    publishers = watch()
    publishers.on_count(1, now_s=101.0)
    publishers.on_count(2, now_s=102.0)
    assert "one only" in publishers.problem


@pytest.mark.parametrize(
    ("cause", "by_itself"),
    [(HoldCause.START, True), (HoldCause.FAULT, True), (HoldCause.PAUSE, True), (HoldCause.PERSON, False)],
)
def test_only_a_simulation_goes_on_by_itself_and_never_against_a_person(cause: HoldCause, by_itself: bool) -> None:
    automatic = build(EnvironmentConfig, {"resume": "automatic", "simulation.enabled": True}, where="test")
    assert Hold(cause=cause, reason="r").ends_by_itself(automatic) is by_itself
    assert not Hold(cause=cause, reason="r").ends_by_itself(EnvironmentConfig())
