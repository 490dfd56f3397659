"""Lost, old and frozen streams."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from user_core.interfaces import Stamped
from user_core.transforms import Pose
from user_hardware.environment.config import EnvironmentConfig
from user_hardware.environment.health import StreamHealth
from user_hardware.environment.sensors import Snapshot
from user_hardware.environment.streams_config import StreamsConfig

SPEC = EnvironmentConfig().build_spec(robot="arm_0")
TOPICS = {"current_pose": "current_pose (PoseStamped)", "wrist": "wrist_camera (Image)", "task_target": "target (Pose)"}


def health() -> StreamHealth:
    return StreamHealth(config=StreamsConfig(frozen_ticks=3), pose_age_s=0.2, spec=SPEC, topics=TOPICS)


def snapshot(
    tick: int, *, x: float = 0.0, stamp: int | None = None, pixels: int | None = None, **ages: float
) -> Snapshot:
    now_s = 0.1 * tick
    pose = Pose.of(np.array([x, 0, 0, 0, 0, 0]))
    image = np.full((4, 4, 3), tick if pixels is None else pixels, np.uint8)
    samples: dict[str, Stamped[Any]] = {
        "current_pose": Stamped(value=pose, stamp_ns=tick, received_s=now_s - ages.get("current_pose", 0)),
        "wrist": Stamped(
            value=image, stamp_ns=tick if stamp is None else stamp, received_s=now_s - ages.get("wrist", 0)
        ),
        "task_target": Stamped(value=pose, stamp_ns=0, received_s=0.0),
    }
    return Snapshot(now_s=now_s, samples=samples)


def test_sound_streams_have_no_problem_and_a_latched_one_may_be_old() -> None:
    checker = health()
    assert [checker.check(snapshot(tick, x=0.01 * tick)) for tick in range(1, 20)] == [[]] * 19


@pytest.mark.parametrize(("stream", "age_s"), [("current_pose", 0.25), ("wrist", 0.6)])
def test_a_silent_stream_is_named_with_its_age(stream: str, age_s: float) -> None:
    ages: dict[str, Any] = {stream: age_s}
    (problem,) = health().check(snapshot(1, **ages))
    assert TOPICS[stream] in problem and "silent" in problem


def test_a_stream_that_was_never_heard_is_named_with_its_type() -> None:
    empty = Snapshot(now_s=0.0, samples={})
    assert [TOPICS[name] in problem for name, problem in zip(TOPICS, health().check(empty), strict=True)] == [True] * 3


def test_the_same_stamp_for_many_ticks_is_frozen() -> None:
    checker = health()
    problems = [checker.check(snapshot(tick, stamp=7)) for tick in range(1, 6)]
    assert problems[:3] == [[]] * 3
    assert "same stamp" in problems[3][0]


def test_a_sample_that_is_merely_looked_at_again_is_not_frozen() -> None:
    checker = health()
    assert [checker.check(snapshot(1, stamp=7)) for _ in range(10)] == [[]] * 10


def test_the_same_pixels_are_fine_while_the_tool_stands_still() -> None:
    checker = health()
    assert [checker.check(snapshot(tick, pixels=9)) for tick in range(1, 20)] == [[]] * 19


def test_the_same_pixels_under_new_stamps_while_the_tool_moves_are_a_frozen_camera() -> None:
    checker = health()
    problems = [checker.check(snapshot(tick, pixels=9, x=0.004 * tick)) for tick in range(1, 6)]
    assert problems[:3] == [[]] * 3
    assert "same pixels" in problems[3][0]


def test_a_pose_that_is_no_pose_is_shown() -> None:
    broken = Pose(position=np.array([np.nan, 0, 0]), quaternion=np.array([0, 0, 0, 1.0]))
    samples = {**snapshot(1).samples, "current_pose": Stamped(value=broken, stamp_ns=1, received_s=0.1)}
    (problem,) = health().check(Snapshot(now_s=0.1, samples=samples))
    assert "nan" in problem


@pytest.mark.parametrize("value", [np.array([0.0, 0.0, 0.0, 0.0, 0.0, np.inf]), float("nan")])
def test_numbers_that_are_none_are_shown_with_the_name_of_their_stream(value: Any) -> None:
    topics = {**TOPICS, "sensor": "some_sensor (WrenchStamped)"}
    checker = StreamHealth(config=StreamsConfig(), pose_age_s=0.2, spec=SPEC, topics=topics)
    samples = {**snapshot(1).samples, "sensor": Stamped(value=value, stamp_ns=1, received_s=0.1)}
    (problem,) = checker.check(Snapshot(now_s=0.1, samples=samples))
    assert problem.startswith("some_sensor (WrenchStamped) delivers [") and "finite" in problem


def test_a_frame_that_cannot_be_used_is_named() -> None:
    sound = snapshot(1)
    (problem,) = health().check(Snapshot(now_s=0.1, samples=sound.samples, rejected={"wrist": "7x5 pixels"}))
    assert "wrist_camera" in problem and "7x5" in problem
