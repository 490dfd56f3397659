"""When checkpoints are written, and which one was evaluated best; the writing is done in a thread of its own."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from functools import partial
from typing import Any

from user_core.errors import WeightsError
from user_learner.checkpoint import Checkpoint, CheckpointStore
from user_learner.config import CheckpointConfig
from user_learner.evaluation_tally import EvaluationResult
from user_learner.replay.limiter import Pipeline
from user_learner.trainer import Trainer
from user_policies.tensors import refuse_not_finite, under

_PIPELINE = "pipeline."
_TRAINER = "trainer."


class Checkpointer:
    """Keeps a run's checkpoints.

    Args:
        store: Where they lie.
        config: How often, and what makes the best.
        run: UUID of the run.
        spec_digest: Of the environment.
        algorithm: Registry name.
    """

    def __init__(
        self, *, store: CheckpointStore, config: CheckpointConfig, run: str, spec_digest: str, algorithm: str
    ) -> None:
        self._store = store
        self._config = config
        self._run = run
        self._spec_digest = spec_digest
        self._algorithm = algorithm
        self._worker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="checkpoints")
        self._pending: list[Future[Any]] = []
        self._saved_updates: int | None = None
        self._at_evaluation: dict[str, str] = {}

    def restore(self, *, trainer: Trainer, pipeline: Pipeline) -> Checkpoint | None:
        """Put back the newest checkpoint, if there is one.

        Raises:
            WeightsError: When it is of another run, algorithm or policy.
            SpecMismatchError: When it is of another spec.
        """
        checkpoint = self._store.newest()
        if checkpoint is None:
            return None
        found = (checkpoint.run, checkpoint.algorithm, checkpoint.policy)
        expected = (self._run, self._algorithm, trainer.policy_name)
        if found != expected:
            raise WeightsError(
                f"the checkpoint {checkpoint.name} is of run, algorithm and policy {found}, here they are {expected}; "
                "give the same algorithm:= and policy:=, or another folder with run:="
            )
        tensors = checkpoint.tensors
        trainer.restore(under(_TRAINER, tensors))
        pipeline.restore(under(_PIPELINE, tensors))
        self._saved_updates = checkpoint.updates
        return checkpoint

    @property
    def damaged(self) -> list[str]:
        """A sentence for each checkpoint that `restore` passed over."""
        return self._store.damaged

    def due(self, *, updates: int) -> bool:
        """Tell whether it is time for the next checkpoint."""
        return updates - (self._saved_updates or 0) >= self._config.every_updates

    def save(self, *, trainer: Trainer, pipeline: Pipeline, log_position: int, only_if_idle: bool = False) -> None:
        """Take the state now and write it beside, behind what is being written.

        Args:
            trainer: Its state is taken.
            pipeline: Its state is taken.
            log_position: Records of the log that have been read.
            only_if_idle: Leave this one out while another is being written: the next will do.

        Raises:
            NotFiniteError: When a number in it is not finite; nothing is written then.
            WeightsError: When one before could not be written; this one is tried all the same.
        """
        if only_if_idle and not all(one.done() for one in self._pending):
            return
        checkpoint = self._take(trainer=trainer, pipeline=pipeline, log_position=log_position)
        self._saved_updates = checkpoint.updates
        self._submit(self._store.save, checkpoint)

    def finish(self) -> None:
        """Wait until all is written; raises WeightsError when it could not be."""
        self._worker.shutdown(wait=True)
        self._report()

    def wait(self) -> None:
        """Wait until all that was given is written, or has failed to be."""
        wait(self._pending)

    def begin_evaluation(self, evaluation: str, *, updates: int) -> None:
        """Note that the checkpoint of now, which `save` has been given, stands for what an evaluation shows.

        Robots act with the version broadcast last, and what was learned since then is in the checkpoint as well.
        """
        self._at_evaluation[evaluation] = Checkpoint.name_of(updates)

    def evaluated(self, result: EvaluationResult) -> None:
        """Take an evaluation's result so far, which may make its checkpoint the best once that has been written.

        Raises:
            WeightsError: When something before could not be written.
        """
        checkpoint = self._at_evaluation.get(result.evaluation)
        is_named = "." not in result.policy_version  # such as `imitation`, which no checkpoint stands for
        if checkpoint is None or is_named or result.episodes < self._config.best_after_episodes:
            return
        self._submit(
            partial(
                self._store.evaluated,
                checkpoint=checkpoint,
                version=result.policy_version,
                success_rate=result.success_rate,
                episodes=result.episodes,
            )
        )

    def _submit(self, work: Callable[..., object], *arguments: object) -> None:
        """Have something written by the one thread that writes, in the order of the calls."""
        self._pending.append(self._worker.submit(work, *arguments))
        self._report()

    def _take(self, *, trainer: Trainer, pipeline: Pipeline, log_position: int) -> Checkpoint:
        tensors = {_TRAINER + name: value for name, value in trainer.state().items()}
        tensors.update({_PIPELINE + name: value for name, value in pipeline.state().items()})
        refuse_not_finite(tensors, what="the networks and optimisers")
        return Checkpoint(
            run=self._run,
            spec_digest=self._spec_digest,
            algorithm=self._algorithm,
            policy=trainer.policy_name,
            updates=trainer.updates,
            log_position=log_position,
            tensors=tensors,
        )

    def _report(self) -> None:
        done = [one for one in self._pending if one.done()]
        self._pending = [one for one in self._pending if one not in done]
        for one in done:
            one.result()
