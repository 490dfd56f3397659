"""SAC-Flow: RLPD's update for an actor that is a flow (arXiv:2509.25756)."""

from __future__ import annotations

from user_learner.algorithms.rlpd.learner import RlpdLearner
from user_learner.algorithms.sac_flow.losses import noise_entropy
from user_policies.networks.flow_actor import FlowActor


class SacFlowLearner(RlpdLearner):
    """The gradient of the critics goes through all Euler steps of a noisy path, whose density is the path's.

    Imitation, in pretraining and beside the critics, is flow matching: the actor's own.
    """

    def _make_target_entropy(self) -> float:
        actor = self._network.actor
        if not isinstance(actor, FlowActor):
            raise TypeError(f"SAC-Flow trains a FlowActor, not a {type(actor).__name__}")
        noise = noise_entropy(
            steps=actor.config.steps,
            noise_std=actor.config.noise_std,
            dimension=actor.horizon * actor.actions,
        )
        return noise + super()._make_target_entropy()
