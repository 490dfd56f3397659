"""Records of the log on their way to memory, curves and counters."""

from __future__ import annotations

from collections.abc import Callable

from user_core.embodiment import Embodiments
from user_core.errors import InvalidRecordError, SpecMismatchError
from user_core.log.label import EpisodeLabel
from user_core.spec import EnvironmentSpec
from user_core.types import EpisodeSummary, Mode, StepType, Transition
from user_learner.broadcaster import Broadcaster
from user_learner.episode_strips import EpisodeStrips
from user_learner.evaluation_tally import EvaluationResult, EvaluationTally
from user_learner.metrics import MetricsWriter
from user_learner.session.inbox import Record
from user_learner.trainer import Trainer


class LogIntake:
    """Gives each record to those that it concerns.

    Args:
        embodiments: Map the environments of the run onto the spec that the trainer was made for.
        trainer: Keeps transitions and labels.
        broadcaster: Learns which versions are in use.
        metrics: Gets episodes and evaluations once the log is caught up with; before, they were written already.
        strips: Makes film strips.
    """

    def __init__(
        self,
        *,
        embodiments: Embodiments,
        trainer: Trainer,
        broadcaster: Broadcaster,
        metrics: MetricsWriter,
        strips: EpisodeStrips,
    ) -> None:
        self._embodiments = embodiments
        self._trainer = trainer
        self._broadcaster = broadcaster
        self._metrics = metrics
        self._strips = strips
        self._tally = EvaluationTally()
        self._open: dict[str, str] = {}
        self._evaluations: set[str] = set()
        self.invalid_records = 0
        self.last_fault = ""

    @property
    def training_steps(self) -> int:
        """Training steps of this run in the memory."""
        return self._trainer.memory.training_steps

    @property
    def between_episodes(self) -> bool:
        """Tell whether no robot is in the middle of a training episode, as far as the log shows."""
        return not self._open

    def evaluation_begun_by(self, record: Record) -> str:
        """Return the UUID of the evaluation whose first record this is, else ""."""
        evaluation = record.evaluation if isinstance(record, Transition) else ""
        if evaluation in self._evaluations:
            return ""
        self._evaluations.add(evaluation)
        return evaluation

    def take_recorded(self, record: Record) -> None:
        """Take a record of a recording: its steps are none of this run, and no robot is in the middle of its episodes.

        Raises:
            SpecMismatchError: When its environment is not the one that all was made for.
        """
        if isinstance(record, Transition):
            self._guarded(lambda: self._trainer.add(self._mapped(record), recorded=True))
        elif isinstance(record, EnvironmentSpec):
            self._take_spec(record, of_recording=True)
        elif not isinstance(record, EpisodeSummary):
            self.take(record, live=False)

    def take(self, record: Record, *, live: bool) -> EvaluationResult | None:
        """Take a record; return the result so far when it changed that of an evaluation.

        Args:
            record: The next one of the log.
            live: Whether it is new, not one read again after a restart.

        Raises:
            SpecMismatchError: When an environment of this run is not the one that all was made for.
        """
        if isinstance(record, Transition):
            self._take_transition(record, live=live)
        elif isinstance(record, EpisodeSummary):
            return self._take_summary(record, live=live)
        elif isinstance(record, EpisodeLabel):
            self._guarded(lambda: self._trainer.label(record))
        else:
            self._take_spec(record)
        return None

    def _take_transition(self, transition: Transition, *, live: bool) -> None:
        self._guarded(lambda: self._trainer.add(self._mapped(transition)))
        if live:
            self._broadcaster.used(transition.policy_version)
        if transition.observation.mode is not Mode.TRAIN:
            return
        if transition.step_type is StepType.LAST:
            self._open.pop(transition.robot, None)
        else:
            self._open[transition.robot] = transition.observation.episode
        strip = self._strips.add(transition) if live else None
        if strip is not None:
            self._metrics.strip(strip, training_steps=self.training_steps)

    def _take_summary(self, summary: EpisodeSummary, *, live: bool) -> EvaluationResult | None:
        if summary.mode is Mode.TRAIN and live:
            self._metrics.episode(summary, training_steps=self.training_steps)
        result = self._tally.add(summary)
        if result is not None and live:
            self._metrics.evaluation(result, training_steps=self.training_steps)
        return result

    def _take_spec(self, spec: EnvironmentSpec, *, of_recording: bool = False) -> None:
        """A spec begins a source: an episode that its robot left open will never be closed."""
        known = self._embodiments.policy_spec
        unfit = self._embodiments.add(spec)
        if unfit is not None:
            kept, live = (unfit, known) if of_recording else (known, unfit)
            raise SpecMismatchError(
                what="the bag of demonstrations" if of_recording else "what the learner has (checkpoint or log)",
                found=kept.digest,
                expected=live.digest,
                where="demonstrations and a run folder",
                difference=live.difference(kept),
            )
        self._open.pop(spec.robot, None)

    def _mapped(self, transition: Transition) -> Transition:
        """Return a record as the policy sees it; one of an unknown spec as it is, and the memory refuses it."""
        embodiment = self._embodiments.of(transition.observation.spec_digest)
        return transition if embodiment is None else embodiment.transition(transition)

    def _guarded(self, work: Callable[[], object]) -> None:
        try:
            work()
        except InvalidRecordError as error:
            self.invalid_records += 1
            self.last_fault = str(error)
