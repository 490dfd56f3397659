import dataclasses

import numpy as np
import pytest

from tests.support.log_records import SPEC, summary, transition
from user_core.errors import InvalidRecordError
from user_core.log.label import EpisodeLabel
from user_core.transforms import Pose
from user_core.types import StepType
from user_learner.replay.admission import check_episode, check_label, check_transition

NAN = float("nan")
BAD_POSE = Pose(position=np.array([NAN, 0, 0]), quaternion=np.array([0, 0, 0, 1.0]))


def test_valid_transition_is_admitted():
    check_transition(SPEC, transition())


@pytest.mark.parametrize(
    ("changes", "what"),
    [
        ({"spec_digest": "0" * 64}, "spec digest"),
        ({"state": np.zeros(4, np.float32)}, "shape of the observation's state"),
        ({"state": np.array([0, NAN, 0], np.float32)}, "finite numbers"),
        ({"images": ()}, "observation's images"),
        ({"images": (np.zeros((4, 4, 3), np.uint8),)}, "observation's images"),
        ({"executed_action": np.zeros(3, np.float32)}, "shape of executed_action"),
        ({"executed_action": np.array([NAN, 0], np.float32)}, "executed_action"),
        ({"policy_action": np.zeros(1, np.float32)}, "shape of policy_action"),
        ({"policy_action": np.array([0, 1.5], np.float32)}, "policy_action"),
        ({"reference_pose": BAD_POSE}, "reference_pose"),
        ({"commanded_pose": BAD_POSE}, "commanded_pose"),
        ({"reward": NAN}, "reward"),
        ({"discount": NAN}, "discount"),
        ({"discount": 1.1}, "discount"),
        ({"episode": ""}, "source or episode"),
        ({"step_type": StepType.LAST, "terminated": True, "truncated": True}, "terminated and truncated"),
    ],
)
def test_transition_that_breaks_the_contract_is_named(changes, what):
    with pytest.raises(InvalidRecordError, match=what):
        check_transition(SPEC, transition(**changes))


def test_policy_that_did_not_answer_is_admitted():
    check_transition(SPEC, transition(policy_action=np.zeros(0, np.float32)))


def test_executed_action_may_exceed_the_unit_range():
    check_transition(SPEC, transition(executed_action=np.array([0, -1.4], np.float32)))


def test_action_and_reward_of_the_last_record_are_never_read():
    empty = np.zeros(0, np.float32)
    check_transition(SPEC, transition(step_type=StepType.LAST, executed_action=empty, reward=NAN, discount=NAN))


def test_summary_with_a_return_that_is_no_number_is_named():
    check_episode(summary())
    with pytest.raises(InvalidRecordError, match="return"):
        check_episode(summary(episode_return=NAN))


def test_label_is_one_of_the_known_words_with_a_finite_reward():
    label = EpisodeLabel(stamp_ns=0, episode="e", label="success")
    check_label(label)
    with pytest.raises(InvalidRecordError, match=r"success \| failure \| reward"):
        check_label(dataclasses.replace(label, label="good"))
    with pytest.raises(InvalidRecordError, match="reward"):
        check_label(dataclasses.replace(label, label="reward", reward=NAN))
