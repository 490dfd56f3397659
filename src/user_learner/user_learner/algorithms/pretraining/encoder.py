"""The encoder, pretrained: it must tell what the demonstrator did, and where that was going."""

from __future__ import annotations

import numpy as np
import torch
from torch import Generator, Tensor
from torch.nn import functional
from torch.optim import AdamW
from torch.optim.lr_scheduler import CosineAnnealingLR

from user_learner.algorithms.pretraining.config import PretrainingConfig
from user_learner.algorithms.pretraining.demonstrations import Demonstrations
from user_learner.algorithms.pretraining.progress import Progress
from user_learner.replay.memory import SamplingMemory
from user_learner.replay.observations import observations_of
from user_policies.networks.actor import Actor
from user_policies.networks.shared_dropout import dropout_from
from user_policies.policies.cnn import ImageFeatures
from user_policies.processing.augmentation import colour_noise, random_shift
from user_policies.processing.image_input import normalise_images


def pretrain_encoder(
    extractor: ImageFeatures,
    *,
    actor: Actor,
    memory: SamplingMemory,
    demonstrations: Demonstrations,
    config: PretrainingConfig,
    seed: int,
    device: torch.device,
    progress: Progress,
) -> None:
    """Trains encoders, goal head and actor in place, on augmented images.

    The actor predicts the action, so that the features hold what acting needs; the goal head predicts the way to
    where the tool was going, which imitation alone resolves too coarsely for insertion.

    Args:
        extractor: What is trained.
        actor: Reads its features; imitation goes on with it on features that are then frozen.
        memory: Where states and frames are.
        demonstrations: Rows and labels.
        config: Updates, augmentation, step size.
        seed: Of batches and augmentation.
        device: Where to compute.
        progress: Reports, and stops.

    Raises:
        PretrainingStopped: When asked to stop.
    """
    rows = np.random.default_rng(seed)
    generator = Generator(device=device).manual_seed(seed)
    optimiser = AdamW([*extractor.parameters(), *actor.parameters()], lr=config.encoder_learning_rate)
    schedule = CosineAnnealingLR(optimiser, T_max=max(1, config.encoder_updates))
    extractor.train()
    for update in range(config.encoder_updates):
        progress.at(what="encoder", update=update, updates=config.encoder_updates)
        picked = rows.integers(len(demonstrations.rows), size=config.encoder_batch_size)
        seen = observations_of(memory, demonstrations.rows[picked], device=device)
        images = [_augmented(frames, config=config, generator=generator) for frames in seen.images]
        with dropout_from(generator):
            features = extractor.from_normalised(seen, images)
        loss = actor.imitation_loss(
            features,
            chunk=demonstrations.actions[picked].to(device),
            weight=demonstrations.within[picked].to(device),
            generator=generator,
        )
        if extractor.goal_axes:
            goal = extractor.goal_of(features)
            loss = loss + config.goal_weight * functional.mse_loss(goal, demonstrations.goals[picked].to(device))
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        schedule.step()
    extractor.eval()


def _augmented(images: Tensor, *, config: PretrainingConfig, generator: Generator) -> Tensor:
    shifted = random_shift(images, pixels=config.shift_pixels, generator=generator)
    return colour_noise(normalise_images(shifted), strength=config.colour_noise, generator=generator)
