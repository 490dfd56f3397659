"""Batches that cannot be shared are refused before anybody is spoken to."""

from __future__ import annotations

import pytest

from tests.support.learning_records import small_spec
from user_core.errors import ConfigurationError
from user_learner.algorithms.bc.config import BcConfig
from user_learner.distributed.workers import LearnerSetup, TorchWorkers
from user_policies.policies.config import PolicyConfig


@pytest.mark.parametrize(
    ("batch_size", "micro_batches", "message"),
    [
        (10, 1, r"batch_size = 10 is not allowed: a multiple of 8"),
        (16, 3, r"micro_batches = 3 is not allowed: a divisor of 4, the samples of each of 4 processes"),
        (16, 8, r"micro_batches = 8 is not allowed"),
    ],
)
def test_shares_and_their_parts_must_be_alike(batch_size: int, micro_batches: int, message: str) -> None:
    setup = LearnerSetup(
        spec=small_spec(),
        policy=PolicyConfig(),
        algorithm="bc",
        hyperparameters=BcConfig(batch_size=batch_size, micro_batches=micro_batches),
        seed=0,
        device="cpu",
    )
    with pytest.raises(ConfigurationError, match=message):
        TorchWorkers(processes=4).begin(setup)
