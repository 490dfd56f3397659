from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import pytest

from tests.support.learning_records import small_spec
from user_bringup.evaluation.evaluation_request import EvaluationRequest
from user_bringup.evaluation.seeds import EVALUATION_SEED_END
from user_core.errors import LogError

REQUEST = EvaluationRequest(task="peg_insertion", policy="cnn", algorithm="rlpd", seed=1, episodes=50)


def trained_in(**values: Any) -> EvaluationRequest:  # noqa: ANN401 - any field of the spec
    spec = dataclasses.replace(small_spec(), **values)
    meaning = json.loads(json.dumps(spec.meaning))
    return dataclasses.replace(REQUEST, checkpoint="runs/first", spec_digest=spec.digest, spec=meaning)


def test_it_comes_back_as_it_was_written(tmp_path: Path) -> None:
    assert EvaluationRequest.read(tmp_path) is None
    trained_in().write(tmp_path)
    assert EvaluationRequest.read(tmp_path) == trained_in()


def test_a_damaged_one_is_said(tmp_path: Path) -> None:
    (tmp_path / "evaluation.json").write_text("{}")
    with pytest.raises(LogError, match=r"evaluation\.json is damaged"):
        EvaluationRequest.read(tmp_path)


def test_an_older_one_had_nothing_passed_on(tmp_path: Path) -> None:
    plain = dataclasses.asdict(REQUEST)
    del plain["passed_on"]
    (tmp_path / "evaluation.json").write_text(json.dumps(plain))
    assert EvaluationRequest.read(tmp_path) == REQUEST


def test_what_was_passed_on_belongs_to_it() -> None:
    asked = dataclasses.replace(REQUEST, passed_on={"robot": "franka", "reward": "dense"})
    there = dataclasses.replace(REQUEST, passed_on={"reward": "rule", "verdict": "human"})
    assert asked.differences(asked) == []
    assert asked.differences(there) == [
        "reward: dense, not rule",
        "robot: franka, not left out",
        "verdict: left out, not human",
    ]


def test_a_seed_stands_for_one_list_and_more_episodes_begin_with_the_same(tmp_path: Path) -> None:
    longer = dataclasses.replace(REQUEST, episodes=80)
    assert longer.seeds[:50] == REQUEST.seeds
    assert len(set(longer.seeds)) == 80
    assert all(0 <= seed < EVALUATION_SEED_END for seed in longer.seeds)
    assert dataclasses.replace(REQUEST, seed=2).seeds != REQUEST.seeds


def test_the_environment_of_the_training_fits() -> None:
    assert trained_in().misfit(small_spec()) == ""
    assert REQUEST.misfit(small_spec()) == ""


def test_what_differs_is_named_with_both_values() -> None:
    said = trained_in(action_scale=(0.01, 0.02), control_rate_hz=5.0).misfit(small_spec())
    assert "runs/first was trained in another environment" in said
    assert "action was [['x', 'y'], ['0.01', '0.02']], here it is [['x', 'y'], ['0.02', '0.02']]" in said
    assert "rate was ['5'], here it is ['10']" in said
    assert "cameras" not in said


def test_without_the_trained_spec_the_digests_are_named() -> None:
    said = dataclasses.replace(trained_in(control_rate_hz=5.0), spec=None).misfit(small_spec())
    assert small_spec().digest[:12] in said
