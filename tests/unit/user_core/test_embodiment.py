from __future__ import annotations

import dataclasses

import numpy as np

from tests.support.learning_records import make_episode, make_observation, small_spec
from user_core.embodiment import Embodiment, Embodiments, common_spec
from user_core.spec import ACTION_AXES, PRIVILEGED_GROUP

PEG = small_spec(cameras=1)
DUCK = dataclasses.replace(
    PEG, task="duck", action_names=("z", "gripper"), action_scale=(0.03, 1.0), gripper_mode="binary", leash_m=0.05
)


def test_tasks_with_the_same_cameras_have_one_spec_in_common() -> None:
    assert common_spec(PEG).digest == common_spec(DUCK).digest
    assert PEG.digest != DUCK.digest


def test_the_true_target_is_no_part_of_what_is_common() -> None:
    assert PRIVILEGED_GROUP not in common_spec(PEG).group_slices()


def test_states_are_scaled_by_their_own_ranges_and_what_is_missing_is_zero() -> None:
    common = common_spec(PEG)
    observation = make_observation(PEG)
    seen = Embodiment(spec=PEG, policy_spec=common).observation(observation)
    common.check_observation(seen)
    columns = common.group_slices()
    np.testing.assert_allclose(seen.state[columns["tcp_pose"]], observation.state[:6] / 0.05, atol=1e-6)
    np.testing.assert_allclose(seen.state[columns["tcp_force"]], observation.state[6:9] / 10.0, atol=1e-6)
    assert not seen.state[columns["gripper"]].any()
    assert not seen.state[columns["tcp_velocity"]].any()


def test_actions_come_back_on_the_axes_that_the_arm_has() -> None:
    embodiment = Embodiment(spec=DUCK, policy_spec=common_spec(DUCK))
    chunk = np.arange(14, dtype=np.float32).reshape(2, 7)
    np.testing.assert_array_equal(embodiment.actions(chunk), [[2, 6], [9, 13]])
    record = make_episode(DUCK, length=3)[1]
    learned = embodiment.transition(record)
    assert learned.executed_action.shape == (len(ACTION_AXES),)
    np.testing.assert_array_equal(embodiment.actions(learned.executed_action[None])[0], record.executed_action)
    assert learned.policy_action.size == 0


def test_instruction_of_the_task_goes_with_what_was_seen() -> None:
    spec = dataclasses.replace(DUCK, instruction="put the duck away")
    embodiment = Embodiment(spec=spec, policy_spec=common_spec(spec))
    assert embodiment.observation(make_observation(spec)).instruction == "put the duck away"


def test_a_policy_of_its_own_sees_the_records_as_they_are() -> None:
    embodiments = Embodiments(embodiment="own", first=PEG)
    embodiment = embodiments.of(PEG.digest)
    assert embodiment is not None
    record = make_episode(PEG, length=3)[1]
    assert embodiment.transition(record) is record
    assert embodiment.observation(record.observation) is record.observation


def test_another_task_is_refused_by_a_policy_of_its_own_and_taken_by_a_common_one() -> None:
    own, common = Embodiments(embodiment="own", first=PEG), Embodiments(embodiment="common", first=PEG)
    for embodiments in (own, common):
        assert embodiments.add(PEG) is None
    assert own.add(DUCK) == DUCK
    assert own.of(DUCK.digest) is None
    assert common.add(DUCK) is None
    assert common.of(DUCK.digest) is not None
    assert common.of("unknown") is None
    other_camera = common.add(small_spec(cameras=2))
    assert other_camera is not None
    assert "cameras" in common.policy_spec.difference(other_camera)
