"""A spec's digest changes with the meaning of its records, and its checks stop what does not fit."""

import dataclasses
from typing import Any

import numpy as np
import pytest

from user_core.errors import InvalidRecordError
from user_core.spec import CameraSpec, EnvironmentSpec, StateGroup
from user_core.transforms import Pose
from user_core.types import ActionChunk, Mode, Observation


def make_spec() -> EnvironmentSpec:
    return EnvironmentSpec(
        robot="arm_0",
        task="peg_insertion",
        instruction="insert the peg",
        state_groups=(
            StateGroup(name="tcp_pose", element_names=("x_m", "y_m"), low=(-0.05, -0.1), high=(0.05, 0.1)),
            StateGroup(name="gripper", element_names=("width_m",), low=(0.0,), high=(0.08,)),
        ),
        action_names=("x", "y"),
        action_scale=(0.02, 0.02),
        reference="measured",
        leash_m=0.03,
        leash_rad=0.2,
        nominal_target=Pose.of([0.5, 0, 0.1, np.pi, 0, 0]),
        cameras=(CameraSpec(name="wrist", height=8, width=6),),
        control_rate_hz=10.0,
        max_episode_steps=100,
    )


def make_observation(spec: EnvironmentSpec) -> Observation:
    return Observation(
        stamp_ns=0,
        source="s",
        spec_digest=spec.digest,
        episode="e",
        step=0,
        mode=Mode.TRAIN,
        deterministic=False,
        state=np.zeros(spec.state_dim, np.float32),
        images=(np.zeros((8, 6, 3), np.uint8),),
    )


@pytest.mark.parametrize(
    "change",
    [
        {"task": "charger"},
        {"action_scale": (0.02, 0.03)},
        {"action_names": ("x", "z")},
        {"reference": "commanded"},
        {"leash_m": 0.04},
        {"control_rate_hz": 20.0},
        {"cameras": (CameraSpec(name="wrist", height=8, width=8),)},
        {"cameras": (CameraSpec(name="wrist", height=8, width=6, crop=(1, 1, 4, 4)),)},
    ],
)
def test_the_digest_changes_with_what_a_record_means(change: dict[str, Any]) -> None:
    assert dataclasses.replace(make_spec(), **change).digest != make_spec().digest


@pytest.mark.parametrize("change", [{"robot": "arm_1"}, {"instruction": "put it in"}, {"max_episode_steps": 50}])
def test_the_digest_stays_for_another_arm_at_the_same_task(change: dict[str, Any]) -> None:
    assert dataclasses.replace(make_spec(), **change).digest == make_spec().digest


def test_normalise_maps_the_range_to_plus_minus_one_without_clipping() -> None:
    state = np.array([[0.05, -0.1, 0.04], [0.1, 0.0, 0.0]], np.float32)
    np.testing.assert_allclose(
        make_spec().normalise(state, ("gripper", "tcp_pose")), [[0, 1, -1], [-1, 2, 0]], atol=1e-6
    )


def test_a_fitting_observation_passes() -> None:
    spec = make_spec()
    spec.check_observation(make_observation(spec))


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"spec_digest": "other"}, "digest"),
        ({"state": np.zeros(4, np.float32)}, "shape"),
        ({"state": np.array([0, np.nan, 0], np.float32)}, "finite"),
        ({"images": ()}, "images"),
        ({"images": (np.zeros((6, 8, 3), np.uint8),)}, "images"),
    ],
)
def test_an_observation_that_does_not_fit_is_refused(change: dict[str, Any], says: str) -> None:
    spec = make_spec()
    with pytest.raises(InvalidRecordError, match=says):
        spec.check_observation(dataclasses.replace(make_observation(spec), **change))


@pytest.mark.parametrize(
    ("values", "digest", "says"),
    [
        (np.zeros((1, 3), np.float32), None, "shape"),
        (np.full((1, 2), np.nan, np.float32), None, "finite"),
        (np.full((1, 2), 1.5, np.float32), None, r"\[-1, 1\]"),
        (np.zeros((1, 2), np.float32), "other", "digest"),
    ],
)
def test_an_action_that_does_not_fit_is_refused(values: np.ndarray, digest: str | None, says: str) -> None:
    spec = make_spec()
    chunk = ActionChunk(source="s", spec_digest=digest or spec.digest, episode="e", first_step=0, values=values)
    with pytest.raises(InvalidRecordError, match=says):
        spec.check_action(chunk)
