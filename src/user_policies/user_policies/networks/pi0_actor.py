"""pi0 as an actor: images, state and instruction, laid flat, to action chunks by flow matching."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

import torch
from torch import Generator, Tensor, nn
from torch.nn import functional

from user_policies.networks.actor import Actor, weighted_mean
from user_policies.networks.flow_config import FlowConfig
from user_policies.networks.frozen_base import copy_on_base
from user_policies.networks.pi0_model import PADDED
from user_policies.networks.real_time_chunking import PrefixBatch, guided_velocity
from user_policies.processing.flat_layout import FlatLayout
from user_policies.processing.instruction_words import PADDING
from user_policies.shared_batch import of_whole_batch, standard_normal


class Pi0Actor(Actor):
    """Velocity v(x, t) with x_t = t noise + (1 - t) chunk, followed from t = 1 to 0 (arXiv:2410.24164, section IV)."""

    kind = "pi0"

    def __init__(
        self, *, model: nn.Module, layout: FlatLayout, image_token: int, horizon: int, actions: int, flow: FlowConfig
    ) -> None:
        """Takes a copy of a model on the same base.

        Args:
            model: As `make_pi0` returns it.
            layout: Of the features: pixels (C, 3, S, S), state (32,), words (L,) as shares of `image_token`.
            image_token: Token number that stands for a patch of an image, above all words.
            horizon: H, steps in a chunk.
            actions: A, action axes; the model's further ones are padding.
            flow: Its Euler steps from noise to chunk, and what a deterministic chunk begins from.
        """
        super().__init__(horizon=horizon, actions=actions)
        # None of the model's tensors has the shape of a chunk: by this one, weights for another are refused.
        self.register_buffer("chunk_shape", torch.zeros(horizon, actions))
        self.model: Any = copy_on_base(model)
        self._layout = layout
        self._image_token = image_token
        self._steps = flow.steps
        self._mode_from = flow.mode_from
        config: Any = self.model.config
        vision = config.vlm_config.vision_config
        cameras = layout.shapes["pixels"][0]
        self._image_tokens = cameras * (vision.image_size // vision.patch_size) ** 2

    def __deepcopy__(self, memo: dict[int, Any]) -> Pi0Actor:
        """Copies what trains; the base is one for all."""
        duplicate = copy.copy(self)
        memo[id(self)] = duplicate
        duplicate._modules = {"model": copy_on_base(self.model)}
        return duplicate

    def sample(self, features: Tensor, generator: Generator | None = None) -> tuple[Tensor, Tensor]:
        """Draws chunks (B, H, A); how likely they were is not known, NaN (B,)."""
        chunk = self.follow(features, start=self._noise(features, generator))
        return chunk, features.new_full((len(features),), float("nan"))

    def mode(self, features: Tensor, generator: Generator | None = None) -> Tensor:
        """Returns the chunks (B, H, A) at the end of the path that begins as `policy.flow.mode_from` says."""
        return self.follow(features, start=self._start_of_mode(features, generator))

    def continue_chunk(
        self, features: Tensor, *, prefix: PrefixBatch, deterministic: bool, generator: Generator | None = None
    ) -> Tensor:
        """Returns the chunks (B, H, A) at the end of a path that is guided towards those before them."""
        start = self._start_of_mode(features, generator) if deterministic else self._noise(features, generator)
        return self.follow(features, start=start, prefix=prefix)

    @torch.no_grad()
    def follow(self, features: Tensor, *, start: Tensor, prefix: PrefixBatch | None = None) -> Tensor:
        """Returns the chunks (B, H, A) that noise (B, H, 32) becomes, clipped to [-1, 1].

        Args:
            features: (B, F).
            start: (B, H, 32) where the paths begin.
            prefix: What they are guided to continue, see `real_time_chunking`, whose time is 1 - t.
        """
        inputs = self.model_inputs(features)
        mask, state = inputs["attention_mask"], inputs["state"]
        read = self._read(inputs)
        length = read.get_seq_length()
        point, padding = start.split([self.actions, PADDED - self.actions], dim=-1)
        for step in range(self._steps):
            done = step / self._steps

            def velocity(noisy: Tensor, done: float = done) -> Tensor:
                # The padding's clean value is 0, so its path is known, and nothing is asked of what was never trained.
                noise = torch.cat([noisy, padding * (1.0 - done)], dim=-1)
                time = features.new_full((len(features),), 1.0 - done)
                answer = self.model(state=state, noise=noise, timestep=time, attention_mask=mask, past_key_values=read)
                read.crop(length - read.get_seq_length())  # no Euler step attends to the one before it
                towards_noise: Tensor = answer.logits[..., : self.actions]
                return -towards_noise

            moved = velocity(point) if prefix is None else guided_velocity(velocity, point, time=done, prefix=prefix)
            point = point + moved / self._steps
        return point.clamp(-1.0, 1.0)

    def imitation_loss(
        self, features: Tensor, *, chunk: Tensor, weight: Tensor, generator: Generator | None = None
    ) -> Tensor:
        """Returns the flow-matching error of the velocity, over the arm's own axes (arXiv:2410.24164, equation 1)."""
        noise = standard_normal((len(chunk), self.horizon, PADDED), like=chunk, generator=generator)
        uniform = of_whole_batch(
            lambda rows: torch.rand(rows, generator=generator, device=chunk.device, dtype=chunk.dtype), rows=len(chunk)
        )
        time = 0.999 * uniform.pow(1.0 / 1.5) + 0.001  # Beta(1.5, 1), by the inverse of its distribution function
        padded = functional.pad(chunk, (0, PADDED - self.actions))
        errors: Tensor = self.model(noise=noise, timestep=time, actions=padded, **self.model_inputs(features)).loss
        return weighted_mean(errors[..., : self.actions], weight=weight)

    def _start_of_mode(self, features: Tensor, generator: Generator | None) -> Tensor:
        if self._mode_from == "sample":
            return self._noise(features, generator)
        return features.new_zeros(len(features), self.horizon, PADDED)

    def _noise(self, features: Tensor, generator: Generator | None) -> Tensor:
        return standard_normal((len(features), self.horizon, PADDED), like=features, generator=generator)

    def _read(self, inputs: Mapping[str, Tensor]) -> Any:
        """Run the vision-language model over images and words: the keys and values that every Euler step reads."""
        core: Any = self.model.model
        mask = inputs["attention_mask"]
        embedded = core.embed_prefix(inputs["input_ids"], inputs["pixel_values"], inputs["pixel_attention_mask"])
        return core.vlm(
            inputs_embeds=embedded,
            attention_mask=mask,
            position_ids=mask.cumsum(-1) - 1,
            token_type_ids=torch.zeros_like(mask),
            use_cache=True,
        ).past_key_values

    def model_inputs(self, features: Tensor) -> dict[str, Tensor]:
        """Returns what the model is called with, by its own names, out of features (B, F)."""
        parts = self._layout.unpack(features)
        words = (parts["words"] * self._image_token).round().long()  # (B, L)
        patches = words.new_full((len(words), self._image_tokens), self._image_token)
        tokens = torch.cat([patches, words], dim=1)
        pixels = parts["pixels"]  # (B, C, 3, S, S)
        return {
            "state": parts["state"],
            "input_ids": tokens,
            "attention_mask": (tokens != PADDING).long(),
            "pixel_values": pixels,
            "pixel_attention_mask": torch.ones(pixels.shape[:2], dtype=torch.bool, device=pixels.device),
        }
