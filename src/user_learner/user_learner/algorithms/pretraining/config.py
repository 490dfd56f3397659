"""What can be set about pretraining."""

from __future__ import annotations

from dataclasses import dataclass

from user_core.configuration import parameter
from user_core.errors import ConfigurationError


@dataclass(frozen=True, kw_only=True)
class PretrainingConfig:
    """Encoder and goal head first, then the actor by imitation on the encoder's features."""

    enabled: bool = parameter(True, "false = practice begins without demonstrations, however many the task would have")
    demonstrations: int = parameter(
        20, "successful demonstrations to wait for; 0 begins practice without pretraining", minimum=0, maximum=10000
    )
    demonstrations_asked: int = parameter(
        0, "the launch argument demonstrations_needed; 0 = demonstrations of the params files", minimum=0
    )
    encoder_updates: int = parameter(600, "updates of encoder and goal head", minimum=0)
    encoder_batch_size: int = parameter(64, "samples in an update of the encoder", minimum=1)
    encoder_learning_rate: float = parameter(1e-3, "AdamW's step size for the encoder", minimum=0.0, maximum=1.0)
    shift_pixels: int = parameter(2, "largest random shift of images", minimum=0, maximum=32)
    colour_noise: float = parameter(0.2, "half-width of random gain and offset of colours", minimum=0.0, maximum=2.0)
    goal_weight: float = parameter(3.0, "weight of the goal head's loss beside imitation", minimum=0.0)
    imitation_updates: int = parameter(2000, "updates of the actor by imitation", minimum=0)
    imitation_batch_size: int = parameter(128, "samples in an update of the actor", minimum=1)
    imitation_learning_rate: float = parameter(3e-4, "Adam's step size for imitation", minimum=0.0, maximum=1.0)
    begin_with: str = parameter(
        "", "run folder, checkpoint or weights file of this policy that practice begins with, instead of pretraining"
    )
    begin_from: str = parameter("imitation", "which actor practice begins with", choices=("imitation", "random"))
    begin_log_std: float = parameter(
        -1.0, "log standard deviation before the tanh with which an imitated actor begins practice", maximum=2.0
    )
    threads: int = parameter(1, "torch threads while the encoder is pretrained; more only on free cores", minimum=1)

    @property
    def begins_trained(self) -> bool:
        """Whether practice begins with weights that were trained: here, or earlier."""
        return bool(self._wanted or self.begin_with)

    @property
    def count(self) -> int:
        """Successful demonstrations to wait for; 0 = none has to be there before practice begins."""
        if self.begin_with or not self._wanted:
            return 0
        return self.demonstrations_asked or self._wanted

    @property
    def _wanted(self) -> int:
        return self.demonstrations if self.enabled else 0


def nothing_to_begin_with(path: str) -> ConfigurationError:
    """Return what to say of a `begin_with` at which there are no weights."""
    return ConfigurationError(
        key="pretraining.begin_with",
        value=path,
        allowed="a run with a checkpoint, a checkpoint or a weights file",
        where="the launch argument begin_with",
    )
