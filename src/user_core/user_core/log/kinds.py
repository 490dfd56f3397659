"""What a record of the log is: its kind by number, topic and message type."""

from __future__ import annotations

from enum import IntEnum


class RecordKind(IntEnum):
    """Kinds of record, numbered as in FetchTransitions.srv."""

    SPEC = 0
    TRANSITION = 1
    EPISODE = 2
    LABEL = 3
    REJECTED = 4

    @property
    def topic(self) -> str:
        """The topic under which the record stands in the bag."""
        return f"/replay/{self.name.lower()}"

    @property
    def type_name(self) -> str:
        """The ROS type of the record."""
        return f"user_interfaces/msg/{_TYPES[self.name]}"


_TYPES = {
    "SPEC": "EnvironmentSpec",
    "TRANSITION": "Transition",
    "EPISODE": "EpisodeSummary",
    "LABEL": "EpisodeLabel",
    "REJECTED": "RejectedRecord",
}
