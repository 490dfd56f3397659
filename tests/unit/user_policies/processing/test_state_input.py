from __future__ import annotations

import numpy as np
import torch

from tests.support.learning_records import make_observation, small_spec
from user_policies.processing.image_input import normalise_images
from user_policies.processing.state_input import StateInput


def test_scaling_is_that_of_the_spec() -> None:
    spec = small_spec()
    groups = ("tcp_force", "tcp_pose")
    state = make_observation(spec).state
    scaled = StateInput(spec=spec, groups=groups)(torch.from_numpy(state)[None])
    np.testing.assert_allclose(scaled[0].numpy(), spec.normalise(state, groups), rtol=1e-5, atol=1e-6)


def test_nothing_of_the_scaling_is_a_weight() -> None:
    assert StateInput(spec=small_spec(), groups=("tcp_pose",)).state_dict() == {}


def test_images_become_channels_first_and_centred() -> None:
    images = torch.zeros(1, 2, 3, 3, dtype=torch.uint8)
    images[0, 1, 2] = torch.tensor([255, 0, 0], dtype=torch.uint8)
    normalised = normalise_images(images)
    assert normalised.shape == (1, 3, 2, 3)
    torch.testing.assert_close(normalised[0, 0, 1, 2], torch.tensor((1 - 0.45) / 0.25))
    torch.testing.assert_close(normalised[0, 1, 1, 2], torch.tensor(-0.45 / 0.25))
