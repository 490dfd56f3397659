"""The workers' side: no ROS 2, no log, only shares of batches."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Mapping
from typing import Any

import torch

from user_core.configuration import build
from user_core.interfaces import Algorithm
from user_core.spec_as_plain import spec_from_plain
from user_learner.algorithms.config import UpdateConfig
from user_learner.algorithms.registry import algorithm_entry
from user_learner.distributed.parcel import receive
from user_learner.distributed.shares import BATCH, batch_from_parcel
from user_learner.distributed.workers import BEGIN, END, STATE
from user_learner.memory_shortage import MemoryShortageError, update_size_named
from user_policies.policies.config import PolicyConfig
from user_policies.policies.registry import make_policy

_WHERE = "learner_node's parameters"


def work() -> Algorithm | None:
    """Does what the leader says until it says the end, or is gone; returns the learner as it is then."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # of a terminal's Ctrl-C; the leader ends first, and says so
    learner: Algorithm | None = None
    setup: Mapping[str, Any] = {}
    hyperparameters: UpdateConfig | None = None
    while True:
        try:
            parcel = receive()
        except RuntimeError:  # the connection is closed
            return learner
        if parcel.kind == END:
            return learner
        if parcel.kind == BEGIN:
            setup = parcel.words
            torch.set_num_threads(int(setup["torch_threads"]))
            os.setpriority(os.PRIO_PROCESS, 0, int(setup["niceness"]))
            hyperparameters = _hyperparameters(setup)
            learner = _make_learner(setup, hyperparameters)
        elif learner is None or hyperparameters is None:
            raise RuntimeError(f"the leader sent {parcel.kind!r} before {BEGIN!r}")
        elif parcel.kind == STATE:
            learner.restore({name: tensor.numpy() for name, tensor in parcel.tensors.items()})
        elif parcel.kind == BATCH:
            with update_size_named(hyperparameters):
                learner.update(batch_from_parcel(parcel, device=str(setup["device"])))


def exit_status_of_work() -> int:
    """Works until the end; returns 2 where memory was short, which is said as a node says what is wrong, else 0."""
    try:
        work()
    except MemoryShortageError as error:
        print(f"error: {error}", file=sys.stderr, flush=True)
        return 2
    return 0


def _hyperparameters(setup: Mapping[str, Any]) -> UpdateConfig:
    entry = algorithm_entry(str(setup["algorithm"]))
    hyperparameters: UpdateConfig = build(entry.config_type, setup["hyperparameters"], where=_WHERE)
    return hyperparameters


def _make_learner(setup: Mapping[str, Any], hyperparameters: UpdateConfig) -> Algorithm:
    entry = algorithm_entry(str(setup["algorithm"]))
    policy = make_policy(
        spec=spec_from_plain(setup["spec"]),
        config=build(PolicyConfig, setup["policy"], where=_WHERE),
        seed=int(setup["seed"]),
        device=str(setup["device"]),
    )
    learner: Algorithm = entry.learner_type(config=hyperparameters, policy=policy, seed=int(setup["seed"]))
    return learner
