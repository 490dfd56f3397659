"""What a frame of a dataset holds."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

pytest.importorskip("pyarrow", reason="./user build role:=all installs it")

from tests.support.learning_records import make_episode, small_spec
from user_bringup.dataset.features import (
    PRIVILEGED_STATE,
    STATE,
    frame_values,
    image_feature,
    joined_state,
    value_features,
)
from user_core.types import ActionSource

SPEC = small_spec()
SOURCES = ("pose", "rule")


def test_elements_are_named_and_the_target_stands_apart() -> None:
    features = {feature.name: feature for feature in value_features(SPEC, reward_sources=SOURCES)}
    read, privileged = features[STATE].names or (), features[PRIVILEGED_STATE].names or ()
    assert read[:2] == ("tcp_pose.x", "tcp_pose.y") and len(read) == 9
    assert len(privileged) == 6 and all(name.startswith("target.") for name in privileged)
    assert features["action"].described() == {"dtype": "float32", "shape": [2], "names": ["x", "y"]}
    assert features["source.reward"].described()["info"] == {"values": ["pose", "rule"]}


def test_only_what_a_policy_may_have_is_called_observation_or_action() -> None:
    names = [feature.name for feature in value_features(SPEC, reward_sources=SOURCES)]
    names += [image_feature(camera).name for camera in SPEC.cameras]
    given = [name for name in names if name.startswith(("observation", "action"))]
    assert given == [STATE, "action", "observation.images.camera_0"]


def test_a_spec_without_a_target_has_no_privileged_state() -> None:
    spec = small_spec(target=False)
    assert PRIVILEGED_STATE not in {feature.name for feature in value_features(spec, reward_sources=SOURCES)}
    record = replace(make_episode(spec)[0], reward_source="pose")
    assert PRIVILEGED_STATE not in frame_values(spec, record, is_last=False, reward_sources=SOURCES)


def test_values_and_features_have_the_same_names() -> None:
    record = replace(make_episode(SPEC)[0], reward_source="rule")
    values = frame_values(SPEC, record, is_last=False, reward_sources=SOURCES)
    assert set(values) == {feature.name for feature in value_features(SPEC, reward_sources=SOURCES)}
    assert values["source.reward"] == 1


def test_the_state_is_joined_as_it_was_split() -> None:
    record = replace(make_episode(SPEC)[0], reward_source="pose")
    values = frame_values(SPEC, record, is_last=False, reward_sources=SOURCES)
    assert np.array_equal(joined_state(SPEC, values), record.observation.state)


@pytest.mark.parametrize(("source", "intervention"), [(ActionSource.HUMAN, True), (ActionSource.BLEND, False)])
def test_an_intervention_is_a_step_in_which_a_person_decided(source: ActionSource, intervention: bool) -> None:
    record = replace(make_episode(SPEC)[0], reward_source="pose", action_source=source)
    values = frame_values(SPEC, record, is_last=False, reward_sources=SOURCES)
    assert values["intervention"] is intervention


def test_a_policy_that_did_not_answer_is_not_a_number() -> None:
    record = replace(make_episode(SPEC)[0], reward_source="pose")
    values = frame_values(SPEC, record, is_last=False, reward_sources=SOURCES)
    assert np.isnan(values["policy_action"]).all() and values["policy_action"].shape == (2,)
