"""Whether the messages of a recorded topic are those that are installed here."""

from __future__ import annotations

from user_core.errors import ConfigurationError
from user_core.log.definition import gather
from user_core.log.layout import layout_differences
from user_core.log.recorded_message import RecordedTopic
from user_core.ros.definitions import message_hash, message_text
from user_core.ros.messages import message_class


def why_not_playable(topic: RecordedTopic) -> str:
    """Return why a topic cannot be played here, or ""."""
    stored = topic.definition
    if topic.encoding != "cdr":
        return f"its messages are {topic.encoding or 'without encoding'}, allowed is cdr"
    try:
        message_class(stored.type_name)
        type_hash = message_hash(stored.type_name)
        installed = gather(stored.type_name, text_of=message_text, type_hash=type_hash)
    except (ConfigurationError, ValueError) as error:
        return f"{stored.type_name} is not installed here ({error})"
    if not stored.text:
        differs = bool(stored.type_hash) and stored.type_hash != type_hash
        return f"{stored.type_name} has another definition here" if differs else ""
    fields = layout_differences(stored, installed)
    return f"{stored.type_name} has another definition here; these fields differ: {', '.join(fields)}" if fields else ""
