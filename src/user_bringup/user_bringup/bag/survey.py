"""One look through a bag, before any of it is played."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from user_bringup.bag.command_topics import CommandTopics
from user_bringup.bag.recording import Recording
from user_core.errors import LogError
from user_core.log.kinds import RecordKind
from user_core.log.recorded_message import RecordedTopic


@dataclass(frozen=True, kw_only=True)
class Survey:
    """What is in a bag.

    Attributes:
        topics: By name.
        specs: CDR bytes of the environments' specs.
        commands: Knows which topics move an arm.
    """

    topics: Mapping[str, RecordedTopic]
    specs: tuple[bytes, ...]
    commands: CommandTopics


def survey(recording: Recording) -> Survey:
    """Look through a bag; a damaged rest is met again, and said, when playing.

    Raises:
        LogError: When nothing of it can be read.
    """
    topics: dict[str, RecordedTopic] = {}
    specs: list[bytes] = []
    commands = CommandTopics()
    try:
        for message in recording.messages():
            topics.setdefault(message.topic.name, message.topic)
            commands.listen(message)
            if message.topic.definition.type_name == RecordKind.SPEC.type_name:
                specs.append(message.payload)
    except LogError:
        if not topics:
            raise
    return Survey(topics=topics, specs=tuple(specs), commands=commands)
