"""What goes from the leader to a worker: a few words as JSON, then named tensors. No pickle on the wire."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import torch
import torch.distributed
from torch import Tensor

from user_policies.shared_batch import other_processes


@dataclass(frozen=True, kw_only=True, eq=False)
class Parcel:
    """One message.

    Attributes:
        kind: What the worker shall do with it.
        words: What JSON knows.
        tensors: On the CPU, by name.
    """

    kind: str
    words: Mapping[str, Any] = field(default_factory=dict)
    tensors: Mapping[str, Tensor] = field(default_factory=dict)


def send(parcel: Parcel, *, to: int) -> None:
    """Send to the process of a rank; returns when it is on its way, raises ProcessLostError when nobody is there."""
    tensors = {name: tensor.detach().cpu().contiguous() for name, tensor in parcel.tensors.items()}
    shapes = [[name, str(tensor.dtype).removeprefix("torch."), list(tensor.shape)] for name, tensor in tensors.items()]
    header = json.dumps({"kind": parcel.kind, "words": parcel.words, "tensors": shapes}).encode()
    with other_processes():
        torch.distributed.send(torch.tensor([len(header)]), to)
        torch.distributed.send(torch.frombuffer(bytearray(header), dtype=torch.uint8), to)
        for tensor in tensors.values():
            if tensor.numel():
                torch.distributed.send(_as_bytes(tensor), to)


def receive(*, source: int = 0) -> Parcel:
    """Wait for the next parcel from a rank."""
    size = torch.zeros(1, dtype=torch.int64)
    torch.distributed.recv(size, source)
    header = torch.zeros(int(size), dtype=torch.uint8)
    torch.distributed.recv(header, source)
    content = json.loads(header.numpy().tobytes())
    tensors = {}
    for name, kind, shape in content["tensors"]:
        tensor = torch.zeros(shape, dtype=getattr(torch, kind))
        if tensor.numel():
            torch.distributed.recv(_as_bytes(tensor), source)
        tensors[name] = tensor
    return Parcel(kind=content["kind"], words=content["words"], tensors=tensors)


def _as_bytes(tensor: Tensor) -> Tensor:
    """The same memory as bytes, since not every type has a transport of its own."""
    return tensor.reshape(-1).view(torch.uint8)
