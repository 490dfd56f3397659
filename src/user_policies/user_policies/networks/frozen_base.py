"""A large network of which only a part is trained: the rest is the base, named by a hash and never sent.

What is frozen becomes buffers outside the state_dict. So whatever handles a policy's tensors - optimisers, the average,
checkpoints, the weight topic, the digest - sees what trains and nothing else, and needs to know nothing of it.
"""

from __future__ import annotations

import copy
import hashlib
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from user_core.errors import WeightsError

BASE = "frozen_base"
"""Name of the buffer (32,) that holds the hash of a module's base."""

ModuleT = TypeVar("ModuleT", bound=nn.Module)


def freeze(module: nn.Module, *, frozen: Callable[[str], bool]) -> None:
    """Makes the tensors whose dotted names are `frozen` part of the base, in place, and registers the base's hash.

    Args:
        module: What is divided; other buffers outside its state_dict, such as those of `LoraLinear`, are base as well.
        frozen: Takes the name of a parameter or of a buffer.
    """
    for name, parameter in list(module.named_parameters(remove_duplicate=False)):
        if frozen(name):
            parent, _, child = name.rpartition(".")
            owner = module.get_submodule(parent)
            delattr(owner, child)
            owner.register_buffer(child, parameter.detach(), persistent=False)
    kept = module.state_dict().keys()
    for name, buffer in list(module.named_buffers(remove_duplicate=False)):
        if name in kept and frozen(name):
            parent, _, child = name.rpartition(".")
            module.get_submodule(parent).register_buffer(child, buffer, persistent=False)
    digest = hashlib.sha256()
    for name, tensor in sorted(_base_tensors(module)):
        digest.update(f"{name}:{tensor.dtype}:{tuple(tensor.shape)};".encode())
        digest.update(tensor.cpu().contiguous().flatten().view(torch.uint8).numpy().tobytes())
    module.register_buffer(BASE, torch.frombuffer(bytearray(digest.digest()), dtype=torch.uint8))


def copy_on_base(module: ModuleT) -> ModuleT:
    """Returns a copy with parameters of its own on the same base, which is not copied."""
    return copy.deepcopy(module, {id(tensor): tensor for _, tensor in _base_tensors(module)})


def refuse_other_base(given: NDArray[Any], *, own: NDArray[Any], name: str) -> None:
    """Compares the hashes of two bases.

    Raises:
        WeightsError: Naming both, when they differ.
    """
    theirs, ours = (np.asarray(value, np.uint8).tobytes().hex() for value in (given, own))
    if theirs != ours:
        raise WeightsError(
            f"{name}: these weights were trained on base {theirs[:16]}, here the base is {ours[:16]}; give learner and "
            "policy the same policy.weights, policy.size and policy.trainable"
        )


def _base_tensors(module: nn.Module) -> Iterator[tuple[str, Tensor]]:
    kept = module.state_dict().keys()
    yield from ((name, tensor) for name, tensor in module.named_buffers() if name not in kept)
