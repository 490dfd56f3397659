"""Batches out of a memory: with cached features, or with raw observations for an encoder in training."""

from __future__ import annotations

from typing import Protocol

import numpy as np
import torch
from numpy.random import Generator
from numpy.typing import NDArray

from user_learner.replay.batch import Batch, Observations
from user_learner.replay.feature_cache import FeatureCache
from user_learner.replay.memory import SamplingMemory
from user_learner.replay.n_step import n_step_returns
from user_learner.replay.observations import observations_of
from user_learner.replay.sampling import SamplingRule
from user_learner.replay.windows import action_windows
from user_policies.device import to_device
from user_policies.policies.observation_batch import ObservationBatch


class ObservationSource(Protocol):
    """Looks up the observations of rows."""

    def gather(self, rows: np.ndarray) -> Observations:
        """Return the observations of rows (B,)."""


class RawObservationSource:
    """States and frames as they were recorded."""

    def __init__(self, *, memory: SamplingMemory, device: torch.device) -> None:
        """Reads `memory`, gives tensors on `device`."""
        self._memory = memory
        self._device = device

    def gather(self, rows: np.ndarray) -> ObservationBatch:
        """Return all that was observed, on the device."""
        return observations_of(self._memory, rows, device=self._device)


class BatchSource:
    """Draws by a rule, sums over n steps, looks up the observations at both ends."""

    def __init__(
        self,
        *,
        memory: SamplingMemory,
        observations: FeatureCache | RawObservationSource,
        rule: SamplingRule,
        batch_size: int,
        horizon: int,
        n_step: int,
        gamma: float,
        device: torch.device,
    ) -> None:
        """Joins memory, rule and lookup.

        Args:
            memory: Where the rows are.
            observations: Cached features or raw observations.
            rule: Which rows are drawn.
            batch_size: B.
            horizon: H, steps of action in a sample.
            n_step: Number of rewards in a sample; 0 = none, and the next observation is the observation.
            gamma: The algorithm's discount.
            device: Where batches are used.
        """
        self._memory = memory
        self._observations: ObservationSource = observations
        self._rule = rule
        self._batch_size = batch_size
        self._horizon = horizon
        self._n_step = n_step
        self._gamma = gamma
        self._device = device

    @property
    def ready(self) -> bool:
        """Whether the rule has something to draw from."""
        return self._rule.ready(self._memory)

    @property
    def rows(self) -> NDArray[np.int64]:
        """All rows that may be drawn, some perhaps twice."""
        return self._rule.rows(self._memory)

    def sample(self, generator: Generator) -> Batch:
        """Return one batch."""
        drawn = self._rule.draw(self._memory, batch_size=self._batch_size, generator=generator)
        windows = action_windows(
            drawn.rows, horizon=self._horizon, successor=self._memory.successor, actions=self._memory.actions
        )
        returns = n_step_returns(
            drawn.rows,
            n=self._n_step,
            gamma=self._gamma,
            successor=self._memory.successor,
            reward=self._memory.rewards,
            discount=self._memory.discounts,
        )
        observation = self._observations.gather(drawn.rows)
        return Batch(
            observation=observation,
            action=to_device(windows.actions, self._device),
            within=to_device(windows.within, self._device),
            by_person=to_device(self._memory.by_person[windows.rows] & windows.within, self._device),
            reward=to_device(returns.reward, self._device),
            bootstrap=to_device(returns.bootstrap, self._device),
            next_observation=self._observations.gather(returns.next_row) if self._n_step else observation,
            is_demonstration=to_device(drawn.is_demonstration, self._device),
        )
