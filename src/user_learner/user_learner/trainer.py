"""Memory, pretraining and algorithm as one: what a learner's thread drives, with or without ROS."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from user_core.errors import SpecMismatchError
from user_core.interfaces import Metrics, Tensors
from user_core.log.label import EpisodeLabel
from user_core.spec import EnvironmentSpec
from user_core.types import Transition
from user_learner.algorithms.config import UpdateConfig
from user_learner.algorithms.pretraining.config import PretrainingConfig
from user_learner.algorithms.pretraining.pretrainer import begin_practice, pretrain
from user_learner.algorithms.pretraining.progress import Progress
from user_learner.algorithms.registry import algorithm_entry, check_encoder, check_pair
from user_learner.algorithms.take_over_witness import TakeOverWitness
from user_learner.distributed.workers import LearnerSetup, NoWorkers, Workers
from user_learner.earlier_weights import read_earlier_weights
from user_learner.replay.batch_source import BatchSource, RawObservationSource
from user_learner.replay.config import MemoryConfig
from user_learner.replay.feature_cache import FeatureCache
from user_learner.replay.memory import SamplingMemory
from user_learner.replay.prefetch import BatchPrefetch
from user_policies.policies.config import PolicyConfig
from user_policies.policies.registry import make_policy
from user_policies.shared_batch import by_one_process
from user_policies.tensors import under

_IMITATION = "imitation."


class Trainer:
    """Takes records, pretrains once, then updates from batches. Used by one thread.

    Attributes:
        memory: What batches are drawn from.
        pretrained: Whether pretraining is done, or there is none to do.
    """

    def __init__(
        self,
        *,
        spec: EnvironmentSpec,
        policy: PolicyConfig,
        algorithm: str,
        hyperparameters: UpdateConfig,
        memory: MemoryConfig,
        pretraining: PretrainingConfig,
        seed: int,
        folder: Path | None = None,
        device: str = "cpu",
        workers: Workers | None = None,
    ) -> None:
        """Makes memory, networks and optimisers.

        Args:
            spec: The environment's spec.
            policy: The networks that act.
            algorithm: Registry name.
            hyperparameters: Of the algorithm, of its entry's config type.
            memory: Of the sampling memory.
            pretraining: From demonstrations.
            seed: Of everything that is drawn.
            folder: Where frames beyond the budget are spilled.
            device: A torch device.
            workers: Processes that take a share of each batch; None = none.

        Raises:
            UnknownNameError: For an unknown policy or algorithm.
            ConfigurationError: When the settings cannot work together.
        """
        check_pair(algorithm=algorithm, policy=policy.name)
        check_encoder(policy=policy.name, encoder=policy.encoder, begins_trained=pretraining.begins_trained)
        self._spec = spec
        self._policy_config = policy
        self._config = hyperparameters
        self._pretraining = pretraining
        self._seed = seed
        self._policy = make_policy(spec=spec, config=policy, seed=seed, device=device)
        extractor = self._policy.network.features
        self.memory = SamplingMemory(spec=spec, config=memory, folder=folder)
        self._cache: FeatureCache | None = None
        if not extractor.trained_end_to_end:
            self._cache = FeatureCache(memory=self.memory, extractor=extractor, device=self._policy.device)
        self._learner = algorithm_entry(algorithm).learner_type(config=hyperparameters, policy=self._policy, seed=seed)
        self._observations: FeatureCache | RawObservationSource = self._cache or RawObservationSource(
            memory=self.memory, device=self._policy.device
        )
        self._batches = BatchSource(
            memory=self.memory,
            observations=self._observations,
            rule=self._learner.sampling_rule(),
            batch_size=hyperparameters.batch_size,
            horizon=policy.horizon,
            n_step=max(hyperparameters.n_step, policy.horizon) if hyperparameters.n_step else 0,
            gamma=hyperparameters.gamma,
            device=self._policy.device,
        )
        self._workers: Workers = workers or NoWorkers()
        self._workers.begin(
            LearnerSetup(
                spec=spec, policy=policy, algorithm=algorithm, hyperparameters=hyperparameters, seed=seed, device=device
            )
        )
        self._prefetch = BatchPrefetch(draw=self._batches.sample, seed=seed, ahead=self._policy.device.type == "cuda")
        self._imitation: Tensors | None = None
        self.pretrained = not pretraining.begins_trained

    @property
    def policy_name(self) -> str:
        """Registry name of the policy."""
        return self._policy_config.name

    @property
    def updates(self) -> int:
        """Critic updates done so far."""
        return int(self._learner.updates)

    @property
    def can_pretrain(self) -> bool:
        """Whether pretraining is due and its demonstrations are there."""
        return not self.pretrained and (len(self.memory.successful_demonstrations()) >= self._pretraining.count)

    @property
    def ready(self) -> bool:
        """Whether an update can be made."""
        return self.pretrained and self._batches.ready

    def add(self, transition: Transition, *, recorded: bool = False) -> bool:
        """Adds a record, of the log or of a recording, and returns whether it was kept.

        Raises:
            InvalidRecordError: When it does not fit the spec.
        """
        return self.memory.add(transition, recorded=recorded)

    def label(self, label: EpisodeLabel) -> None:
        """Applies a label as it stands in the log; raises InvalidRecordError for an unknown one."""
        self.memory.label(label)

    def pretrain(
        self, *, report: Callable[[str, float], None], should_stop: Callable[[], bool] = lambda: False
    ) -> None:
        """Trains encoder and actor from the demonstrations, keeps the result as `imitation`, and makes practice begin.

        With `pretraining.begin_with` nothing is trained: those weights, as they act, are what is kept and begun with.

        Args:
            report: Called every 50 updates with a sentence for people and the share done.
            should_stop: Asked as often.

        Raises:
            PretrainingStopped: When asked to stop; call again from the beginning.
            ValueError: When there is no successful demonstration.
        """
        untrained = self._policy.weights()
        try:
            self._pretrain(Progress(report=report, should_stop=should_stop))
        except Exception:
            self._policy.load(untrained)  # stopped or failed, it leaves nothing half done
            raise
        self._imitation = self._policy.weights()
        begin_practice(self._policy, untrained=untrained, config=self._pretraining)
        if self._cache is not None:
            self._cache.forget()
        self.pretrained = True
        self._workers.follow(self._learner.state)

    def update(self) -> Metrics:
        """Does one update; only when `ready`. Returns its metrics."""
        with self._prefetch.batch() as batch:
            metrics: Metrics = self._learner.update(self._workers.share(batch))
        if isinstance(self._learner, TakeOverWitness):
            metrics = {**metrics, **self._learner.witness(self.memory.imitation, observe=self._observations.gather)}
        return metrics

    def weights(self) -> Tensors:
        """Returns what the policy needs."""
        self._note_instructions()
        return self._policy.weights()

    def imitation_weights(self) -> Tensors | None:
        """Returns the version named `imitation`: the policy as pretraining left it; None before that."""
        return self._imitation

    def state(self) -> dict[str, NDArray[Any]]:
        """Returns everything but the memory, which the log has."""
        self._note_instructions()
        state = {f"learner.{name}": value for name, value in self._learner.state().items()}
        state["spec_digest"] = np.frombuffer(self._spec.digest.encode(), np.uint8).copy()
        state["pretrained"] = np.array(self.pretrained, np.uint8)
        state["rows"] = self._prefetch.state()
        for name, value in (self._imitation or {}).items():
            state[_IMITATION + name] = np.array(value)
        return state

    def restore(self, state: Tensors) -> None:
        """Undoes `state`.

        Raises:
            SpecMismatchError: When it was made for another spec.
            WeightsError: When its tensors are not those of this policy and algorithm.
        """
        digest = np.asarray(state["spec_digest"], np.uint8).tobytes().decode()
        if digest != self._spec.digest:
            raise SpecMismatchError(
                what="the checkpoint", found=digest, expected=self._spec.digest, where="a run folder"
            )
        self._learner.restore(under("learner.", state))
        self._workers.follow(self._learner.state)
        self._prefetch.restore(np.asarray(state["rows"]))
        self.pretrained = bool(state["pretrained"])
        self._imitation = under(_IMITATION, state) or None
        if self._cache is not None:
            self._cache.forget()

    def earlier_weights(self) -> Tensors:
        """Returns the weights that `pretraining.begin_with` names.

        Raises:
            ConfigurationError: When there are none.
            WeightsError: When they are damaged or of another policy.
            SpecMismatchError: When they are for another environment.
        """
        return read_earlier_weights(
            Path(self._pretraining.begin_with).expanduser(),
            policy=self._policy_config.name,
            spec_digest=self._spec.digest,
            expected=self._policy.weights(),
        )

    def _note_instructions(self) -> None:
        """Have the policy know what it is trained on: the instructions of all that may be drawn, of nothing else."""
        if self._policy.network.features.reads_instructions:
            self._policy.learn_instructions(self.memory.instructions(self._batches.rows))

    def _pretrain(self, progress: Progress) -> None:
        if self._pretraining.begin_with:
            self._policy.load(self.earlier_weights())
            self._policy.begin_from_average()
            return
        with by_one_process():
            pretrain(self._policy, memory=self.memory, config=self._pretraining, seed=self._seed, progress=progress)
        shown = self.memory.successful_demonstrations()
        self._policy.learn_instructions(self.memory.instructions(np.concatenate(shown)))
