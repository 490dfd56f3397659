"""Batches cut into shares, and shares as parcels."""

from __future__ import annotations

import dataclasses
from typing import Any

from torch import Tensor

from user_learner.distributed.parcel import Parcel
from user_learner.replay.batch import Batch
from user_policies.policies.observation_batch import ObservationBatch

BATCH = "batch"
_OBSERVATIONS = ("observation", "next_observation")
_IMAGE = "image"


def share_of(batch: Batch, *, rank: int, processes: int) -> Batch:
    """Returns rows rank, rank + N, rank + 2 N …: of every part of a batch each process gets as much."""
    return batch.rows(slice(rank, None, processes))


def batch_to_parcel(batch: Batch) -> Parcel:
    """Packs a share."""
    tensors: dict[str, Tensor] = {}
    words: dict[str, Any] = {}
    for field in dataclasses.fields(batch):
        part = getattr(batch, field.name)
        if isinstance(part, ObservationBatch):
            tensors[f"{field.name}.states"] = part.states
            tensors.update({f"{field.name}.{_IMAGE}.{index}": image for index, image in enumerate(part.images)})
            words[field.name] = list(part.instructions)
        else:
            tensors[field.name] = part
    return Parcel(kind=BATCH, words=words, tensors=tensors)


def batch_from_parcel(parcel: Parcel, *, device: str) -> Batch:
    """Undoes `batch_to_parcel`, on a torch device."""
    tensors = {name: tensor.to(device) for name, tensor in parcel.tensors.items()}
    parts: dict[str, Any] = {name: tensor for name, tensor in tensors.items() if "." not in name}
    for name in _OBSERVATIONS:
        if name not in parts:
            images = [key for key in tensors if key.startswith(f"{name}.{_IMAGE}.")]
            parts[name] = ObservationBatch(
                states=tensors[f"{name}.states"],
                images=tuple(tensors[f"{name}.{_IMAGE}.{index}"] for index in range(len(images))),
                instructions=tuple(parcel.words[name]),
            )
    return Batch(**parts)
