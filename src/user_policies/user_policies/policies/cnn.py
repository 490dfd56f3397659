"""The policy on camera images and proprioception: it never reads the true target."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import torch
from torch import Tensor, nn

from user_core.errors import ConfigurationError
from user_core.spec import PRIVILEGED_GROUP, CameraSpec, EnvironmentSpec
from user_policies.networks.resnet10 import ResNet10Encoder
from user_policies.networks.resnet18 import ResNet18Encoder, read_resnet18
from user_policies.networks.small_encoder import SmallEncoder
from user_policies.policies.actor_policy import ActorPolicy
from user_policies.policies.config import FROZEN_ENCODERS, PolicyConfig
from user_policies.policies.feature_extractor import FeatureExtractor
from user_policies.policies.observation_batch import ObservationBatch
from user_policies.processing.image_input import normalise_images
from user_policies.processing.state_input import StateInput

_FINE_CLIP = 2.0
_GOAL_HIDDEN = 64


class ImageFeatures(FeatureExtractor):
    """Proprioception, an encoder per camera, and where the encoders think the goal is.

    The goal head is trained in pretraining on a hindsight label: the tool's way to where *this* demonstration next
    closed or opened the gripper, else ended. Its prediction is a feature, coarse and fine, because insertion is decided
    by the last millimetres. How fine is kept with the weights.
    """

    reads_images = True
    goal_fine_gain: Tensor

    def __init__(self, *, spec: EnvironmentSpec, config: PolicyConfig) -> None:
        """Reads every group of the spec but the privileged one, and every camera.

        Raises:
            ConfigurationError: When the environment has no camera.
        """
        super().__init__()
        if not spec.cameras:
            raise ConfigurationError(
                key="policy.name",
                value=config.name,
                allowed="a policy without cameras: the environment has none",
                where="the launch argument policy, or the cameras in the robot's params file",
            )
        self.state_groups = tuple(group.name for group in spec.state_groups if group.name != PRIVILEGED_GROUP)
        self._state = StateInput(spec=spec, groups=self.state_groups)
        self.encoders = nn.ModuleList(_make_encoders(spec.cameras, config))
        self.trained_end_to_end = config.encoder not in FROZEN_ENCODERS
        encoded = self._state.outputs + config.encoder_outputs * len(spec.cameras)
        self.goal_axes = config.goal_axes
        self.goal_scale = config.goal_scale
        self.register_buffer("goal_fine_gain", torch.tensor(config.goal_fine_gain))
        self.goal_head = nn.Sequential(
            nn.Linear(encoded, _GOAL_HIDDEN), nn.ReLU(), nn.Linear(_GOAL_HIDDEN, len(config.goal_axes))
        )
        self.outputs = encoded + 2 * len(config.goal_axes)

    def forward(self, observations: ObservationBatch) -> Tensor:
        """Maps states (B, S) and uint8 images, one (B, H, W, 3) per camera, to features (B, F)."""
        return self.from_normalised(observations, [normalise_images(image) for image in observations.images])

    def from_normalised(self, observations: ObservationBatch, images: Sequence[Tensor]) -> Tensor:
        """Does the same with images (B, 3, H, W) that are normalised, and augmented, already."""
        views = [encoder(image) for encoder, image in zip(self.encoders, images, strict=True)]
        encoded = torch.cat([self._state(observations.states), *views], dim=-1)
        goal = self.goal_head(encoded)  # (B, G)
        return torch.cat([encoded, goal, (self.goal_fine_gain * goal).clamp(-_FINE_CLIP, _FINE_CLIP)], dim=-1)

    def goal_of(self, features: Tensor) -> Tensor:
        """Returns the predicted distance to the goal (B, G), in units of `goal_scale`, out of features (B, F)."""
        goals = len(self.goal_axes)
        return features[..., self.outputs - 2 * goals : self.outputs - goals]


class CnnPolicy(ActorPolicy):
    """Tanh-Gaussian on images and proprioception."""

    def make_features(self, *, spec: EnvironmentSpec, config: PolicyConfig) -> ImageFeatures:
        """Makes the encoders."""
        return ImageFeatures(spec=spec, config=config)


def _make_encoders(cameras: Sequence[CameraSpec], config: PolicyConfig) -> list[nn.Module]:
    outputs = config.encoder_outputs
    if config.encoder == "resnet10":
        return [ResNet10Encoder(height=one.height, width=one.width, outputs=outputs) for one in cameras]
    if config.encoder == "resnet18":
        backbone = read_resnet18(Path(config.encoder_weights).expanduser())
        return [
            ResNet18Encoder(backbone=backbone, height=one.height, width=one.width, outputs=outputs) for one in cameras
        ]
    return [SmallEncoder(outputs=outputs) for _ in cameras]
