"""What can be said to train_reward."""

from __future__ import annotations

from dataclasses import dataclass

from user_core.configuration import parameter

WHERE = "the arguments of train_reward"


@dataclass(frozen=True, kw_only=True)
class RewardTrainingConfig:
    """Settings of one training."""

    out: str = parameter("classifier.safetensors", "file that is written; a picture of the same name lies beside it")
    cameras: str = parameter("", "cameras to look at, separated by commas; empty = all")
    false_positive_rate: float = parameter(
        0.005, "share of the pictures without success that may be taken for one", minimum=0.0, maximum=0.5
    )
    recall: float = parameter(
        0.95,
        "share of the pictures with a success that must be found: the threshold is as strict as that allows",
        minimum=0.01,
        maximum=1.0,
    )
    held_out: float = parameter(0.3, "share of the episodes that nothing is learned from", minimum=0.05, maximum=0.8)
    margin: int = parameter(
        2, "pictures just before a person marks a success that are left out: a person needs time to press", minimum=0
    )
    epochs: int = parameter(4, "passes over the pictures", minimum=1, maximum=1000)
    batch_size: int = parameter(128, "pictures in a step", minimum=2, maximum=4096)
    learning_rate: float = parameter(1e-3, "of AdamW", minimum=1e-6, maximum=1.0)
    shift_pixels: int = parameter(3, "random shift of each picture in training", minimum=0, maximum=32)
    colour_noise: float = parameter(0.1, "random gain and offset of each colour in training", minimum=0.0, maximum=1.0)
    seed: int = parameter(0, "of the split, the weights and the order", minimum=0)
    torch_threads: int = parameter(2, "threads of torch", minimum=1, maximum=256)
