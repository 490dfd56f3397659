"""What every algorithm's hyperparameters have, and a trainer reads."""

from __future__ import annotations

from dataclasses import dataclass

from user_core.configuration import parameter


@dataclass(frozen=True, kw_only=True)
class UpdateConfig:
    """How often it updates, and from how much; an algorithm that values what it does has n_step and gamma as well."""

    batch_size: int = parameter(64, "samples in an update", minimum=2, maximum=65536)
    utd_ratio: float = parameter(1.0, "updates per training step", minimum=0.001, maximum=100.0)
    precision: str = parameter(
        "float32",
        "numbers in which encoder and hidden layers of critics compute in an update, and in bc and hg_dagger the "
        "actor; weights, values and densities stay float32, and so does pretraining",
        choices=("float32", "bfloat16"),
    )

    @property
    def n_step(self) -> int:
        """Rewards summed in a sample; 0 = nothing is valued, and no next observation is looked up."""
        return 0

    @property
    def gamma(self) -> float:
        """Discount of the return."""
        return 1.0

    @property
    def micro_batches(self) -> int:
        """Parts of a batch that are computed one after the other."""
        return 1

    @property
    def offline_updates(self) -> int:
        """Updates after which learning is done, without any training step; 0 = training steps allow them."""
        return 0
