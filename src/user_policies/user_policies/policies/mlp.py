"""The policy on numbers alone: it reads the true target, and declares that it does."""

from __future__ import annotations

import torch
from torch import Tensor

from user_core.errors import ConfigurationError
from user_core.spec import PRIVILEGED_GROUP, EnvironmentSpec
from user_policies.policies.actor_policy import ActorPolicy
from user_policies.policies.config import PolicyConfig
from user_policies.policies.feature_extractor import FeatureExtractor
from user_policies.policies.observation_batch import ObservationBatch
from user_policies.processing.state_input import StateInput

_FINE_CLIP = 2.0


class StateFeatures(FeatureExtractor):
    """All state groups, and the distance to the target once more on a fine scale.

    At centimetre scale alone, the last millimetres of an insertion are a change in the second decimal of one input. How
    fine is kept with the weights.
    """

    target_position: Tensor
    fine_feature_m: Tensor

    def __init__(self, *, spec: EnvironmentSpec, config: PolicyConfig) -> None:
        """Reads every group of the spec.

        Raises:
            ConfigurationError: When the state has no group `target`.
        """
        super().__init__()
        slices = spec.group_slices()
        if PRIVILEGED_GROUP not in slices:
            raise ConfigurationError(
                key="policy.name",
                value=config.name,
                allowed=f"a policy that does not read {PRIVILEGED_GROUP!r}: the environment's state has only "
                f"{', '.join(slices)} (task/target_pose was not there when it started)",
                where="the launch argument policy, or publish task/target_pose",
            )
        self.state_groups = tuple(slices)
        self._state = StateInput(spec=spec, groups=self.state_groups)
        start = slices[PRIVILEGED_GROUP].start
        self.register_buffer("target_position", torch.arange(start, start + 3), persistent=False)
        self.register_buffer("fine_feature_m", torch.tensor(config.fine_feature_m))
        self.outputs = self._state.outputs + 3

    def forward(self, observations: ObservationBatch) -> Tensor:
        """Maps states (B, S) to features (B, F); images are not looked at."""
        states = observations.states
        fine = states.index_select(-1, self.target_position) / self.fine_feature_m
        return torch.cat([self._state(states), fine.clamp(-_FINE_CLIP, _FINE_CLIP)], dim=-1)


class MlpPolicy(ActorPolicy):
    """Tanh-Gaussian on the state, `target` included."""

    def make_features(self, *, spec: EnvironmentSpec, config: PolicyConfig) -> StateFeatures:
        """Makes the scaling of the state."""
        return StateFeatures(spec=spec, config=config)
