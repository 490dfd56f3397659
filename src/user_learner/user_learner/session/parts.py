"""What a session is made of, put together once the spec is known."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from user_core.embodiment import Embodiments
from user_core.run import RunFolder
from user_learner.broadcaster import Broadcaster
from user_learner.checkpoint import CheckpointStore
from user_learner.config import LearnerNodeConfig
from user_learner.distributed.workers import Workers
from user_learner.metrics import MetricsWriter
from user_learner.replay.limiter import Pipeline
from user_learner.session.checkpointer import Checkpointer
from user_learner.session.demonstration_source import DemonstrationSource
from user_learner.session.inbox import Inbox
from user_learner.trainer import Trainer
from user_policies.weights.payload import WeightsPayload


@dataclass(frozen=True, kw_only=True, eq=False)
class SessionParts:
    """Everything but the trainer, of which a repaired log needs a second one."""

    run: str
    embodiments: Embodiments
    make_trainer: Callable[[], Trainer]
    pipeline: Pipeline
    broadcaster: Broadcaster
    checkpointer: Checkpointer
    metrics: MetricsWriter
    inbox: Inbox
    demonstrations: DemonstrationSource


def make_parts(
    *,
    config: LearnerNodeConfig,
    folder: RunFolder,
    incarnation: int,
    embodiments: Embodiments,
    pipeline: Pipeline,
    device: str,
    inbox: Inbox,
    demonstrations: DemonstrationSource,
    workers: Workers,
    send: Callable[[WeightsPayload], None],
    say: Callable[[str], None],
) -> SessionParts:
    """Make the parts for a spec.

    Args:
        config: Checked parameters.
        folder: The run's folder.
        incarnation: Number of this start of the learner.
        embodiments: Map the environments of the run onto the policy's spec.
        pipeline: How far robots and learner may run ahead of each other.
        device: A torch device.
        inbox: News of the log.
        demonstrations: A recording to learn from first.
        workers: Processes that take a share of each batch.
        send: Takes each version of the weights to whoever publishes it.
        say: Takes a sentence for people.
    """
    run = folder.identity()
    spec = embodiments.policy_spec

    def make_trainer() -> Trainer:
        memory_folder = folder.path / "memory"
        memory_folder.mkdir(parents=True, exist_ok=True)
        return Trainer(
            spec=spec,
            policy=config.policy,
            algorithm=config.algorithm,
            hyperparameters=config.hyperparameters,
            memory=config.memory,
            pretraining=config.pretraining,
            seed=config.seed,
            folder=memory_folder,
            device=device,
            workers=workers,
        )

    return SessionParts(
        run=run,
        embodiments=embodiments,
        make_trainer=make_trainer,
        pipeline=pipeline,
        broadcaster=Broadcaster(
            run=run,
            incarnation=incarnation,
            policy=config.policy.name,
            spec_digest=spec.digest,
            every_updates=config.broadcast_every_updates,
            send=send,
        ),
        checkpointer=Checkpointer(
            store=CheckpointStore(folder=folder.checkpoints, keep_newest=config.checkpoint.keep_newest),
            config=config.checkpoint,
            run=run,
            spec_digest=spec.digest,
            algorithm=config.algorithm,
        ),
        metrics=MetricsWriter(folder=folder.tensorboard, every_updates=config.monitor.every_updates, say=say),
        inbox=inbox,
        demonstrations=demonstrations,
    )
