"""One start of the learner: everything that touches the model happens here, in one loop that one can read."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial

from user_core.errors import NotFiniteError, UserRosError
from user_learner.algorithms.pretraining.divergence import PretrainingDivergedError
from user_learner.algorithms.pretraining.progress import PretrainingStopped
from user_learner.config import LearnerNodeConfig
from user_learner.episode_strips import EpisodeStrips
from user_learner.memory_shortage import MemoryShortageError, update_size_named
from user_learner.session.demonstration_intake import DemonstrationIntake
from user_learner.session.divergence import divergence, not_finite
from user_learner.session.inbox import LogNews, Record
from user_learner.session.log_intake import LogIntake
from user_learner.session.parts import SessionParts
from user_learner.session.snapshot import LearnerSnapshot, LearnerState

IMITATION = "imitation"
_REST_S = 0.02


class LearningSession:
    """Turns of one loop: take the log's news, then pretrain, update or rest.

    Args:
        parts: What it is made of.
        config: Checked parameters.
        early: News that came before the session was made.
        stopping: Set when pretraining shall be left.
        say: Takes a sentence for people.
        complain: Takes one that says what is wrong.
    """

    def __init__(
        self,
        *,
        parts: SessionParts,
        config: LearnerNodeConfig,
        early: list[LogNews],
        stopping: threading.Event,
        say: Callable[[str], None],
        complain: Callable[[str], None],
    ) -> None:
        self._parts = parts
        self._config = config
        self._early = early
        self._stopping = stopping
        self._say = say
        self._complain = complain
        self._trainer = parts.make_trainer()
        self._position = 0
        self._last = 0
        self._caught_up = False
        self._demonstrations = DemonstrationIntake(
            source=parts.demonstrations, wanted=config.pretraining.count, say=say
        )
        self._fault = ""
        restored = parts.checkpointer.restore(trainer=self._trainer, pipeline=parts.pipeline)
        for damage in parts.checkpointer.damaged:
            complain(damage)
        if restored is None and config.pretraining.begin_with:
            self._trainer.earlier_weights()  # refused before anybody waits for them
        say("learning begins anew" if restored is None else f"learning goes on from checkpoint {restored.name}")
        self._intake = self._make_intake()
        self._show(LearnerState.LOADING, "")
        self._send_first_weights()

    def turn(self) -> None:
        """Do one round."""
        self._take_demonstrations()
        self._take_news()
        if self._fault:
            self._rest(LearnerState.FAILED, self._fault)
        elif self._trainer.can_pretrain and self._demonstrations.taken:
            self._pretrain()
        elif not self._caught_up:
            self._rest(LearnerState.LOADING, self._loading_progress())
        elif not self._trainer.ready:
            if not self._trainer.pretrained:
                self._demonstrations.refuse_too_few(self._trainer.memory)
            self._rest(LearnerState.WAITING, self._what_is_missing())
        elif self._trainer.memory.awaited_verdict:
            self._rest(LearnerState.PAUSED, f"episode {self._trainer.memory.awaited_verdict} awaits a person's verdict")
        elif self._may_update():
            self._update()
        elif self._parts.pipeline.done(updates=self._trainer.updates):
            self._send_what_is_new()
            self._rest(LearnerState.DONE, f"all {self._trainer.updates} updates are done")
        else:
            self._synchronise_if_due()
            self._rest(LearnerState.LIMITED, "all updates that the training steps allow are done")

    def finish(self) -> None:
        """Write a last checkpoint and close all files."""
        if self._trainer.pretrained:
            self._save()
        try:
            self._parts.checkpointer.finish()
        finally:
            self._parts.metrics.close()

    def _take_demonstrations(self) -> None:
        self._demonstrations.take(self._intake, show=partial(self._show, LearnerState.LOADING))

    def _take_news(self) -> None:
        """Take all news that wait; before the log is caught up with, show how far it is."""
        while not self._stopping.is_set():
            news = self._early.pop(0) if self._early else self._parts.inbox.take(wait_s=0.0)
            if news is None:
                return
            if news.rebuild and not self._fault:  # what has failed is not learned from any more
                self._rebuild()
            for record in news.records:
                self._take_record(record)
            self._position, self._last = news.position, news.last
            self._caught_up = self._caught_up or news.position >= news.last
            if not self._caught_up:
                self._show(LearnerState.LOADING, self._loading_progress())

    def _take_record(self, record: Record) -> None:
        evaluation = self._intake.evaluation_begun_by(record)
        # A collection is one as well, in the log; what it collects is not learned yet, and that is no checkpoint.
        if evaluation and self._caught_up and self._trainer.pretrained:
            self._save()
            if not self._fault:
                self._parts.checkpointer.begin_evaluation(evaluation, updates=self._trainer.updates)
        result = self._intake.take(record, live=self._caught_up)
        if result is not None:
            self._attempt_to_write(partial(self._parts.checkpointer.evaluated, result))

    def _rebuild(self) -> None:
        """A repair renumbered the log: keep what was learned, and fill a new memory from the beginning."""
        self._say("the log was repaired and renumbered; the memory is rebuilt from it")
        state = self._trainer.state()
        self._trainer = self._parts.make_trainer()
        self._trainer.restore(state)
        self._intake = self._make_intake()
        self._caught_up = False
        self._demonstrations.forget()
        self._take_demonstrations()

    def _make_intake(self) -> LogIntake:
        return LogIntake(
            embodiments=self._parts.embodiments,
            trainer=self._trainer,
            broadcaster=self._parts.broadcaster,
            metrics=self._parts.metrics,
            strips=EpisodeStrips(every_episodes=self._config.monitor.strip_every_episodes),
        )

    def _pretrain(self) -> None:
        try:
            self._trainer.pretrain(
                report=lambda text, share: self._show(LearnerState.PRETRAINING, text),
                should_stop=self._stopping.is_set,
            )
        except PretrainingStopped:
            return
        except (PretrainingDivergedError, MemoryShortageError) as error:
            self._fail(str(error))
            return
        self._save()
        if not self._fault:
            self._send_first_weights()

    def _send_first_weights(self) -> None:
        """Give robots what they can begin with, and the imitation to whoever asks for it by name."""
        imitation = self._trainer.imitation_weights()
        if imitation is not None:
            self._parts.broadcaster.send(imitation, updates=0, name=IMITATION)
        if self._trainer.pretrained:
            self._send_weights()

    def _send_what_is_new(self) -> None:
        if self._parts.broadcaster.staleness(updates=self._trainer.updates):
            self._send_weights()

    def _send_weights(self) -> None:
        try:
            self._parts.broadcaster.send(self._trainer.weights(), updates=self._trainer.updates)
        except NotFiniteError as error:
            self._diverge(str(error))

    def _may_update(self) -> bool:
        return self._parts.pipeline.may_update(
            updates=self._trainer.updates, training_steps=self._intake.training_steps
        )

    def _update(self) -> None:
        for _ in range(self._config.pipeline.updates_at_once):
            if self._fault or not self._may_update():
                break
            try:
                with update_size_named(self._config.hyperparameters):
                    metrics = self._trainer.update()
            except MemoryShortageError as error:
                self._fail(str(error))
                return
            if bad := not_finite(metrics):
                self._diverge(bad)
                return
            updates = self._trainer.updates
            self._parts.metrics.update(
                metrics,
                updates=updates,
                training_steps=self._intake.training_steps,
                staleness=self._parts.broadcaster.staleness(updates=updates),
            )
            if self._parts.broadcaster.due(updates=updates):
                self._send_weights()
            if self._parts.checkpointer.due(updates=updates):
                self._save(only_if_idle=True)
        self._show(LearnerState.TRAINING, "")

    def _synchronise_if_due(self) -> None:
        """Synchronous pipeline: when all robots are between episodes and all updates are done, send and allow more."""
        steps = self._intake.training_steps
        updates = self._trainer.updates
        if self._intake.between_episodes and self._parts.pipeline.due_for_sync(updates=updates, training_steps=steps):
            self._send_what_is_new()
            self._parts.pipeline.synchronise(training_steps=steps)

    def _save(self, *, only_if_idle: bool = False) -> None:
        """Have a checkpoint written of what was learned; what has failed is none."""
        if self._fault:
            return
        self._attempt_to_write(
            partial(
                self._parts.checkpointer.save,
                trainer=self._trainer,
                pipeline=self._parts.pipeline,
                log_position=self._position,
                only_if_idle=only_if_idle,
            )
        )

    def _attempt_to_write(self, write: Callable[[], None]) -> None:
        """A full disk costs checkpoints, never the learning."""
        try:
            write()
        except NotFiniteError as error:
            self._diverge(str(error))
        except UserRosError as error:
            self._complain(str(error))

    def _diverge(self, what: str) -> None:
        weights = self._parts.broadcaster.newest
        self._fail(divergence(what=what, updates=self._trainer.updates, weights=weights))

    def _fail(self, fault: str) -> None:
        """Stop learning; the log is read on, and robots keep the weights that they have."""
        self._fault = fault
        self._complain(fault)

    def _step_budget(self, updates: int, state: LearnerState) -> int:
        """Return the pipeline's; robots never wait for a learner that waits for what only they can do."""
        budget = self._parts.pipeline.step_budget(updates=updates)
        if budget > 0 and state is LearnerState.WAITING and self._trainer.pretrained:
            return max(budget, self._intake.training_steps + self._config.pipeline.slack_steps)
        return budget

    def _loading_progress(self) -> str:
        return f"log: record {self._position} of {self._last}" if self._last else "waiting for the log"

    def _what_is_missing(self) -> str:
        if not (self._demonstrations.taken and self._trainer.pretrained):
            return self._demonstrations.missing(self._trainer.memory)
        return f"waiting for transitions: {self._intake.training_steps} training steps so far"

    def _rest(self, state: LearnerState, detail: str) -> None:
        self._show(state, detail)
        news = self._parts.inbox.take(wait_s=_REST_S)
        if news is not None:
            self._early.append(news)

    def _show(self, state: LearnerState, detail: str) -> None:
        updates = self._trainer.updates
        broadcaster = self._parts.broadcaster
        pipeline = self._parts.pipeline
        self.snapshot = LearnerSnapshot(
            run=self._parts.run,
            algorithm=self._config.algorithm,
            state=state,
            detail=detail,
            updates=updates,
            log_position=self._position,
            training_steps=self._intake.training_steps,
            staleness=broadcaster.staleness(updates=updates),
            step_budget=self._step_budget(updates, state),
            required_version=broadcaster.newest if pipeline.requires_version else "",
            versions_published=broadcaster.versions_published,
            publish_to_use_p50_ms=broadcaster.publish_to_use_p50_ms,
        )
