"""What the recorder may use; the parameters of recorder_node."""

from __future__ import annotations

from dataclasses import dataclass

from user_core.configuration import group, parameter
from user_core.errors import ConfigurationError

ROBOT_SECTION = "the recorder_node section of config/robots/<robot>.yaml"


@dataclass(frozen=True, kw_only=True)
class RecordConfig:
    """Size and content of a raw bag."""

    limit_gb: float = parameter(50.0, "size of the bag at which recording stops, and says so", minimum=0.001)
    split_gb: float = parameter(1.0, "size at which the bag's next file is begun", minimum=0.0001)
    topics: tuple[str, ...] = parameter(
        ("joint_states sensor_msgs/msg/JointState",),
        "what is recorded besides, each as NAME TYPE; names without a slash are relative to the arm's namespace",
    )

    def __post_init__(self) -> None:
        """Refuse entries that do not name a topic and a type."""
        for entry in self.topics:
            words = entry.split()
            if len(words) != 2 or words[1].count("/") != 2:
                raise ConfigurationError(
                    key="record.topics", value=entry, allowed="NAME PACKAGE/msg/TYPE", where=ROBOT_SECTION
                )


@dataclass(frozen=True, kw_only=True)
class RecorderConfig:
    """All parameters of recorder_node."""

    run_folder: str = parameter("", "folder of the run: the bag is its raw/<robot>; empty = ./runs/unnamed")
    record: RecordConfig = group(RecordConfig)
