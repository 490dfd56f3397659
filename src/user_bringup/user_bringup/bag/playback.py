"""What is played of a bag, under which names, and how fast."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from user_bringup.bag.command_topics import CommandTopics
from user_bringup.bag.pace import Pace, RecordedPace, RobotPace
from user_core.errors import ConfigurationError
from user_core.log.recorded_message import RecordedMessage


@dataclass(frozen=True, kw_only=True)
class Playback:
    """Settings of `bag play`.

    Attributes:
        rate: Times the recorded speed.
        loop: Begin anew at the end, until stopped.
        start_offset_s: Seconds of the bag to leave out; latched messages in them are played at once.
        topics: Names in the bag that are played; empty = all.
        remappings: New name by name in the bag.
        commands: Also play topics that move an arm.
        expand: Also play what transitions hold, as the drivers' topics.
        robot_time: One control period a step, instead of as recorded.
        delay_s: Seconds between advertising and the first message, for discovery.
    """

    rate: float = 1.0
    loop: bool = False
    start_offset_s: float = 0.0
    topics: tuple[str, ...] = ()
    remappings: Mapping[str, str] = field(default_factory=dict)
    commands: bool = False
    expand: bool = False
    robot_time: bool = False
    delay_s: float = 1.0

    def __post_init__(self) -> None:
        """Refuse times that make no sense."""
        for key, value, minimum in (
            ("--rate", self.rate, 1e-3),
            ("--start-offset", self.start_offset_s, 0.0),
            ("--delay", self.delay_s, 0.0),
        ):
            if not minimum <= value <= 1e6:
                raise ConfigurationError(key=key, value=value, allowed=f"{minimum:g} or more", where="the command line")

    def name(self, topic: str) -> str:
        """Return the name under which a topic is played; "" = it is not asked for."""
        return "" if self.topics and topic not in self.topics else self.remappings.get(topic, topic)

    def held_back(self, topic: str, *, type_name: str, known: CommandTopics) -> str:
        """Return why a topic is not played although it is asked for, or "".

        A name that is given to it speaks for the topic: then only that name counts, and no longer its type.
        """
        type_name = "" if topic in self.remappings else type_name
        return "" if self.commands else known.moving(self.name(topic), type_name=type_name)

    def refuse_empty_rest(self, messages: Iterable[RecordedMessage], is_played: Callable[[str], bool]) -> None:
        """Refuse a start offset beyond everything that would be played.

        Args:
            messages: Of the bag.
            is_played: Tells whether those of a topic are.

        Raises:
            ConfigurationError: When there is nothing from the offset on.
        """
        last_s = 0.0
        for due_s, message in replace(self, start_offset_s=0.0, rate=1.0).schedule(messages):
            last_s = max(last_s, due_s) if is_played(message.topic.name) else last_s
            if last_s >= self.start_offset_s:
                return
        raise ConfigurationError(
            key="--start-offset",
            value=self.start_offset_s,
            allowed=f"at most {last_s:g}, the second of the last message that would be played",
            where="the command line",
        )

    def schedule(self, messages: Iterable[RecordedMessage]) -> Iterator[tuple[float, RecordedMessage]]:
        """Yield (seconds after the start, message) for one pass over a bag."""
        pace: Pace = RobotPace() if self.robot_time else RecordedPace()
        for message in messages:
            due_s = pace.due_s(message) - self.start_offset_s
            if due_s >= 0 or message.topic.latched:
                yield max(due_s, 0.0) / self.rate, message


def parse_remappings(words: Iterable[str]) -> dict[str, str]:
    """Return new name by old name from `from:=to` words.

    Raises:
        ConfigurationError: When a word is none of that form.
    """
    remappings = {}
    for word in words:
        old, arrow, new = word.partition(":=")
        if not (old and arrow and new):
            raise ConfigurationError(key="--remap", value=word, allowed="from:=to", where="the command line")
        remappings[f"/{old.lstrip('/')}"] = new
    return remappings
