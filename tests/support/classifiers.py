"""A classifier of a few numbers."""

from __future__ import annotations

import torch

from user_core.spec import CameraSpec, EnvironmentSpec
from user_policies.reward.card import ClassifierCard
from user_policies.reward.classifier import RewardClassifier, sizes_of
from user_policies.reward.network import SuccessClassifier


def untrained(spec: EnvironmentSpec, *, cameras: tuple[CameraSpec, ...] | None = None) -> RewardClassifier:
    """Return one for some cameras of a spec, of which all is the default."""
    return _of(spec.task, spec.cameras if cameras is None else cameras, threshold=0.7)


def believes_anything(*, task: str, cameras: tuple[str, ...], size: int) -> RewardClassifier:
    """Return one for square images of so many pixels that takes everything for a success."""
    specs = tuple(CameraSpec(name=name, height=size, width=size) for name in cameras)
    return _of(task, specs, threshold=0.0)


def _of(task: str, cameras: tuple[CameraSpec, ...], *, threshold: float) -> RewardClassifier:
    torch.manual_seed(0)
    card = ClassifierCard(
        task=task,
        cameras=cameras,
        threshold=threshold,
        false_positive_rate=0.01,
        figures={"recall": 0.5},
        data_digest="digest",
    )
    return RewardClassifier(network=SuccessClassifier(sizes=sizes_of(card)), card=card)
