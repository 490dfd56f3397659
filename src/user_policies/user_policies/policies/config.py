"""What can be set about a policy; policy node and learner are given the same values."""

from __future__ import annotations

from dataclasses import dataclass

from user_core.configuration import group, parameter
from user_core.embodiment import SPEC_OF
from user_core.errors import ConfigurationError
from user_policies.blending.registry import BLENDERS
from user_policies.networks.flow_config import FlowConfig

_WHERE = "the group policy of policy_node and learner_node in the params files (the same in both)"
_LEAST_GUIDED_STEPS = 2
"""The first Euler step of a flow cannot be guided: see `networks/real_time_chunking.py`."""

DEVICES = ("auto", "cpu", "cuda")
"""Where policies and their learners may compute; see `user_policies.device`."""

FROZEN_ENCODERS = ("small", "resnet18")
"""Not trained after pretraining, so that features are computed once."""


@dataclass(frozen=True, kw_only=True)
class PolicyConfig:
    """The networks of a policy and how it acts."""

    name: str = parameter("cnn", "policy by registry name: mlp, flow_state read the true target, others cameras")
    embodiment: str = parameter(
        "own",
        "what the policy is made for: own = the arm and its task as they are; common = any arm at any task with these "
        "cameras, told apart by the instruction",
        choices=tuple(SPEC_OF),
    )
    hidden_sizes: tuple[int, ...] = parameter((256, 256), "widths of the actor's hidden layers", minimum=1)
    horizon: int = parameter(1, "H, steps in a chunk of actions", minimum=1, maximum=1000)
    execute: int = parameter(
        0,
        "steps of a chunk that are executed before its successor takes over, 0 = all; the others are what blending "
        "works on, and are executed only when the successor is late",
        minimum=0,
        maximum=1000,
    )
    chunk_blending: str = parameter(
        "none",
        "how a chunk follows the one before: none replaces it, ensembling averages both where they overlap, real_time "
        "draws one that continues it (flow policies); policy.execute must leave an overlap",
        choices=tuple(BLENDERS.names),
    )
    log_std_min: float = parameter(-5.0, "lower bound of the log standard deviation before the tanh", maximum=2.0)
    log_std_max: float = parameter(1.0, "upper bound of the log standard deviation before the tanh", maximum=3.0)
    act_with_average: bool = parameter(
        True,
        "deterministic actions come from the exponential average of the weights; false = from the newest, and none is "
        "kept",
    )
    fine_feature_m: float = parameter(
        0.005,
        "mlp: the target is seen again in units of this distance, clipped at 2; weights bring theirs",
        minimum=1e-4,
        maximum=1.0,
    )
    encoder: str = parameter(
        "small",
        "cnn: small is pretrained on demonstrations and frozen (CPU), small_trained goes on learning after that, "
        "resnet10 is trained end to end (GPU), resnet18 keeps your weights and trains what reads them",
        choices=("small", "small_trained", "resnet10", "resnet18"),
    )
    encoder_weights: str = parameter(
        "", "resnet18: .safetensors file of its weights, with torchvision's names; fc is not needed"
    )
    encoder_outputs: int = parameter(32, "cnn: features of each camera", minimum=1, maximum=4096)
    goal_axes: tuple[int, ...] = parameter(
        (0, 1),
        "cnn: axes of the tcp pose (0..5) whose distance to the goal the encoder predicts; empty = none",
        minimum=0,
        maximum=5,
    )
    goal_scale: float = parameter(
        0.03, "cnn: distance in metres or radians that the goal prediction calls 1", minimum=1e-3, maximum=1.0
    )
    goal_fine_gain: float = parameter(
        6.0,
        "cnn: the prediction is seen again, multiplied by this and clipped at 2; weights bring theirs",
        minimum=1.0,
        maximum=100.0,
    )
    instruction_words: int = parameter(12, "vla_small: words of an instruction that are read", minimum=1, maximum=256)
    size: str = parameter(
        "tiny",
        "pi0: tiny and small begin with random weights and train on a CPU, base is the published model",
        choices=("tiny", "small", "base"),
    )
    weights: str = parameter("", 'pi0: local folder or hub id of weights to begin with; "" = random ones')
    trainable: str = parameter(
        "all",
        "pi0: what is trained and sent: everything, the action expert, or adapters of low rank (LoRA)",
        choices=("all", "expert", "lora"),
    )
    lora_rank: int = parameter(16, "pi0: rank of the adapters", minimum=1, maximum=1024)
    flow: FlowConfig = group(FlowConfig)

    def __post_init__(self) -> None:
        """Refuse bounds that leave nothing between them."""
        if not self.hidden_sizes:
            raise ConfigurationError(
                key="policy.hidden_sizes", value=self.hidden_sizes, allowed="at least one layer", where=_WHERE
            )
        if self.execute > self.horizon:
            raise ConfigurationError(
                key="policy.execute",
                value=self.execute,
                allowed=f"at most policy.horizon = {self.horizon}",
                where=_WHERE,
            )
        if self.chunk_blending != "none" and self.executed_steps >= self.horizon:
            raise ConfigurationError(
                key="policy.execute",
                value=self.execute,
                allowed=f"at least 1 and less than policy.horizon = {self.horizon}, with policy.chunk_blending = "
                f"{self.chunk_blending}: chunks that do not overlap have nothing to blend",
                where=_WHERE,
            )
        if self.chunk_blending == "real_time" and self.flow.steps < _LEAST_GUIDED_STEPS:
            raise ConfigurationError(
                key="policy.flow.steps",
                value=self.flow.steps,
                allowed=f"at least {_LEAST_GUIDED_STEPS} with policy.chunk_blending = real_time: the first step of a "
                "flow cannot be guided, so that nothing would be continued",
                where=_WHERE,
            )
        if self.encoder == "resnet18" and not self.encoder_weights:
            raise ConfigurationError(
                key="policy.encoder_weights",
                value=self.encoder_weights,
                allowed="a .safetensors file with the weights of a ResNet-18, with policy.encoder = resnet18",
                where=_WHERE,
            )
        if self.name == "pi0" and self.size == "base" and not self.weights:
            raise ConfigurationError(
                key="policy.weights",
                value=self.weights,
                allowed="a local folder or a hub id of pi0's weights, with policy.size = base",
                where=_WHERE,
            )
        if self.log_std_min >= self.log_std_max:
            raise ConfigurationError(
                key="policy.log_std_min",
                value=self.log_std_min,
                allowed=f"less than policy.log_std_max = {self.log_std_max}",
                where=_WHERE,
            )

    @property
    def executed_steps(self) -> int:
        """Return how many steps of a chunk are meant to be executed."""
        return self.execute or self.horizon
