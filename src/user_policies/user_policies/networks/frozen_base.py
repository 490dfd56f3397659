"""A large network of which only a part is trained: the rest is the base, named by a hash and never sent.

What is frozen becomes buffers outside the state_dict. So whatever handles a policy's tensors - optimisers, the average,
checkpoints, the weight topic, the digest - sees what trains and nothing else, and needs to know nothing of it.
"""

from __future__ import annotations

import copy
import hashlib
from collections.abc import Callable, Iterator
from typing import TypeVar

import numpy as np
import torch
from torch import Tensor, nn

from user_core.errors import WeightsError
from user_core.interfaces import Tensors

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


def refuse_other_bases(given: Tensors, *, own: Tensors, what: str) -> None:
    """Compares the hashes of the bases that weights were trained on; check names and shapes first.

    Args:
        given: All tensors of a policy.
        own: Those of the policy that is here.
        what: What is given, for the error.

    Raises:
        WeightsError: Naming the first base that differs, both hashes and what sets it.
    """
    for name in own:
        if not name.endswith(BASE):
            continue
        theirs, ours = (np.asarray(tensors[name], np.uint8).tobytes().hex() for tensors in (given, own))
        if theirs != ours:
            raise WeightsError(
                f"{what} were trained on another base: {name} is {theirs[:16]} there and {ours[:16]} here; give all "
                f"that make or take them the same {_settings_of(name)}"
            )


def _settings_of(base: str) -> str:
    """Return the parameters that set a base, in words."""
    if base.startswith("features."):
        return "policy.encoder_weights"
    return "policy.weights, policy.size and policy.trainable"


def _base_tensors(module: nn.Module) -> Iterator[tuple[str, Tensor]]:
    kept = module.state_dict().keys()
    yield from ((name, tensor) for name, tensor in module.named_buffers() if name not in kept)
