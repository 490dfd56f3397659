"""`bag play`: publishes a bag's messages, bytes unchanged, at the recorded rate."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from itertools import takewhile
from typing import Any

import rclpy
from rclpy.context import Context
from rclpy.duration import Duration
from rclpy.node import Node
from rclpy.publisher import Publisher
from rclpy.signals import SignalHandlerOptions

from user_bringup.bag.playback import Playback
from user_bringup.bag.recording import Recording
from user_bringup.bag.survey import Survey, survey
from user_bringup.bag.transition_log import refuse_other_definition
from user_bringup.nodes.playable import why_not_playable
from user_bringup.nodes.transition_expansion import TransitionExpansion
from user_core.errors import LogError
from user_core.log.chunk import KIND_OF_TYPE
from user_core.log.recorded_message import RecordedMessage
from user_core.ros import qos
from user_core.ros.messages import message_class
from user_core.ros.publishing import try_publish
from user_core.ros.runner import StopRequest

_SLICE_S = 0.1
_LAST_DELIVERY_S = 2.0


class BagPlayer(Node):
    """Advertises what can be played, then publishes it.

    Args:
        recording: The bag.
        playback: What of it, and how.
        say: Takes a line for the person who plays.
        context: Of rclpy.

    Raises:
        LogError: When nothing of the bag can be played.
        ConfigurationError: When the start offset leaves nothing to play.
    """

    def __init__(
        self,
        *,
        recording: Recording,
        playback: Playback,
        say: Callable[[str], None] = print,
        context: Context | None = None,
    ) -> None:
        super().__init__("bag_player", context=context, start_parameter_services=False, enable_rosout=False)
        self._recording = recording
        self._playback = playback
        self._say = say
        self._expansion = TransitionExpansion()
        self._players: dict[str, Publisher] = {}
        self._expanded: dict[str, Publisher] = {}
        self._advertise()

    def play(self, is_stopped: Callable[[], bool]) -> int:
        """Publish until the end of the bag, or until stopped; return how many messages were played.

        Raises:
            LogError: Where the bag cannot be read further; what stands before was played.
        """
        played = 0
        for publisher in (*self._players.values(), *self._expanded.values()):
            self._say(f"playing {publisher.topic_name}")
        self._wait(time.monotonic() + self._playback.delay_s, is_stopped)
        while not is_stopped():
            began_s = time.monotonic()
            messages = takewhile(lambda _: not is_stopped(), self._recording.messages())
            for due_s, message in self._playback.schedule(messages):
                if not self._is_played(message.topic.name):
                    continue
                self._wait(began_s + due_s, is_stopped)
                if is_stopped():
                    return played
                played += self._publish(message)
            if not self._playback.loop:
                self._deliver()
                break
            self._wait(began_s + _SLICE_S, is_stopped)  # a bag of an instant is no flood
        return played

    def _advertise(self) -> None:
        found = survey(self._recording)
        if self._playback.expand or self._playback.robot_time:
            self._learn_specs(found)
        for topic in found.topics.values():
            name, type_name = self._playback.name(topic.name), topic.definition.type_name
            if not name:
                continue
            if problem := why_not_playable(topic):
                self._say(f"{topic.name} is not played: {problem}")
            elif danger := self._playback.held_back(topic.name, type_name=type_name, known=found.commands):
                self._say(f"{topic.name} is not played, since {danger}; --commands plays it")
            else:
                profile = qos.EPISODES if topic.latched else qos.TRANSITIONS
                self._players[topic.name] = self.create_publisher(message_class(type_name), name, profile)
        if self._playback.expand:
            for topic_name, kind, profile in self._expansion.topics():
                name = self._playback.name(topic_name)
                danger = self._playback.held_back(topic_name, type_name="", known=found.commands)
                if name and not danger and topic_name not in self._expanded:
                    self._expanded[topic_name] = self.create_publisher(kind, name, profile)
        if not self._players and not self._expanded:
            there = ", ".join(sorted(found.topics)) or "no message"
            raise LogError(f"nothing of {self._recording.path} can be played; in it: {there}.")
        if self._playback.start_offset_s:
            self._playback.refuse_empty_rest(self._recording.messages(), self._is_played)

    def _is_played(self, topic: str) -> bool:
        return topic in self._players or bool(self._expanded)

    def _learn_specs(self, found: Survey) -> None:
        for topic in found.topics.values():
            kind = KIND_OF_TYPE.get(topic.definition.type_name)
            if kind is not None:
                refuse_other_definition(self._recording.path, kind, {kind: topic.definition})
        for payload in found.specs:
            self._expansion.add_spec(payload)

    def _publish(self, message: RecordedMessage) -> int:
        played = 0
        if message.topic.name in self._players:
            played += try_publish(self._players[message.topic.name], message.payload)
        for publisher, part in self._parts(message):
            played += try_publish(publisher, part)
        return played

    def _parts(self, message: RecordedMessage) -> Iterator[tuple[Publisher, Any]]:
        if self._expanded:
            for topic, part in self._expansion.messages(message.topic.definition.type_name, message.payload):
                if topic in self._expanded:
                    yield self._expanded[topic], part

    def _deliver(self) -> None:
        """Stay until reliable readers have the last messages."""
        until_s = time.monotonic() + _LAST_DELIVERY_S
        for publisher in (*self._players.values(), *self._expanded.values()):
            publisher.wait_for_all_acked(Duration(seconds=max(until_s - time.monotonic(), 0.0)))

    @staticmethod
    def _wait(due_s: float, is_stopped: Callable[[], bool]) -> None:
        while not is_stopped() and (left_s := due_s - time.monotonic()) > 0:
            time.sleep(min(left_s, _SLICE_S))


def play_bag(recording: Recording, playback: Playback) -> int:
    """Play a bag until its end, SIGINT or SIGTERM; return how many messages were played."""
    rclpy.init(args=[], signal_handler_options=SignalHandlerOptions.NO)
    try:
        player = BagPlayer(recording=recording, playback=playback)
        stop = StopRequest()  # until here, while a large bag is being looked through, Ctrl-C interrupts
        try:
            return player.play(lambda: stop.made)
        finally:
            player.destroy_node()
    finally:
        rclpy.try_shutdown()
