"""What can be set about an actor that is a flow."""

from __future__ import annotations

from dataclasses import dataclass

from user_core.configuration import parameter
from user_core.errors import ConfigurationError

_WHERE = "the group policy.flow of policy_node and learner_node in the params files (the same in both)"


@dataclass(frozen=True, kw_only=True)
class FlowConfig:
    """Network, Euler steps and noise; the defaults are published ones (arXiv:2509.25756)."""

    network: str = parameter(
        "transformer", "transformer = Flow-T; mlp is several times cheaper on a CPU", choices=("transformer", "mlp")
    )
    steps: int = parameter(4, "Euler steps from noise to action", minimum=1, maximum=100)
    width: int = parameter(256, "width of the network's layers", minimum=4, maximum=8192)
    layers: int = parameter(2, "number of its layers", minimum=1, maximum=100)
    heads: int = parameter(4, "transformer: attention heads, a divisor of the width", minimum=1, maximum=128)
    noise_std: float = parameter(
        0.3, "noise that the path takes up from beginning to end, in training", minimum=1e-4, maximum=1.0
    )
    practice_noise_std: float = parameter(
        0.02, "the same while it practises: how widely it explores", minimum=1e-4, maximum=1.0
    )
    mode_from: str = parameter(
        "zero", "noise that a deterministic action begins from: none, or a sample", choices=("zero", "sample")
    )
    largest_action: float = parameter(
        0.98, "larger actions are imitated as this one, since the tanh reaches 1 only at infinity", minimum=0.1
    )

    def __post_init__(self) -> None:
        """Refuse what cannot be built."""
        if self.width % self.heads:
            raise ConfigurationError(
                key="policy.flow.heads",
                value=self.heads,
                allowed=f"a divisor of policy.flow.width = {self.width}",
                where=_WHERE,
            )
        if self.largest_action >= 1.0:
            raise ConfigurationError(
                key="policy.flow.largest_action", value=self.largest_action, allowed="less than 1", where=_WHERE
            )
