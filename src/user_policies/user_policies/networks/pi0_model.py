"""The vision-language-action model pi0 (arXiv:2410.24164) as the library transformers has it, in three sizes."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from torch import nn

from user_core.errors import WeightsError, listed
from user_policies.networks.frozen_base import freeze
from user_policies.networks.lora import adapt_linears

WHERE = "the group policy of policy_node and learner_node in the params files (the same in both)"
PADDED = 32
"""Numbers of a state and of an action, whatever the arm's own: the rest is zero."""
_UNUSED = ("model.dit.embed_tokens", "model.vlm.language_model.norm.")
_LAST_LAYER_UNUSED = ("self_attn.q_proj", "self_attn.o_proj", "mlp.", "post_attention_layernorm.")
_ACTION_HEADS = ("embed_action_time.", "action_out_proj.")


@dataclass(frozen=True, kw_only=True)
class Pi0Size:
    """What differs between the sizes.

    Attributes:
        image_size: Pixels of an image's side as the model sees it.
        tokens_per_image: Patches of an image.
        words: Length of an instruction, padded.
        vocabulary: Token numbers; above them, one more stands for a patch.
        own_words: Whether words are numbered by hash; else a tokenizer comes with the weights.
    """

    image_size: int
    tokens_per_image: int
    words: int
    vocabulary: int
    own_words: bool = True
    patch_size: int = 16
    width: int = 64
    layers: int = 2
    heads: int = 2

    @property
    def image_token(self) -> int:
        """The number that stands for a patch."""
        return self.vocabulary


SIZES = {
    "tiny": Pi0Size(image_size=64, tokens_per_image=16, words=12, vocabulary=1023),
    "small": Pi0Size(image_size=96, tokens_per_image=36, words=16, vocabulary=4095, width=256, layers=6, heads=4),
    "base": Pi0Size(image_size=224, tokens_per_image=256, words=48, vocabulary=257152, own_words=False),
}


@functools.lru_cache(maxsize=1)
def make_pi0(*, size: str, horizon: int, weights: str, trainable: str, rank: int, device: torch.device) -> nn.Module:
    """Makes the model once a process: who acts or learns with it takes a `copy_on_base`.

    What is random is the same in every process, since a base must be the same on both sides.

    Args:
        size: tiny, small or base.
        horizon: H, steps in a chunk.
        weights: Folder or hub id of real weights; "" = random ones.
        trainable: all; expert = the action expert; lora = adapters in all its layers, and the action heads.
        rank: Of the adapters.
        device: Where the tensors are.

    Raises:
        WeightsError: When the weights are not there, or are those of another model, naming the tensors that differ.
    """
    import transformers

    config = pi0_config(SIZES[size], horizon=horizon, base=size == "base")
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        model = _load(transformers, config, weights) if weights else transformers.PI0ForConditionalGeneration(config)
        if trainable == "lora":
            adapt_linears(model, chosen=lambda name: ".layers." in name and "vision" not in name, rank=rank, alpha=rank)
    last = f"model.vlm.language_model.layers.{config.vlm_config.text_config.num_hidden_layers - 1}."
    freeze(model, frozen=lambda name: not _is_trained(name, trainable=trainable, last_layer=last))
    return model.to(device)


def _is_trained(name: str, *, trainable: str, last_layer: str) -> bool:
    """Say whether a parameter is trained; those that no action depends on never are."""
    unused = name.startswith(_UNUSED) or (
        name.startswith(last_layer) and name.removeprefix(last_layer).startswith(_LAST_LAYER_UNUSED)
    )
    if unused:
        return False
    if trainable == "all" or name.startswith(_ACTION_HEADS):
        return True
    return ".lora_" in name if trainable == "lora" else name.startswith("model.dit.")


def pi0_config(size: Pi0Size, *, horizon: int, base: bool) -> Any:
    """Returns the library's PI0Config of a size: layers, heads and head sizes of the model and its expert are equal."""
    from transformers import PI0Config

    shared: dict[str, Any] = {"chunk_size": horizon, "max_state_dim": PADDED, "max_action_dim": PADDED}
    shared["loss_reduction"] = "none"
    if base:
        return PI0Config(**shared)
    gemma = {
        "model_type": "gemma",
        "hidden_size": size.width,
        "num_hidden_layers": size.layers,
        "intermediate_size": 2 * size.width,
        "num_attention_heads": size.heads,
        "num_key_value_heads": 1,
        "head_dim": size.width // size.heads,
        "vocab_size": size.vocabulary + 1,
    }
    vision = {
        "model_type": "siglip_vision_model",
        "hidden_size": size.width,
        "num_hidden_layers": size.layers,
        "intermediate_size": 2 * size.width,
        "num_attention_heads": size.heads,
        "image_size": size.image_size,
        "patch_size": size.patch_size,
        "vision_use_head": False,
        "projection_dim": size.width,
    }
    vlm = {
        "model_type": "paligemma",
        "image_token_id": size.image_token,
        "projection_dim": size.width,
        "text_config": gemma,
        "vision_config": vision,
    }
    return PI0Config(vlm_config=vlm, dit_config=dict(gemma), **shared)


def _load(transformers: Any, config: Any, weights: str) -> nn.Module:
    folder = Path(weights).expanduser()
    source = str(folder) if folder.is_dir() else weights
    try:
        model, report = transformers.PI0ForConditionalGeneration.from_pretrained(
            source, config=config, output_loading_info=True, ignore_mismatched_sizes=True, dtype=torch.float32
        )
    except (OSError, ValueError, RuntimeError, SafetensorError) as error:
        raise WeightsError(f"policy.weights = {weights} cannot be loaded: {error}") from error
    faults = [f"{name} is missing" for name in sorted(report["missing_keys"])]
    faults += [f"{name} is unknown" for name in sorted(report["unexpected_keys"])]
    faults += [f"{name} has shape {tuple(found)}, not {tuple(own)}" for name, found, own in report["mismatched_keys"]]
    if faults:
        raise WeightsError(
            f"policy.weights = {weights} are not those of pi0 as policy.size says: {listed(faults, separator='; ')}"
        )
    return model
