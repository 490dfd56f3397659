"""A trained classifier as a file and as a function of images."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import safetensors
import torch
from safetensors.numpy import save
from torch import Tensor

from user_core.errors import WeightsError
from user_core.run import write_atomically
from user_core.spec import EnvironmentSpec
from user_core.types import ImageArray
from user_policies.modules import load_module, module_tensors
from user_policies.processing.image_input import normalise_images
from user_policies.reward.card import ClassifierCard
from user_policies.reward.network import SuccessClassifier
from user_policies.tensors import check_tensors, tensors_digest

_CARD = "classifier"
_HINT = "make one with ./user train_reward, and name it with reward_model:="


class RewardClassifier:
    """Weights and what they are for.

    Args:
        network: Trained.
        card: Its description.
    """

    def __init__(self, *, network: SuccessClassifier, card: ClassifierCard) -> None:
        self.network = network.eval()
        self.card = card
        self.sha256 = tensors_digest(module_tensors(network, prefix=""))

    @classmethod
    def load(cls, path: Path) -> RewardClassifier:
        """Read a file of `save`; no code in it is ever run.

        Raises:
            WeightsError: When there is none, or it is something else.
        """
        try:
            with safetensors.safe_open(path, framework="numpy") as file:
                text = (file.metadata() or {}).get(_CARD, "")
                tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 - it is no mapping
        except (OSError, safetensors.SafetensorError) as error:
            raise WeightsError(f"the classifier {path} cannot be read: {error}; {_HINT}") from error
        if not text:
            raise WeightsError(f"{path} holds weights, but no classifier of a reward; {_HINT}")
        card = ClassifierCard.from_json(text)
        network = SuccessClassifier(sizes=sizes_of(card))
        check_tensors(tensors, expected=module_tensors(network, prefix=""), what=f"the classifier {path}")
        load_module(network, tensors, prefix="")
        return cls(network=network, card=card)

    def save(self, path: Path) -> None:
        """Write weights and card as one safetensors file."""
        tensors = module_tensors(self.network, prefix="")
        write_atomically(path, save(tensors, metadata={_CARD: self.card.to_json()}))

    def select(self, spec: EnvironmentSpec) -> tuple[int, ...]:
        """Return which images of an observation it looks at.

        Raises:
            WeightsError: When it was trained for another task or other cameras.
        """
        if mismatch := self.card.mismatch(spec):
            raise WeightsError(f"{mismatch}: train another with ./user train_reward, or change cameras.*")
        return tuple(spec.cameras.index(camera) for camera in self.card.cameras)

    def probability(self, images: Sequence[ImageArray]) -> float:
        """Return the probability that one (H, W, 3) picture per camera of the card shows a success."""
        return float(self.probabilities(tuple(torch.from_numpy(image.copy())[None] for image in images))[0])

    def probabilities(self, images: tuple[Tensor, ...]) -> Tensor:
        """Return (B,) probabilities for one (B, H, W, 3) uint8 tensor per camera of the card."""
        with torch.inference_mode():
            logits = self.network(tuple(normalise_images(image) for image in images))
            return torch.sigmoid(logits)


def sizes_of(card: ClassifierCard) -> tuple[tuple[int, int], ...]:
    """Return (height, width) of each camera."""
    return tuple((camera.height, camera.width) for camera in card.cameras)
