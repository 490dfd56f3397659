"""One update of imitation, readable from top to bottom."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Generator, Tensor
from torch.optim import Adam

from user_core.interfaces import Metrics, Tensors
from user_learner.algorithms.bc import losses
from user_learner.algorithms.bc.config import ImitationConfig
from user_learner.algorithms.observation_encoding import make_encoding
from user_learner.algorithms.optimiser_state import optimiser_tensors, restore_optimiser
from user_learner.algorithms.precision import autocast
from user_learner.random_state import restore_torch_generator, torch_generator_state
from user_learner.replay.batch import Batch
from user_learner.replay.sampling import CorrectionSampling, SamplingRule
from user_policies.policies.actor_policy import ActorPolicy
from user_policies.shared_batch import average_gradients, mean_over_processes
from user_policies.tensors import check_tensors, under, without


class BcLearner:
    """An optimiser around a policy's networks: any policy, by its actor's own imitation loss."""

    needs_demonstrations = True
    _of_any_shape: tuple[str, ...] = ("optimiser.", "generator")
    """How the names of those tensors of its state begin that may be missing, grow, or be another device's."""

    def __init__(self, *, config: ImitationConfig, policy: ActorPolicy, seed: int = 0) -> None:
        """Makes the optimiser.

        Args:
            config: The hyperparameters.
            policy: Whose networks are trained, in place.
            seed: Of the noise, where the loss has any.
        """
        self._config = config
        self._policy = policy
        self._actor = policy.network.actor
        self._generator = Generator(device=policy.device).manual_seed(seed)
        self._encoding = make_encoding(
            policy.network.features, shift_pixels=config.shift_pixels, generator=self._generator
        )
        self._trained: list[Tensor] = [*self._actor.parameters(), *self._encoding.parameters()]
        self._optimiser = Adam(self._trained, lr=config.learning_rate, fused=True)
        self.updates = 0

    def sampling_rule(self) -> SamplingRule:
        """Returns demonstrations, and corrections where there are any."""
        return CorrectionSampling(demonstration_share=self._config.demonstration_share)

    def update(self, batch: Batch) -> Metrics:
        """Does one update of actor, trained encoder and average; returns the loss and what it was made from."""
        step_size = self._set_learning_rate()
        self._optimiser.zero_grad()
        weight = losses.imitated_steps(batch)  # (B, H)
        loss, features = self._accumulate_gradients(batch, weight=weight)
        average_gradients(self._trained)
        self._optimiser.step()
        self._policy.update_average(self._config.average_rate)
        self.updates += 1
        return {
            "imitation_loss": loss,
            "learning_rate": step_size,
            "corrections_in_batch": 1.0 - float(batch.is_demonstration.float().mean()),
            **self._update_more(features, batch=batch, weight=weight),
        }

    def weights(self) -> Tensors:
        """Returns what the policy needs."""
        return self._policy.weights()

    def state(self) -> dict[str, NDArray[Any]]:
        """Returns everything that a checkpoint needs: networks, optimiser, noise, counter."""
        return {
            **{f"policy.{name}": value for name, value in self._policy.weights().items()},
            **optimiser_tensors(self._optimiser, prefix="optimiser.imitation."),
            "generator": torch_generator_state(self._generator),
            "updates": np.array(self.updates, np.int64),
        }

    def restore(self, state: Tensors) -> None:
        """Undoes `state`.

        Raises:
            WeightsError: Naming the tensors that differ.
        """
        expected = without(self._of_any_shape, self.state())
        check_tensors(without(self._of_any_shape, state), expected=expected, what="the learner's checkpoint")
        self._policy.load(under("policy.", state))
        restore_optimiser(self._optimiser, state, prefix="optimiser.imitation.")
        restore_torch_generator(self._generator, state, name="generator")
        self.updates = int(state["updates"])

    def _accumulate_gradients(self, batch: Batch, *, weight: Tensor) -> tuple[float, Tensor]:
        """Adds up the gradients of a batch part by part; returns its loss, and its features (B, F)."""
        size = -(-len(batch) // self._config.micro_batches)
        total = mean_over_processes(weight.sum()).clamp(min=torch.finfo(weight.dtype).tiny)
        features, loss = [], 0.0
        for start in range(0, len(batch), size):
            rows = slice(start, start + size)
            part, part_weight = batch.rows(rows), weight[rows]
            share = mean_over_processes(part_weight.sum()) / total
            with autocast(self._config, self._policy.device):
                features.append(self._encoding.features(part.observation))
                part_loss = share * self._actor.imitation_loss(
                    features[-1], chunk=part.action.clamp(-1, 1), weight=part_weight, generator=self._generator
                )
            part_loss.backward()
            loss += float(part_loss.detach())
        return loss, torch.cat([part.detach().to(torch.float32) for part in features])

    def _update_more(self, features: Tensor, *, batch: Batch, weight: Tensor) -> dict[str, float]:
        """Does what a derived algorithm adds to an update, on features (B, F) and weights (B, H); BC adds nothing."""
        return {}

    def _set_learning_rate(self) -> float:
        step_size = losses.learning_rate(
            self.updates,
            peak=self._config.learning_rate,
            warm_up=self._config.warm_up_updates,
            cosine=self._config.cosine_updates,
        )
        for group in self._optimiser.param_groups:
            group["lr"] = step_size
        return step_size
