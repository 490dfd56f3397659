"""Practice that begins with the weights of another run, a checkpoint or a file."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest

from tests.support.learning_sessions import SPEC, SessionBench, demonstrations, sac_config
from user_core.errors import ConfigurationError, SpecMismatchError, WeightsError
from user_core.run import RunFolder
from user_learner.algorithms.bc.config import BcConfig
from user_learner.algorithms.hg_dagger.config import HgDaggerConfig
from user_learner.algorithms.pretraining.config import PretrainingConfig
from user_learner.checkpoint import Checkpoint, CheckpointStore
from user_learner.config import LearnerNodeConfig
from user_learner.earlier_weights import read_earlier_weights
from user_learner.session.snapshot import LearnerState
from user_policies.networks.frozen_base import BASE
from user_policies.policies.config import PolicyConfig
from user_policies.policies.registry import make_policy
from user_policies.tensors import tensors_digest
from user_policies.weights.payload import pack
from user_policies.weights.store import WeightsStore
from user_policies.weights.version import WeightsVersion

UPDATES = 6


def bc_config(folder: Path) -> LearnerNodeConfig:
    return dataclasses.replace(
        sac_config(folder),
        algorithm="bc",
        pretraining=PretrainingConfig(demonstrations=2, imitation_updates=0, encoder_updates=0),
        hyperparameters=BcConfig(batch_size=4, updates=UPDATES, average_rate=0.1),
    )


def hg_dagger_config(folder: Path, *, begin_with: Path, policy: PolicyConfig | None = None) -> LearnerNodeConfig:
    base = sac_config(folder)
    return dataclasses.replace(
        base,
        algorithm="hg_dagger",
        policy=policy or base.policy,
        pretraining=PretrainingConfig(demonstrations=0, begin_with=str(begin_with)),
        hyperparameters=HgDaggerConfig(batch_size=4, utd_ratio=1.0),
    )


@pytest.fixture
def base(tmp_path: Path) -> SessionBench:
    """A run of behaviour cloning that is done."""
    bench = SessionBench(bc_config(tmp_path / "base"), recording=demonstrations(2))
    bench.feed()
    bench.turn(8)
    assert bench.session.snapshot.state is LearnerState.DONE
    bench.session.finish()
    return bench


def test_behaviour_cloning_does_its_updates_sends_the_last_weights_and_is_done(base: SessionBench) -> None:
    snapshot = base.session.snapshot
    assert (snapshot.updates, snapshot.training_steps, snapshot.step_budget) == (UPDATES, 0, 0)
    assert snapshot.staleness == 0
    assert base.labels[-1] == f"1.{UPDATES}"


def test_a_restart_of_what_is_done_has_nothing_left_to_do(base: SessionBench) -> None:
    again = SessionBench(base.config, recording=demonstrations(2))
    again.feed()
    again.turn(4)
    assert again.session.snapshot.state is LearnerState.DONE
    assert again.session.snapshot.updates == UPDATES


def test_hg_dagger_begins_with_what_acted_there_and_keeps_it_as_imitation(base: SessionBench, tmp_path: Path) -> None:
    bench = SessionBench(hg_dagger_config(tmp_path / "after", begin_with=tmp_path / "base"))
    bench.feed()
    bench.turn(3)
    imitation = next(payload for payload in bench.sent if payload.header.name == "imitation")
    before, begun = base.sent[-1].tensors(), imitation.tensors()
    averages = [name for name in before if name.startswith("ema.")]
    assert averages
    for name in averages:
        assert (begun[name] == before[name]).all()
        assert (begun[name.removeprefix("ema.")] == before[name]).all()


def test_robots_go_on_while_there_is_nothing_to_learn_from(base: SessionBench, tmp_path: Path) -> None:
    bench = SessionBench(hg_dagger_config(tmp_path / "after", begin_with=tmp_path / "base"))
    paced = dataclasses.replace(bench.config.pipeline, name="paced", slack_steps=30)
    bench = SessionBench(dataclasses.replace(bench.config, pipeline=paced, run_folder=str(tmp_path / "paced")))
    bench.feed_episodes(10)
    bench.turn(3)
    snapshot = bench.session.snapshot
    assert (snapshot.state, snapshot.updates) == (LearnerState.WAITING, 0)
    assert snapshot.step_budget == snapshot.training_steps + 30


def test_a_checkpoint_and_a_weights_file_serve_as_well(base: SessionBench, tmp_path: Path) -> None:
    policy = make_policy(spec=SPEC, config=base.config.policy)
    (checkpoint,) = (tmp_path / "base" / "checkpoints").glob("updates-*6")
    file = tmp_path / "weights.safetensors"
    file.write_bytes(base.sent[-1].content)
    found = [
        read_earlier_weights(path, policy="mlp", spec_digest=SPEC.digest, expected=policy.weights())
        for path in (tmp_path / "base", checkpoint, file)
    ]
    assert len({tensors_digest(tensors) for tensors in found}) == 1


def test_a_run_gives_the_version_that_acted_in_its_best_evaluation(base: SessionBench, tmp_path: Path) -> None:
    run = RunFolder(path=tmp_path / "base")
    acted = next(payload for payload in base.sent if payload.header.identity.label == "1.4")
    checkpoints = CheckpointStore(folder=run.checkpoints, keep_newest=1)
    checkpoints.evaluated(checkpoint=Checkpoint.name_of(UPDATES), version="1.4", success_rate=1.0, episodes=2)
    expected = acted.tensors()

    def begun_with() -> str:
        return tensors_digest(read_earlier_weights(run.path, policy="mlp", spec_digest=SPEC.digest, expected=expected))

    ahead = begun_with()
    store = WeightsStore(folder=run.policy / "policy_node")
    for payload in base.sent:
        store.save(payload)
    (run.policy / "policy_node" / "a.safetensors").write_bytes(b"damaged")
    assert begun_with() == tensors_digest(expected) != ahead


def test_weights_of_another_shape_policy_or_environment_are_refused(base: SessionBench, tmp_path: Path) -> None:
    wider = PolicyConfig(name="mlp", hidden_sizes=(9,))
    with pytest.raises(WeightsError, match=r"actor\.mean\.weight has shape \(2, 8\), not \(2, 9\)"):
        SessionBench(hg_dagger_config(tmp_path / "a", begin_with=tmp_path / "base", policy=wider))
    expected = make_policy(spec=SPEC, config=base.config.policy).weights()
    with pytest.raises(WeightsError, match="of policy mlp, not of flow"):
        read_earlier_weights(tmp_path / "base", policy="flow", spec_digest=SPEC.digest, expected=expected)
    with pytest.raises(SpecMismatchError, match="was made for spec"):
        read_earlier_weights(tmp_path / "base", policy="mlp", spec_digest="other", expected=expected)


def test_weights_on_another_base_are_refused_before_they_are_waited_for(tmp_path: Path) -> None:
    name = f"features.encoders.0.{BASE}"
    theirs, ours = ({name: np.full(32, value, np.uint8)} for value in (1, 2))
    version = WeightsVersion(incarnation=1, update=1)
    file = tmp_path / "weights.safetensors"
    file.write_bytes(pack(theirs, run="run", version=version, name="", policy="cnn", spec_digest="digest").content)
    with pytest.raises(
        WeightsError, match=r"weights\.safetensors were trained on another base.*policy\.encoder_weights"
    ):
        read_earlier_weights(file, policy="cnn", spec_digest="digest", expected=ours)


def test_where_there_are_no_weights_is_said(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"pretraining\.begin_with"):
        SessionBench(hg_dagger_config(tmp_path / "a", begin_with=tmp_path / "nothing"))


def test_a_restart_needs_the_earlier_weights_no_more(base: SessionBench, tmp_path: Path) -> None:
    config = hg_dagger_config(tmp_path / "after", begin_with=tmp_path / "base")
    first = SessionBench(config)
    first.feed()
    first.turn(3)
    first.session.finish()
    (tmp_path / "base").rename(tmp_path / "elsewhere")
    assert SessionBench(config).labels == ["imitation", "2.0"]
