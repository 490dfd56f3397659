"""A learning session with networks of a few numbers, driven turn by turn."""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

from tests.support.learning_records import make_episode, small_spec
from user_core.embodiment import Embodiments
from user_core.run import RunFolder
from user_core.types import Mode
from user_learner.algorithms.pretraining.config import PretrainingConfig
from user_learner.algorithms.rlpd.config import RlpdConfig
from user_learner.algorithms.sac.config import SacConfig
from user_learner.config import CheckpointConfig, LearnerNodeConfig
from user_learner.distributed.workers import NoWorkers
from user_learner.incarnation import next_incarnation
from user_learner.replay.limiter import PipelineConfig, make_pipeline
from user_learner.session.demonstration_source import DemonstrationSource, NoDemonstrations
from user_learner.session.inbox import Inbox, LogNews, Record
from user_learner.session.learning_session import LearningSession
from user_learner.session.parts import SessionParts, make_parts
from user_learner.trainer import Trainer
from user_policies.policies.config import PolicyConfig
from user_policies.weights.payload import WeightsPayload

SPEC = small_spec(cameras=0)
ASYNCHRONOUS = PipelineConfig(name="asynchronous", start_training_steps=4, updates_at_once=4)


def sac_config(folder: Path, *, pipeline: PipelineConfig = ASYNCHRONOUS) -> LearnerNodeConfig:
    """SAC without demonstrations."""
    return LearnerNodeConfig(
        run_folder=str(folder),
        algorithm="sac",
        device="cpu",
        broadcast_every_updates=4,
        checkpoint=CheckpointConfig(every_updates=8, keep_newest=2, best_after_episodes=2),
        policy=PolicyConfig(name="mlp", hidden_sizes=(8,)),
        pretraining=PretrainingConfig(demonstrations=0),
        pipeline=pipeline,
        hyperparameters=SacConfig(batch_size=4, critics=2, critic_hidden_sizes=(8,)),
    )


def rlpd_config(folder: Path, *, demonstrations: int = 3, pipeline: PipelineConfig = ASYNCHRONOUS) -> LearnerNodeConfig:
    """RLPD that is pretrained for a moment."""
    pretraining = PretrainingConfig(
        demonstrations=demonstrations, imitation_updates=20, imitation_batch_size=8, encoder_updates=0
    )
    hyperparameters = RlpdConfig(batch_size=4, critics=2, critic_hidden_sizes=(8,), utd_ratio=1.0)
    return dataclasses.replace(
        sac_config(folder, pipeline=pipeline),
        algorithm="rlpd",
        pretraining=pretraining,
        hyperparameters=hyperparameters,
    )


class RecordedDemonstrations:
    """A recording that is there from the start."""

    description = "a recording"
    is_recording = True

    def __init__(self, records: Sequence[Record]) -> None:
        self._records = records
        self.times_read = 0

    def available(self) -> bool:
        return True

    def records(self) -> Sequence[Record]:
        self.times_read += 1
        return self._records


def demonstrations(count: int = 3, *, and_also: Sequence[Record] = ()) -> RecordedDemonstrations:
    """Successful episodes of mode collect, and what else lies in the recording."""
    records: list[Record] = [SPEC]
    for index in range(count):
        records += make_episode(SPEC, episode=f"demonstration {index}", length=6, mode=Mode.COLLECT)
    return RecordedDemonstrations([*records, *and_also])


class SessionBench:
    """One start of the learner in a run folder, and all that it sent and said.

    After each turn it lets the disk keep up, so that no test depends on its pace; with `disk_is_slow` it does not wait.
    """

    def __init__(
        self,
        config: LearnerNodeConfig,
        *,
        recording: DemonstrationSource | None = None,
        make_trainer: Callable[[], Trainer] | None = None,
        disk_is_slow: bool = False,
    ) -> None:
        self.config = config
        self._disk_is_slow = disk_is_slow
        self.inbox = Inbox()
        self.sent: list[WeightsPayload] = []
        self.said: list[str] = []
        self.complaints: list[str] = []
        self.folder = RunFolder(path=Path(config.run_folder))
        self._position = 0
        parts = make_parts(
            config=config,
            folder=self.folder,
            incarnation=next_incarnation(self.folder.checkpoints),
            embodiments=Embodiments(embodiment=config.policy.embodiment, first=SPEC),
            pipeline=make_pipeline(
                config=config.pipeline,
                utd_ratio=config.hyperparameters.utd_ratio,
                offline_updates=config.hyperparameters.offline_updates,
            ),
            device="cpu",
            inbox=self.inbox,
            demonstrations=recording or NoDemonstrations(),
            workers=NoWorkers(),
            send=self.sent.append,
            say=self.said.append,
        )
        self.parts: SessionParts = dataclasses.replace(parts, make_trainer=make_trainer or parts.make_trainer)
        self.session = LearningSession(
            parts=self.parts,
            config=config,
            early=[],
            stopping=threading.Event(),
            say=self.said.append,
            complain=self.complaints.append,
        )

    @property
    def labels(self) -> list[str]:
        """Labels of the weights sent, in order."""
        return [payload.header.identity.label for payload in self.sent]

    def feed(self, *records: Record, rebuild: bool = False, still_to_come: int = 0) -> None:
        """Give the session news of the log."""
        self._position = len(records) if rebuild else self._position + len(records)
        last = self._position + still_to_come
        self.inbox.put(LogNews(rebuild=rebuild, records=records, position=self._position, last=last))

    def feed_episodes(self, count: int, *, first: int = 0, length: int = 4) -> list[Record]:
        """Give it training episodes; return their records."""
        records: list[Record] = []
        for index in range(first, first + count):
            outcome = "success" if index % 2 else "timeout"
            records += make_episode(SPEC, episode=f"episode {index}", length=length, outcome=outcome)
        self.feed(*records)
        return records

    def turn(self, count: int = 1) -> None:
        """Let it work."""
        for _ in range(count):
            self.session.turn()
            if not self._disk_is_slow:
                self.parts.checkpointer.wait()
