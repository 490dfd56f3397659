"""Fits the classifier to pictures of some episodes, chooses its threshold on others, measures it on a third part."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Generator, Tensor, nn

from user_core.errors import ConfigurationError
from user_learner.reward_training.config import WHERE, RewardTrainingConfig
from user_learner.reward_training.figures import Figures, choose_threshold, measure
from user_learner.reward_training.pictures import Pictures
from user_policies.processing.augmentation import colour_noise, random_shift
from user_policies.processing.image_input import normalise_images
from user_policies.reward.card import ClassifierCard
from user_policies.reward.classifier import RewardClassifier
from user_policies.reward.network import SuccessClassifier

_LEAST_EPISODES = 6
_EVALUATION_BATCH = 512


@dataclass(frozen=True, kw_only=True, eq=False)
class Split:
    """Pictures by what they are for; no episode is in two parts."""

    training: Pictures
    validation: Pictures
    held_out: Pictures


@dataclass(frozen=True, kw_only=True, eq=False)
class Trained:
    """A classifier and how it did.

    Attributes:
        probability: (N,) of the held-out pictures.
        figures: On the held-out pictures.
    """

    classifier: RewardClassifier
    probability: NDArray[np.float64]
    figures: Figures


def split_by_episode(pictures: Pictures, *, held_out: float, seed: int) -> Split:
    """Return the parts; validation gets a quarter of what is not held out.

    Raises:
        ConfigurationError: When there are too few episodes for three parts, or a part has no success.
    """
    episodes = np.unique(pictures.episode)
    shuffled = np.random.default_rng(seed).permutation(episodes)
    kept = len(episodes) - round(held_out * len(episodes))
    validation = max(1, kept // 4)
    parts = Split(
        training=pictures.of_episodes(shuffled[validation:kept]),
        validation=pictures.of_episodes(shuffled[:validation]),
        held_out=pictures.of_episodes(shuffled[kept:]),
    )
    one_sided = [part.success.all() or not part.success.any() for part in (parts.training, parts.held_out)]
    if len(episodes) < _LEAST_EPISODES or any(one_sided):
        succeeded = len(np.unique(pictures.episode[pictures.success]))
        raise ConfigurationError(
            key="BAG",
            value=f"{len(episodes)} episodes, {succeeded} with a success",
            allowed=f"at least {_LEAST_EPISODES}, and successes among those learned from and those held out",
            where=WHERE,
        )
    return parts


def train(parts: Split, *, config: RewardTrainingConfig, say: Callable[[str], None]) -> Trained:
    """Fit, choose the threshold, measure.

    Args:
        parts: What to learn from and what to measure on.
        config: Settings.
        say: Takes a line for people after each epoch.
    """
    torch.manual_seed(config.seed)
    generator = torch.Generator().manual_seed(config.seed)
    cameras = parts.training.cameras
    network = SuccessClassifier(sizes=tuple((camera.height, camera.width) for camera in cameras))
    _fit(network, parts.training, config=config, generator=generator, say=say)
    validation = probabilities(network, parts.validation)
    threshold = choose_threshold(
        validation,
        parts.validation.success,
        false_positive_rate=config.false_positive_rate,
        recall=config.recall,
    )
    held_out = probabilities(network, parts.held_out)
    figures = measure(held_out, parts.held_out.success, threshold=threshold)
    card = ClassifierCard(
        task=parts.training.task,
        cameras=cameras,
        threshold=threshold,
        false_positive_rate=config.false_positive_rate,
        figures={
            "held_out_episodes": float(len(np.unique(parts.held_out.episode))),
            "held_out_positives": float(figures.positives),
            "held_out_negatives": float(figures.negatives),
            "precision": figures.precision,
            "recall": figures.recall,
            "false_positive_rate": figures.false_positive_rate,
            "area_under_roc": figures.area_under_roc,
        },
        data_digest=parts.training.digest,
    )
    return Trained(classifier=RewardClassifier(network=network, card=card), probability=held_out, figures=figures)


def probabilities(network: SuccessClassifier, pictures: Pictures) -> NDArray[np.float64]:
    """Return (N,) probabilities of pictures."""
    network.eval()
    parts = []
    with torch.inference_mode():
        for start in range(0, len(pictures.success), _EVALUATION_BATCH):
            rows = slice(start, start + _EVALUATION_BATCH)
            images = tuple(normalise_images(torch.from_numpy(image[rows])) for image in pictures.images)
            parts.append(torch.sigmoid(network(images)))
    return torch.cat(parts).double().numpy()


def _fit(
    network: SuccessClassifier,
    pictures: Pictures,
    *,
    config: RewardTrainingConfig,
    generator: Generator,
    say: Callable[[str], None],
) -> None:
    images = tuple(torch.from_numpy(image) for image in pictures.images)
    success = torch.from_numpy(pictures.success)
    batches = max(1, len(success) // config.batch_size)
    optimiser = torch.optim.AdamW(network.parameters(), lr=config.learning_rate, weight_decay=1e-3)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, max_lr=config.learning_rate, total_steps=config.epochs * batches
    )
    loss_of = nn.BCEWithLogitsLoss()
    for epoch in range(config.epochs):
        network.train()
        total = 0.0
        for rows in _balanced_batches(success, count=batches, size=config.batch_size, generator=generator):
            seen = tuple(_augmented(image[rows], config=config, generator=generator) for image in images)
            loss = loss_of(network(seen), success[rows].float())
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            schedule.step()
            total += float(loss.detach())
        say(f"epoch {epoch + 1} of {config.epochs}: loss {total / batches:.4f}")


def _balanced_batches(success: Tensor, *, count: int, size: int, generator: Generator) -> list[Tensor]:
    """Return rows of batches with a third of successes, however rare these are."""
    positives, negatives = torch.nonzero(success).squeeze(1), torch.nonzero(~success).squeeze(1)
    share = size // 3
    return [
        torch.cat(
            [
                positives[torch.randint(len(positives), (share,), generator=generator)],
                negatives[torch.randint(len(negatives), (size - share,), generator=generator)],
            ]
        )
        for _ in range(count)
    ]


def _augmented(images: Tensor, *, config: RewardTrainingConfig, generator: Generator) -> Tensor:
    shifted = random_shift(images, pixels=config.shift_pixels, generator=generator)
    return colour_noise(normalise_images(shifted), strength=config.colour_noise, generator=generator)
