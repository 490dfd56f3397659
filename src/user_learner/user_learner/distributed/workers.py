"""The leader's side: the same learner in every process, and a share of each batch for all of them."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import torch

from user_core.configuration import flatten
from user_core.errors import ConfigurationError
from user_core.interfaces import Tensors
from user_core.spec import EnvironmentSpec
from user_core.spec_as_plain import spec_to_plain
from user_learner.algorithms.config import UpdateConfig
from user_learner.distributed.parcel import Parcel, send
from user_learner.distributed.shares import batch_to_parcel, share_of
from user_learner.replay.batch import Batch
from user_policies.policies.config import PolicyConfig
from user_policies.shared_batch import ProcessLostError

BEGIN = "begin"
STATE = "state"
END = "end"


@dataclass(frozen=True, kw_only=True)
class LearnerSetup:
    """All that a learner is made from."""

    spec: EnvironmentSpec
    policy: PolicyConfig
    algorithm: str
    hyperparameters: UpdateConfig
    seed: int
    device: str

    def as_plain(self) -> dict[str, Any]:
        """Return it as JSON knows it."""
        return {
            "spec": spec_to_plain(self.spec),
            "policy": flatten(self.policy),
            "algorithm": self.algorithm,
            "hyperparameters": flatten(self.hyperparameters),
            "seed": self.seed,
            "device": self.device,
        }


class Workers(Protocol):
    """The processes that help."""

    def begin(self, setup: LearnerSetup) -> None:
        """Have each make the same learner. Raises ConfigurationError when batches cannot be shared."""

    def follow(self, state: Callable[[], Tensors]) -> None:
        """Give each what `state` returns, all of the learner, after it has changed otherwise than by an update."""

    def share(self, batch: Batch) -> Batch:
        """Hand out a batch, and return the leader's own share; each must then do one update."""

    def end(self) -> None:
        """Let all of them go, if they are still there."""


class NoWorkers:
    """One process does it all."""

    def begin(self, setup: LearnerSetup) -> None:
        """Nothing to be told to anybody."""

    def follow(self, state: Callable[[], Tensors]) -> None:
        """Nobody follows."""

    def share(self, batch: Batch) -> Batch:
        """Return the whole batch."""
        return batch

    def end(self) -> None:
        """Nobody has to go."""


class TorchWorkers:
    """The other processes of a torchrun, of which this one is rank 0.

    Args:
        processes: N, this one included.
        torch_threads: Of each.
        niceness: Of each.
    """

    def __init__(self, *, processes: int, torch_threads: int = 1, niceness: int = 0) -> None:
        self._processes = processes
        self._priority = {"torch_threads": torch_threads, "niceness": niceness}

    def begin(self, setup: LearnerSetup) -> None:
        """Have each make the same learner."""
        unit = 2 * self._processes  # a batch may be made of two halves
        if setup.hyperparameters.batch_size % unit:
            raise ConfigurationError(
                key="hyperparameters.batch_size",
                value=setup.hyperparameters.batch_size,
                allowed=f"a multiple of {unit}, so that {self._processes} processes get equal shares of both halves",
                where="the group hyperparameters of learner_node in the params files, or learner_processes:=",
            )
        parts = setup.hyperparameters.micro_batches
        if setup.hyperparameters.batch_size % (self._processes * parts):
            raise ConfigurationError(
                key="hyperparameters.micro_batches",
                value=parts,
                allowed=f"a divisor of {setup.hyperparameters.batch_size // self._processes}, the samples of each of "
                f"{self._processes} processes, so that all parts are alike",
                where="the group hyperparameters of learner_node in the params files, or learner_processes:=",
            )
        self._send(Parcel(kind=BEGIN, words=setup.as_plain() | self._priority))

    def follow(self, state: Callable[[], Tensors]) -> None:
        """Give each the learner's whole state."""
        self._send(Parcel(kind=STATE, tensors=_as_tensors(state())))

    def share(self, batch: Batch) -> Batch:
        """Hand out a batch."""
        for rank in range(1, self._processes):
            send(batch_to_parcel(share_of(batch, rank=rank, processes=self._processes)), to=rank)
        return share_of(batch, rank=0, processes=self._processes)

    def end(self) -> None:
        """Let all of them go, if they are still there."""
        with contextlib.suppress(ProcessLostError):
            self._send(Parcel(kind=END))

    def _send(self, parcel: Parcel) -> None:
        for rank in range(1, self._processes):
            send(parcel, to=rank)


def _as_tensors(state: Mapping[str, Any]) -> dict[str, torch.Tensor]:
    return {name: torch.from_numpy(np.array(value)) for name, value in state.items()}
