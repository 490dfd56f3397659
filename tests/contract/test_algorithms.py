"""What every registered algorithm promises."""

from __future__ import annotations

import re

import numpy as np
import pytest

from tests.support.small_trainers import (
    SPEC,
    small_hyperparameters,
    small_trainer,
    smallest_policy_for,
)
from user_core.configuration import build, flatten, parameters_of
from user_core.errors import ConfigurationError, WeightsError
from user_core.interfaces import Algorithm
from user_learner.algorithms.registry import ALGORITHMS, algorithm_entry
from user_learner.trainer import Trainer
from user_policies.policies.registry import make_policy
from user_policies.tensors import refuse_not_finite, tensors_digest


def make(name: str, *, seed: int = 0) -> Trainer:
    return small_trainer(name, smallest_policy_for(name), seed=seed)


@pytest.mark.parametrize("name", ALGORITHMS.names)
class TestAlgorithm:
    def test_satisfies_the_protocol(self, name: str) -> None:
        entry = algorithm_entry(name)
        policy = make_policy(spec=SPEC, config=smallest_policy_for(name))
        learner: Algorithm = entry.learner_type(config=small_hyperparameters(name), policy=policy, seed=0)
        assert tensors_digest(learner.weights()) == tensors_digest(policy.weights())

    def test_every_hyperparameter_is_described_and_can_be_set_from_a_params_file(self, name: str) -> None:
        config_type = algorithm_entry(name).config_type
        assert all(info.description for info in parameters_of(config_type))
        config = small_hyperparameters(name)
        assert build(config_type, flatten(config), where="a test") == config

    def test_no_step_size_or_share_is_negative(self, name: str) -> None:
        config_type = algorithm_entry(name).config_type
        for info in parameters_of(config_type):
            if info.name.endswith(("rate", "tau", "weight")):
                with pytest.raises(ConfigurationError, match=info.name):
                    build(config_type, {info.name: -0.5}, where="a test")

    def test_state_of_other_shapes_is_refused_by_its_names(self, name: str) -> None:
        trainer = make(name)
        trainer.update()
        state = trainer.state()
        networks = [key for key in state if key.endswith(".weight") and ".optimiser." not in key]
        for key in {key.split(".")[1]: key for key in networks}.values():
            with pytest.raises(WeightsError, match=re.escape(key.removeprefix("learner."))):
                make(name).restore({**state, key: state[key][..., :-1]})

    def test_weights_fit_the_policy_that_acts(self, name: str) -> None:
        trainer = make(name)
        for _ in range(4):
            trainer.update()
        policy = make_policy(spec=SPEC, config=smallest_policy_for(name), seed=9)
        policy.load(trainer.weights())
        assert tensors_digest(policy.weights()) == tensors_digest(trainer.weights())

    def test_restored_goes_on_exactly_as_the_one_that_was_saved(self, name: str) -> None:
        first, second = make(name), make(name, seed=7)
        for _ in range(3):
            first.update()
        second.restore(first.state())
        for trainer in (first, second):
            for _ in range(5):
                trainer.update()
        assert tensors_digest(first.state()) == tensors_digest(second.state())

    def test_state_is_finite_as_a_checkpoint_must_be(self, name: str) -> None:
        trainer = make(name)
        refuse_not_finite(trainer.state(), what="a new state")
        trainer.update()
        refuse_not_finite(trainer.state(), what="a state")

    def test_metrics_are_finite_numbers(self, name: str) -> None:
        trainer = make(name)
        for _ in range(8):
            metrics = trainer.update()
            assert all(np.isfinite(value) for value in metrics.values())
