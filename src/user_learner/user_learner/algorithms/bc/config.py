"""The hyperparameters of behaviour cloning, and of all that imitates."""

from __future__ import annotations

from dataclasses import dataclass

from user_core.configuration import parameter
from user_core.errors import ConfigurationError
from user_learner.algorithms.config import UpdateConfig


@dataclass(frozen=True, kw_only=True)
class ImitationConfig(UpdateConfig):
    """One update of actor and trained encoder, from chunks that a person showed."""

    learning_rate: float = parameter(3e-4, "Adam's step size", minimum=0.0, maximum=1.0)
    warm_up_updates: int = parameter(0, "updates in which the step size rises from 0", minimum=0)
    cosine_updates: int = parameter(
        0, "updates in which the step size falls to 0 on a cosine, and stays; 0 = it does not fall", minimum=0
    )
    average_rate: float = parameter(
        0.002, "share of the weights that their average, which acts, takes over in an update", minimum=0.0, maximum=1.0
    )
    demonstration_share: float = parameter(
        0.0,
        "least share of a batch from demonstrations, the rest are corrections; more while they are more of all steps",
        minimum=0.0,
        maximum=1.0,
    )
    micro_batches: int = parameter(
        1, "parts of a batch that are computed one after the other, for a policy too large for all at once", minimum=1
    )
    shift_pixels: int = parameter(3, "largest random shift of images for an encoder in training", minimum=0, maximum=32)

    def __post_init__(self) -> None:
        """Refuse parts without samples."""
        if self.micro_batches > self.batch_size:
            raise ConfigurationError(
                key="hyperparameters.micro_batches",
                value=self.micro_batches,
                allowed=f"at most hyperparameters.batch_size = {self.batch_size}",
                where="the group hyperparameters of learner_node in the params files",
            )


@dataclass(frozen=True, kw_only=True)
class BcConfig(ImitationConfig):
    """Nothing is practised: the updates are counted, and then the policy is judged."""

    updates: int = parameter(4000, "updates after which learning is done", minimum=1, maximum=10_000_000)

    @property
    def offline_updates(self) -> int:
        """All of them."""
        return self.updates
