"""The hyperparameters of soft actor-critic."""

from __future__ import annotations

import math
from dataclasses import dataclass

from user_core.configuration import parameter
from user_core.errors import ConfigurationError
from user_learner.algorithms.config import UpdateConfig


@dataclass(frozen=True, kw_only=True)
class SacConfig(UpdateConfig):
    """Defaults for a GPU; what a CPU does differently stands in the params file of its policy."""

    batch_size: int = parameter(256, "samples in an update", minimum=2, maximum=65536)
    utd_ratio: float = parameter(1.0, "critic updates per training step", minimum=0.001, maximum=100.0)
    gamma: float = parameter(0.96, "discount of the return", minimum=0.0, maximum=0.9999)
    n_step: int = parameter(1, "rewards summed before the next observation's value is added", minimum=1, maximum=50)
    tau: float = parameter(
        0.005, "share of the critics that the target critics take over in an update", minimum=0.0, maximum=1.0
    )
    largest_return: float = parameter(
        math.inf, "return that no episode exceeds: the critics' targets are cut there; .inf = not known"
    )
    critics: int = parameter(10, "number of critics", minimum=1, maximum=100)
    critic_subset: int = parameter(2, "random critics whose minimum is the target", minimum=1, maximum=100)
    critic_hidden_sizes: tuple[int, ...] = parameter((256, 256), "widths of the critics' hidden layers", minimum=1)
    actor_every: int = parameter(
        0,
        "critic updates for each update of actor and temperature; 0 = as many as utd_ratio says, for one in each "
        "training step",
        minimum=0,
        maximum=1000,
    )
    actor_start_updates: int = parameter(
        0, "critic updates before the actor's first: a new critic leads an imitated actor astray", minimum=0
    )
    actor_learning_rate: float = parameter(3e-4, "Adam's step size for the actor", minimum=0.0, maximum=1.0)
    critic_learning_rate: float = parameter(
        3e-4, "Adam's step size for critics and trained encoder", minimum=0.0, maximum=1.0
    )
    temperature_learning_rate: float = parameter(
        3e-4, "Adam's step size for the temperature; 0 fixes it", minimum=0.0, maximum=1.0
    )
    initial_temperature: float = parameter(0.01, "weight of the entropy at the start", minimum=1e-8, maximum=10.0)
    target_entropy: float = parameter(-3.0, "entropy in nats, for each step of a chunk, that the temperature aims at")
    entropy_in_backup: bool = parameter(False, "whether the value of the next observation counts its entropy")
    average_rate: float = parameter(
        0.005, "share of the actor that its average takes over in an update of the actor", minimum=0.0, maximum=1.0
    )
    shift_pixels: int = parameter(4, "largest random shift of images for an encoder in training", minimum=0, maximum=32)

    @property
    def actor_period(self) -> int:
        """Critic updates for each update of actor and temperature."""
        return self.actor_every or max(1, round(self.utd_ratio))

    def __post_init__(self) -> None:
        """Refuse a subset larger than the set."""
        if self.critic_subset > self.critics:
            raise ConfigurationError(
                key="hyperparameters.critic_subset",
                value=self.critic_subset,
                allowed=f"at most hyperparameters.critics = {self.critics}",
                where="the group hyperparameters of learner_node in the params files",
            )
