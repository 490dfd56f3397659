"""Twenty updates of a small learner, alone or as one of torchrun's processes, and the numbers that it then holds.

python -m torch.distributed.run --standalone --nproc-per-node 2 -m tests.support.shared_learning FOLDER rlpd cnn small
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import numpy as np
import torch.distributed
from numpy.typing import NDArray

from tests.support.learning_records import make_episode, small_spec
from user_core.types import Mode
from user_learner.algorithms.pretraining.config import PretrainingConfig
from user_learner.algorithms.registry import algorithm_entry
from user_learner.distributed.ranks import Ranks, come_together
from user_learner.distributed.worker import work
from user_learner.distributed.workers import NoWorkers, TorchWorkers, Workers
from user_learner.replay.config import MemoryConfig
from user_learner.trainer import Trainer
from user_policies.networks.flow_config import FlowConfig
from user_policies.policies.config import PolicyConfig

UPDATES = 20
HORIZON = 3
FLOW = FlowConfig(network="mlp", width=16)
"""Attention to a single token has weights without a gradient, which Adam moves by the noise of rounding."""
SETTINGS: dict[str, Any] = {"batch_size": 8}
"""So few that a member of the doubt's ensemble may see less than one sample in each process."""
PREFIX = "learner."


def learned(*, algorithm: str, policy: str, encoder: str, workers: Workers) -> dict[str, NDArray[Any]]:
    """Return all tensors of the learner after the updates."""
    spec = small_spec(image_size=32)
    config_type = algorithm_entry(algorithm).config_type
    trainer = Trainer(
        spec=spec,
        policy=PolicyConfig(
            name=policy, horizon=HORIZON, encoder=encoder, hidden_sizes=(16,), encoder_outputs=4, flow=FLOW
        ),
        algorithm=algorithm,
        hyperparameters=config_type(**SETTINGS),
        memory=MemoryConfig(),
        pretraining=PretrainingConfig(
            demonstrations=2 if encoder == "small" else 0, encoder_updates=3, imitation_updates=3
        ),
        seed=0,
        workers=workers,
    )

    def practise(number: int) -> None:
        outcome = "timeout" if number == 0 else "success"
        for record in make_episode(spec, episode=f"train-{number}", length=8, human_steps=(2, 3, 6), outcome=outcome):
            trainer.add(record)

    for number in range(2):
        practise(number)
        for record in make_episode(spec, episode=f"collect-{number}", length=8, mode=Mode.COLLECT):
            trainer.add(record)
    if trainer.can_pretrain:
        trainer.pretrain(report=lambda text, share: None)
    for update in range(UPDATES):
        if update == UPDATES // 2:  # a person takes over while it learns
            practise(2)
        trainer.update()
    return {name.removeprefix(PREFIX): value for name, value in trainer.state().items() if name.startswith(PREFIX)}


def main() -> None:
    """Write what this process holds to FOLDER/<rank>.npz."""
    folder, algorithm, policy, encoder = Path(sys.argv[1]), *sys.argv[2:5]
    ranks = Ranks.of(os.environ)
    come_together(ranks)
    if ranks.rank > 0:
        learner = work()
        found = {} if learner is None else dict(learner.state())
    elif ranks.processes > 1:
        workers = TorchWorkers(processes=ranks.processes)
        found = learned(algorithm=algorithm, policy=policy, encoder=encoder, workers=workers)
        workers.end()
    else:
        found = learned(algorithm=algorithm, policy=policy, encoder=encoder, workers=NoWorkers())
    np.savez(folder / f"{ranks.rank}.npz", **found)  # type: ignore[arg-type]
    if ranks.processes > 1:
        torch.distributed.destroy_process_group()


if __name__ == "__main__":
    main()
