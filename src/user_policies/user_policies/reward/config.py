"""What can be set about the reward node."""

from __future__ import annotations

from dataclasses import dataclass

from user_core.configuration import parameter
from user_core.errors import ConfigurationError

WHERE = "the section reward_node of the params files, or the launch argument reward_model:="


@dataclass(frozen=True, kw_only=True)
class RewardNodeConfig:
    """Parameters of reward_node."""

    model: str = parameter("", "file of the classifier, as ./user train_reward wrote it")
    robots: tuple[str, ...] = parameter(("arm_0",), "namespaces of the arms that are judged, without slashes")
    torch_threads: int = parameter(1, "threads of torch", minimum=1, maximum=256)

    def __post_init__(self) -> None:
        """Refuse to start without a classifier."""
        if not self.model:
            raise ConfigurationError(key="model", value="", allowed="a file of ./user train_reward", where=WHERE)
