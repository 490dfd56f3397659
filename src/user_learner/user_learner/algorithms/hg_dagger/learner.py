"""HG-DAgger: imitation of demonstrations and of a person's corrections, while they correct (arXiv:1810.02890)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Generator, Tensor
from torch.optim import Adam

from user_core.interfaces import Metrics, Tensors
from user_learner.algorithms.bc.learner import BcLearner
from user_learner.algorithms.hg_dagger import losses
from user_learner.algorithms.hg_dagger.config import HgDaggerConfig
from user_learner.algorithms.hg_dagger.doubt import DoubtEnsemble
from user_learner.algorithms.optimiser_state import optimiser_tensors, restore_optimiser
from user_learner.random_state import restore_torch_generator, torch_generator_state
from user_learner.replay.batch import Batch, Observations
from user_learner.replay.imitation_rows import ImitationRows
from user_policies.modules import load_module, module_tensors
from user_policies.policies.actor_policy import ActorPolicy
from user_policies.shared_batch import average_gradients


class HgDaggerLearner(BcLearner):
    """The update is BC's; corrections enter by the sampling rule as soon as their episode has succeeded.

    Who acts is the person's choice and never the doubt's, which is measured and reported only.
    """

    _of_any_shape = (*BcLearner._of_any_shape, "doubts", "doubt_threshold", "shares")

    def __init__(self, *, config: HgDaggerConfig, policy: ActorPolicy, seed: int = 0) -> None:
        """Makes optimisers and the ensemble of the doubt.

        Args:
            config: The hyperparameters.
            policy: Whose networks are trained, in place.
            seed: Of all noise, and of the ensemble's weights.
        """
        super().__init__(config=config, policy=policy, seed=seed)
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            self._ensemble = DoubtEnsemble(
                members=config.doubt_members,
                inputs=policy.network.features.summary_outputs,
                actions=policy.spec.action_dim,
                hidden_size=config.doubt_hidden_size,
            ).to(policy.device)
        self._ensemble_optimiser = Adam(self._ensemble.parameters(), lr=config.learning_rate)
        self._shares = Generator(device=policy.device).manual_seed(seed)
        self._doubts: list[float] = []

    def witness(self, practice: ImitationRows, *, observe: Callable[[NDArray[np.int64]], Observations]) -> Metrics:
        """Measures the doubt where a person has taken over since the last call.

        Args:
            practice: What a person did.
            observe: Returns the observations of rows.

        Returns:
            Take-overs and corrected samples so far and, once there are any, the doubt at the newest and the threshold.
        """
        metrics = {
            "take_overs": float(len(practice.take_overs)),
            "corrected_samples": float(len(practice.corrected)),
        }
        unseen = practice.take_overs[len(self._doubts) :]
        if len(unseen):
            self._doubts += self._doubt_of(observe(unseen))
        if self._doubts:
            metrics["doubt_at_take_over"] = self._doubts[-1]
            metrics["doubt_threshold"] = losses.doubt_threshold(self._doubts)
        return metrics

    def state(self) -> dict[str, NDArray[Any]]:
        """Returns what BC needs, the ensemble, and the doubts so far."""
        state = {
            **super().state(),
            **module_tensors(self._ensemble, prefix="doubt."),
            **optimiser_tensors(self._ensemble_optimiser, prefix="optimiser.doubt."),
            "doubts": np.array(self._doubts, np.float64),
            "shares": torch_generator_state(self._shares),
        }
        if self._doubts:  # before the first there is no threshold
            state["doubt_threshold"] = np.array(losses.doubt_threshold(self._doubts), np.float64)
        return state

    def restore(self, state: Tensors) -> None:
        """Undoes `state`.

        Raises:
            WeightsError: Naming the tensors that differ.
        """
        super().restore(state)
        load_module(self._ensemble, state, prefix="doubt.")
        restore_optimiser(self._ensemble_optimiser, state, prefix="optimiser.doubt.")
        restore_torch_generator(self._shares, state, name="shares")
        self._doubts = np.asarray(state["doubts"]).tolist()

    def _update_more(self, features: Tensor, *, batch: Batch, weight: Tensor) -> dict[str, float]:
        """Updates the ensemble on the first step of each chunk."""
        actions = self._heads(features)  # (M, B, A)
        shares = self._ensemble.shares(len(features), generator=self._shares, device=features.device)  # (M, B)
        loss = losses.ensemble_loss(actions, target=batch.action[:, 0].clamp(-1, 1), weight=shares * weight[:, 0])
        self._ensemble_optimiser.zero_grad()
        loss.backward()
        average_gradients(self._ensemble.parameters())
        self._ensemble_optimiser.step()
        return {"doubt_of_batch": float(losses.doubt(actions.detach()).mean())}

    def _doubt_of(self, observations: Observations) -> list[float]:
        with torch.no_grad():
            doubts: list[float] = losses.doubt(self._heads(self._encoding.evaluate(observations))).tolist()
        return doubts

    def _heads(self, features: Tensor) -> Tensor:
        """Return what each head would do first, (M, B, A), on features (B, F)."""
        actions: Tensor = self._ensemble(self._policy.network.features.summary(features))
        return actions
