"""A classifier on disk, and which environments it may judge."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file

from tests.support.classifiers import untrained
from tests.support.learning_records import make_observation, small_spec
from user_core.errors import WeightsError
from user_policies.reward.classifier import RewardClassifier

SPEC = small_spec(cameras=2)


def test_it_is_the_same_after_a_round_trip(tmp_path: Path) -> None:
    classifier = untrained(SPEC)
    classifier.save(tmp_path / "a.safetensors")
    again = RewardClassifier.load(tmp_path / "a.safetensors")
    images = make_observation(SPEC).images
    assert (again.card, again.sha256) == (classifier.card, classifier.sha256)
    assert again.probability(images) == classifier.probability(images)
    assert 0.0 < again.probability(images) < 1.0


def test_it_picks_its_cameras_out_of_those_of_the_environment() -> None:
    assert untrained(SPEC, cameras=SPEC.cameras[1:]).select(SPEC) == (1,)
    assert untrained(SPEC, cameras=SPEC.cameras[::-1]).select(SPEC) == (1, 0)


@pytest.mark.parametrize(
    ("change", "own", "theirs"),
    [
        ({"name": "overhead"}, "overhead 16x16", "camera_0 16x16"),
        ({"height": 32, "width": 32}, "camera_0 32x32", "camera_0 16x16"),
        ({"crop": (0, 0, 8, 8)}, r"crop \[0, 0, 8, 8\]", "camera_0 16x16 .centred square"),
    ],
)
def test_other_cameras_sizes_or_crops_are_refused_with_both_sides(
    change: dict[str, object], own: str, theirs: str
) -> None:
    other = replace(SPEC.cameras[0], **change)  # type: ignore[arg-type]
    with pytest.raises(WeightsError, match=f"trained for .*{own}.*this environment has .*{theirs}"):
        untrained(SPEC, cameras=(other,)).select(SPEC)


def test_another_task_is_refused_with_both_sides() -> None:
    with pytest.raises(WeightsError, match="trained for task test_task .* this environment has task charger"):
        untrained(SPEC).select(replace(SPEC, task="charger"))


def test_a_missing_file_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match="cannot be read: .*make one with ./user train_reward"):
        RewardClassifier.load(tmp_path / "none.safetensors")


def test_weights_of_something_else_are_refused(tmp_path: Path) -> None:
    file = tmp_path / "weights.safetensors"
    save_file({"a": np.zeros(1, np.float32)}, file)
    with pytest.raises(WeightsError, match="holds weights, but no classifier"):
        RewardClassifier.load(file)


def test_a_file_that_is_cut_off_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "a.safetensors"
    untrained(SPEC).save(file)
    file.write_bytes(file.read_bytes()[:-100])
    with pytest.raises(WeightsError, match="cannot be read"):
        RewardClassifier.load(file)
