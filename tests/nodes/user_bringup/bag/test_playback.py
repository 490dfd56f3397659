"""What is played of a bag, under which names, and when."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import pytest

from tests.support.run_logs import SPEC, episode, stored
from user_bringup.bag.command_topics import CommandTopics
from user_bringup.bag.playback import Playback, parse_remappings
from user_core.errors import ConfigurationError
from user_core.log.definition import MessageDefinition
from user_core.log.recorded_message import RecordedMessage, RecordedTopic
from user_core.types import Transition
from user_hardware.robots.crisp import POSE_TYPE

pytestmark = pytest.mark.ros


def message(at_s: float, *, name: str = "/a", latched: bool = False) -> RecordedMessage:
    definition = MessageDefinition(type_name="std_msgs/msg/String", text="")
    topic = RecordedTopic(name=name, definition=definition, latched=latched)
    return RecordedMessage(topic=topic, stamp_ns=int((1e9 + at_s) * 1e9), payload=b"")


def due(playback: Playback, messages: Sequence[RecordedMessage]) -> list[float]:
    return [round(due_s, 6) for due_s, _ in playback.schedule(messages)]


def test_messages_are_due_as_they_were_recorded() -> None:
    messages = [message(0), message(0.5), message(0.4), message(2)]
    assert due(Playback(), messages) == [0, 0.5, 0.4, 2]
    assert due(Playback(rate=4.0), messages) == [0, 0.125, 0.1, 0.5]


def test_a_start_offset_leaves_out_all_but_what_is_latched() -> None:
    messages = [message(0, latched=True), message(0.5), message(2), message(3)]
    assert due(Playback(start_offset_s=1.5, rate=2.0), messages) == [0, 0.25, 0.75]


def test_in_robot_time_each_step_takes_its_control_period() -> None:
    messages = []
    for number, record in enumerate([SPEC, *episode("first", 1), *episode("second", 7)]):
        if isinstance(record, Transition) and number > 6:
            record = dataclasses.replace(record, robot="arm_1")
        kind, payload = stored(record)
        topic = RecordedTopic(name=kind.topic, definition=MessageDefinition(type_name=kind.type_name, text=""))
        messages.append(RecordedMessage(topic=topic, stamp_ns=number, payload=payload))
    first = [0, 0, 0.1, 0.2, 0.3, 0.4, 0.4]
    second_arm = [0.4] * 6  # at the same time as the first, which came before it in the log
    assert due(Playback(robot_time=True), messages) == first + second_arm


def test_topics_are_chosen_and_renamed() -> None:
    playback = Playback(topics=("/a", "/b"), remappings=parse_remappings(["b:=/other", "/c:=/d"]))
    assert [playback.name(topic) for topic in ("/a", "/b", "/c")] == ["/a", "/other", ""]
    assert Playback().name("/c") == "/c"


def held_back(playback: Playback, topic: str, type_name: str = "std_msgs/msg/String") -> str:
    return playback.held_back(topic, type_name=type_name, known=CommandTopics())


@pytest.mark.parametrize("topic", ["/arm_0/target_pose", "target_pose", "/arm_0/spacenav/twist", "/joy", "/arm_cmd"])
def test_what_can_move_an_arm_is_played_only_on_demand(topic: str) -> None:
    assert held_back(Playback(), topic) == "it can move an arm"
    assert held_back(Playback(remappings={"/a": topic}), "/a")
    assert not held_back(Playback(commands=True), topic)
    assert not held_back(Playback(remappings={topic: "/replayed/pose"}), topic, POSE_TYPE)


@pytest.mark.parametrize("topic", ["/arm_0/task/target_pose", "/arm_0/current_pose", "/arm_0/commanded_pose"])
def test_what_only_tells_is_played(topic: str) -> None:
    assert not held_back(Playback(), topic, POSE_TYPE)


@pytest.mark.parametrize("settings", [{"rate": 0.0}, {"rate": -1.0}, {"rate": float("nan")}, {"start_offset_s": -1.0}])
def test_a_time_that_makes_no_sense_is_refused(settings: dict[str, float]) -> None:
    with pytest.raises(ConfigurationError, match=r"--(rate|start-offset) = .* is not allowed"):
        Playback(**settings)  # type: ignore[arg-type]


@pytest.mark.parametrize("word", ["/a", "/a:=", ":=/b", "/a=/b"])
def test_a_remapping_of_another_form_is_refused(word: str) -> None:
    with pytest.raises(ConfigurationError, match="from:=to"):
        parse_remappings([word])
