"""Every algorithm with every policy: a pair learns, goes on after a restart and acts, or is refused with the reason."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import numpy as np
import pytest

from tests.support.installed_policies import pair_parameters, policy_parameters
from tests.support.learning_records import make_observation
from tests.support.small_trainers import SPEC, small_policy, small_trainer
from user_core.configuration import build
from user_core.errors import ConfigurationError, UnknownNameError
from user_core.types import ActionChunk
from user_learner.algorithms.registry import ALGORITHMS, check_pair, policies_for
from user_learner.checkpoint import Checkpoint, CheckpointStore
from user_learner.config import learner_config_type
from user_learner.trainer import Trainer
from user_policies.policies.registry import POLICIES, actor_kind, make_policy
from user_policies.tensors import tensors_digest

PAIRS = list(product(ALGORITHMS.names, POLICIES.names))
ALLOWED = [pair for pair in PAIRS if pair[1] in policies_for(pair[0])]
REFUSED = [pair for pair in PAIRS if pair not in ALLOWED]
UPDATES = 50


def make(algorithm: str, policy: str, *, seed: int) -> Trainer:
    return small_trainer(algorithm, small_policy(policy), seed=seed, demonstrations=2)


def learn(trainer: Trainer, updates: int) -> None:
    if trainer.can_pretrain:
        trainer.pretrain(report=lambda text, share: None)
    for _ in range(updates):
        metrics = trainer.update()
        assert all(np.isfinite(value) for value in metrics.values())


def through_a_checkpoint(trainer: Trainer, algorithm: str, folder: Path) -> Checkpoint:
    store = CheckpointStore(folder=folder, keep_newest=1)
    store.save(
        Checkpoint(
            run="run",
            spec_digest=SPEC.digest,
            algorithm=algorithm,
            policy=trainer.policy_name,
            updates=trainer.updates,
            log_position=0,
            tensors=trainer.state(),
        )
    )
    found = store.newest()
    assert found is not None
    return found


@pytest.mark.parametrize(("algorithm", "policy"), pair_parameters(ALLOWED))
def test_pair_learns_goes_on_exactly_after_a_restart_and_acts(algorithm: str, policy: str, tmp_path: Path) -> None:
    trainer, restarted = make(algorithm, policy, seed=0), make(algorithm, policy, seed=5)
    learn(trainer, UPDATES)
    assert trainer.updates == UPDATES
    restarted.restore(through_a_checkpoint(trainer, algorithm, tmp_path).tensors)
    for one in (trainer, restarted):
        learn(one, 5)
    assert tensors_digest(restarted.state()) == tensors_digest(trainer.state())

    acting = make_policy(spec=SPEC, config=small_policy(policy), seed=3)
    before = tensors_digest(acting.weights())
    acting.load(restarted.weights())
    assert tensors_digest(acting.weights()) == tensors_digest(trainer.weights()) != before
    observation = make_observation(SPEC)
    for values in acting.act([observation, observation], deterministic=[True, False]):
        SPEC.check_action(
            ActionChunk(
                source="source",
                spec_digest=SPEC.digest,
                episode=observation.episode,
                first_step=observation.step,
                values=values,
            )
        )


@pytest.mark.parametrize(("algorithm", "policy"), REFUSED)
def test_other_pair_is_refused_with_the_reason_and_with_what_is_allowed(algorithm: str, policy: str) -> None:
    with pytest.raises(ConfigurationError) as refusal:
        make(algorithm, policy, seed=0)
    for name in (algorithm, policy, actor_kind(policy), *policies_for(algorithm)):
        assert name in str(refusal.value)


@pytest.mark.parametrize("policy", policy_parameters())
def test_policy_has_the_kind_of_actor_that_its_row_says(policy: str) -> None:
    made = make_policy(spec=SPEC, config=small_policy(policy))
    assert made.network.actor.kind == actor_kind(policy)


@pytest.mark.parametrize("policy", POLICIES.names)
def test_every_policy_is_trained_by_something(policy: str) -> None:
    assert any(policy in policies_for(algorithm) for algorithm in ALGORITHMS.names)


@pytest.mark.parametrize(("algorithm", "policy"), [("sacflow", "flow"), ("sac_flow", "flows")])
def test_a_name_that_nobody_has_is_refused(algorithm: str, policy: str) -> None:
    with pytest.raises(UnknownNameError, match="there are"):
        check_pair(algorithm=algorithm, policy=policy)


@pytest.mark.parametrize(("algorithm", "policy"), REFUSED)
def test_learner_node_refuses_it_before_it_starts(algorithm: str, policy: str) -> None:
    values = {"run_folder": "runs/test", "algorithm": algorithm, "policy.name": policy}
    with pytest.raises(ConfigurationError, match="policy"):
        build(learner_config_type(algorithm), values, where="a test")
