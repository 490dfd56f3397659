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
    """Wait for all processes, if there are several; CPU tensors then travel by gloo, those of a GPU by NCCL."""
    if ranks.processes == 1:
        return
    _end_with_the_parent()
    if torch.cuda.is_available():
        torch.cuda.set_device(int(os.environ.get("LOCAL_RANK", 0)) % torch.cuda.device_count())
    backend = "cpu:gloo,cuda:nccl" if torch.cuda.is_available() else "gloo"
    torch.distributed.init_process_group(backend, timeout=_TIMEOUT)


def _end_with_the_parent() -> None:
    """Have Linux send SIGTERM when torchrun dies: a leader without it would stand beside its own successor."""
    libc = ctypes.CDLL(None)
    if hasattr(libc, "prctl"):
        libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
