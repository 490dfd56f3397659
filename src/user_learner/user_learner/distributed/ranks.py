"""Which of torchrun's processes this is, and how they come together."""

from __future__ import annotations

import ctypes
import os
import signal
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

import torch
import torch.distributed

_PR_SET_PDEATHSIG = 1
_TIMEOUT = timedelta(days=7)
"""Workers wait for the next update as long as a robot stands still; that one of them is gone torchrun notices."""


@dataclass(frozen=True, kw_only=True)
class Ranks:
    """Rank 0 leads: it is the ROS 2 node. The others work."""

    rank: int = 0
    processes: int = 1

    @classmethod
    def of(cls, environment: Mapping[str, str]) -> Ranks:
        """Read what torchrun has set; alone without it."""
        return cls(rank=int(environment.get("RANK", 0)), processes=int(environment.get("WORLD_SIZE", 1)))


ALONE = Ranks()


def come_together(ranks: Ranks) -> None:
    """Wait for all processes, if there are several.

    CPU tensors travel by gloo, those of a GPU by NCCL; where processes share a GPU, which NCCL refuses, all by gloo.
    """
    if ranks.processes == 1:
        return
    _end_with_the_parent()
    gpus = torch.cuda.device_count()
    if gpus:
        torch.cuda.set_device(int(os.environ.get("LOCAL_RANK", 0)) % gpus)
    one_each = 0 < int(os.environ.get("LOCAL_WORLD_SIZE", ranks.processes)) <= gpus
    torch.distributed.init_process_group("cpu:gloo,cuda:nccl" if one_each else "gloo", timeout=_TIMEOUT)


def _end_with_the_parent() -> None:
    """Have Linux send SIGTERM when torchrun dies: a leader without it would stand beside its own successor."""
    libc = ctypes.CDLL(None)
    if hasattr(libc, "prctl"):
        libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
