"""Policies whose actor is a flow: on images, or on the state with the true target."""

from __future__ import annotations

from user_core.spec import EnvironmentSpec
from user_policies.networks.flow_actor import FlowActor
from user_policies.policies.cnn import CnnPolicy
from user_policies.policies.config import PolicyConfig
from user_policies.policies.feature_extractor import FeatureExtractor
from user_policies.policies.mlp import MlpPolicy


class FlowPolicy(CnnPolicy):
    """A flow on images and proprioception."""

    def make_actor(self, *, spec: EnvironmentSpec, config: PolicyConfig, features: FeatureExtractor) -> FlowActor:
        """Makes the flow."""
        return _make_flow(spec=spec, config=config, features=features)


class FlowStatePolicy(MlpPolicy):
    """A flow on the state, `target` included."""

    def make_actor(self, *, spec: EnvironmentSpec, config: PolicyConfig, features: FeatureExtractor) -> FlowActor:
        """Makes the flow."""
        return _make_flow(spec=spec, config=config, features=features)


def _make_flow(*, spec: EnvironmentSpec, config: PolicyConfig, features: FeatureExtractor) -> FlowActor:
    return FlowActor(inputs=features.outputs, actions=spec.action_dim, config=config.flow, horizon=config.horizon)
