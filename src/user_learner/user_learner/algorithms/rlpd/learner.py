"""RLPD: soft actor-critic on batches that are half demonstrations (arXiv:2302.02948)."""

from __future__ import annotations

from torch import Tensor

from user_learner.algorithms.rlpd.config import RlpdConfig
from user_learner.algorithms.rlpd.losses import cloning_loss
from user_learner.algorithms.sac.learner import SacLearner
from user_learner.replay.batch import Batch
from user_learner.replay.sampling import SamplingRule, SymmetricSampling
from user_policies.policies.actor_policy import ActorPolicy


class RlpdLearner(SacLearner):
    """The update is SAC's; demonstrations enter by the sampling rule, so that none is ever forgotten.

    With `cloning_weight` they also hold the actor, so that practice that begins with an imitated actor does not first
    unlearn it.
    """

    needs_demonstrations = True

    def __init__(self, *, config: RlpdConfig, policy: ActorPolicy, seed: int = 0) -> None:
        """Makes critics and optimisers.

        Args:
            config: The hyperparameters.
            policy: Whose networks are trained, in place.
            seed: Of the critics' weights and of all noise.
        """
        super().__init__(config=config, policy=policy, seed=seed)
        self._cloning_weight = config.cloning_weight

    def sampling_rule(self) -> SamplingRule:
        """Returns half training, half demonstrations."""
        return SymmetricSampling()

    def _actor_extra_loss(self, *, batch: Batch, features: Tensor) -> Tensor | None:
        if self._cloning_weight == 0:
            return None
        return self._cloning_weight * cloning_loss(
            self._network.actor, features=features, batch=batch, generator=self._generator
        )
