"""One update of soft actor-critic, readable from top to bottom."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Generator, Tensor
from torch.optim import Adam

from user_core.interfaces import Metrics, Tensors
from user_learner.algorithms.observation_encoding import make_encoding
from user_learner.algorithms.optimiser_state import optimiser_tensors, restore_optimiser
from user_learner.algorithms.precision import autocast
from user_learner.algorithms.sac import losses
from user_learner.algorithms.sac.config import SacConfig
from user_learner.algorithms.temperature import Temperature
from user_learner.random_state import restore_torch_generator, torch_generator_state
from user_learner.replay.batch import Batch
from user_learner.replay.sampling import OnlineSampling, SamplingRule
from user_policies.modules import load_module, module_tensors
from user_policies.networks.critic_ensemble import CriticEnsemble
from user_policies.policies.actor_policy import ActorPolicy
from user_policies.shared_batch import average_gradients
from user_policies.tensors import check_tensors, under, without

_OF_ANY_SHAPE = ("optimiser.", "generator")
"""How the names of those tensors of its state begin that may be missing, or another device's."""


class SacLearner:
    """Critics, their targets, temperature and optimisers around a policy's networks.

    Every `actor_period`-th update also steps actor, temperature and the average of the weights; no optimiser is
    stepped in an update that has no loss for it.
    """

    needs_demonstrations = False

    def __init__(self, *, config: SacConfig, policy: ActorPolicy, seed: int = 0) -> None:
        """Makes critics and optimisers.

        Args:
            config: The hyperparameters.
            policy: Whose networks are trained, in place.
            seed: Of the critics' weights and of all noise.
        """
        self._config = config
        self._policy = policy
        self._network = policy.network
        self._target_entropy = self._make_target_entropy()
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            self._critic = CriticEnsemble(
                members=config.critics,
                features=self._network.features.outputs,
                actions=self._network.actor.horizon * policy.spec.action_dim,
                hidden_sizes=config.critic_hidden_sizes,
            ).to(policy.device)
        self._target_critic = copy.deepcopy(self._critic).requires_grad_(False)
        self._temperature = Temperature(initial=config.initial_temperature).to(policy.device)
        self._generator = Generator(device=policy.device).manual_seed(seed)
        self._encoding = make_encoding(
            self._network.features, shift_pixels=config.shift_pixels, generator=self._generator
        )
        self._target_encoder = self._encoding.make_target()
        self._critic_parameters: list[Tensor] = [*self._critic.parameters(), *self._encoding.parameters()]
        self._target_parameters: list[Tensor] = [*self._target_critic.parameters(), *self._target_encoder.parameters()]
        self._critic_optimiser = Adam(self._critic_parameters, lr=config.critic_learning_rate, fused=True)
        self._actor_optimiser = Adam(self._network.actor.parameters(), lr=config.actor_learning_rate, fused=True)
        self._temperature_optimiser = Adam(self._temperature.parameters(), lr=config.temperature_learning_rate)
        self.updates = 0

    def sampling_rule(self) -> SamplingRule:
        """Returns where batches come from."""
        return OnlineSampling()

    def update(self, batch: Batch) -> Metrics:
        """Does one critic update, and in its phase one of actor, temperature and averages.

        Returns:
            Losses, values, entropy and temperature; those of the actor only in its phase.
        """
        if self.updates == 0:  # pretraining may have moved the encoder since
            self._target_encoder.load_state_dict(self._encoding.make_target().state_dict())
        with self._autocast():
            features = _widened(self._encoding.features(batch.observation))  # (B, F)
        metrics = self._update_critic(batch, features)
        self.updates += 1
        if self.updates > self._config.actor_start_updates and self.updates % self._config.actor_period == 0:
            metrics |= self._update_actor(batch, features.detach())
        return metrics

    def weights(self) -> Tensors:
        """Returns what the policy needs."""
        return self._policy.weights()

    def state(self) -> dict[str, NDArray[Any]]:
        """Returns everything that a checkpoint needs: all networks, optimisers, temperature, noise, counter."""
        return {
            **{f"policy.{name}": value for name, value in self._policy.weights().items()},
            **module_tensors(self._critic, prefix="critic."),
            **module_tensors(self._target_critic, prefix="target_critic."),
            **module_tensors(self._target_encoder, prefix="target_encoder."),
            **module_tensors(self._temperature, prefix="temperature."),
            **optimiser_tensors(self._critic_optimiser, prefix="optimiser.critic."),
            **optimiser_tensors(self._actor_optimiser, prefix="optimiser.actor."),
            **optimiser_tensors(self._temperature_optimiser, prefix="optimiser.temperature."),
            "generator": torch_generator_state(self._generator),
            "updates": np.array(self.updates, np.int64),
        }

    def restore(self, state: Tensors) -> None:
        """Undoes `state`.

        Raises:
            WeightsError: Naming the tensors that differ.
        """
        given = without(_OF_ANY_SHAPE, state)
        check_tensors(given, expected=without(_OF_ANY_SHAPE, self.state()), what="the learner's checkpoint")
        self._policy.load(under("policy.", given))
        load_module(self._critic, given, prefix="critic.")
        load_module(self._target_critic, given, prefix="target_critic.")
        load_module(self._target_encoder, given, prefix="target_encoder.")
        load_module(self._temperature, given, prefix="temperature.")
        restore_optimiser(self._critic_optimiser, state, prefix="optimiser.critic.")
        restore_optimiser(self._actor_optimiser, state, prefix="optimiser.actor.")
        restore_optimiser(self._temperature_optimiser, state, prefix="optimiser.temperature.")
        restore_torch_generator(self._generator, state, name="generator")
        self.updates = int(state["updates"])

    def _actor_extra_loss(self, *, batch: Batch, features: Tensor) -> Tensor | None:
        """Returns what a derived algorithm adds to the actor's loss; SAC adds nothing.

        Args:
            batch: The batch.
            features: (B, F) of its observations.
        """
        return None

    def _make_target_entropy(self) -> float:
        """Returns the entropy of `sample` that the temperature aims at, in nats."""
        return self._network.actor.horizon * self._config.target_entropy

    def _update_critic(self, batch: Batch, features: Tensor) -> dict[str, float]:
        with torch.no_grad():
            with self._autocast():
                next_features, target_features = self._encoding.next_features(
                    batch.next_observation, target=self._target_encoder
                )
            next_action, log_density = self._network.actor.sample(_widened(next_features), self._generator)
            next_values = self._values(self._target_critic, target_features, next_action)  # (N, B)
            next_value = losses.subset_minimum(next_values, members=self._random_members())
            if self._config.entropy_in_backup:
                next_value = losses.soft_value(
                    value=next_value, log_density=log_density, temperature=self._temperature()
                )
            target = losses.value_target(
                reward=batch.reward,
                bootstrap=batch.bootstrap,
                next_value=next_value,
                largest=self._config.largest_return,
            )
        values = self._values(self._critic, features, batch.action)  # (N, B)
        loss = losses.critic_loss(values=values, target=target, weight=losses.valued_samples(batch))
        self._critic_optimiser.zero_grad()
        loss.backward()
        average_gradients(self._critic_parameters)
        self._critic_optimiser.step()
        with torch.no_grad():
            torch._foreach_lerp_(self._target_parameters, self._critic_parameters, self._config.tau)
        return {
            "critic_loss": float(loss.detach()),
            "q_mean": float(values.detach().mean()),
            "target_q_mean": float(target.mean()),
        }

    def _update_actor(self, batch: Batch, features: Tensor) -> dict[str, float]:
        action, log_density = self._network.actor.sample(features, self._generator)  # (B, H, A), (B,)
        temperature = self._temperature()
        self._critic.requires_grad_(False)
        values = self._values(self._critic, features, action)  # (N, B)
        actor_loss = losses.actor_loss(values=values, log_density=log_density, temperature=temperature)
        extra = self._actor_extra_loss(batch=batch, features=features)
        if extra is not None:
            actor_loss = actor_loss + extra
        self._critic.requires_grad_(True)
        self._actor_optimiser.zero_grad()
        actor_loss.backward()
        average_gradients(self._network.actor.parameters())
        self._actor_optimiser.step()
        temperature_loss = losses.temperature_loss(
            temperature=temperature, log_density=log_density, target_entropy=self._target_entropy
        )
        self._temperature_optimiser.zero_grad()
        temperature_loss.backward()
        average_gradients(self._temperature.parameters())
        self._temperature_optimiser.step()
        self._policy.update_average(self._config.average_rate)
        return {
            "actor_loss": float(actor_loss.detach()),
            "entropy": -float(log_density.detach().mean()),
            "temperature": float(temperature.detach()),
        }

    def _values(self, critic: CriticEnsemble, features: Tensor, action: Tensor) -> Tensor:
        """Return the values (N, B) of chunks (B, H, A)."""
        with self._autocast():
            values: Tensor = critic(features, action.flatten(1))
        return values

    def _autocast(self) -> torch.autocast:
        return autocast(self._config, self._policy.device)

    def _random_members(self) -> Tensor:
        order = torch.randperm(self._config.critics, generator=self._generator, device=self._policy.device)
        return order[: self._config.critic_subset]


def _widened(features: Tensor) -> Tensor:
    """Return what half precision computed as float32: densities are not for it."""
    return features.float() if features.dtype is torch.bfloat16 else features
