"""What counts as a person's step is the same wherever it is counted."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tests.support.learning_records import ORIGIN, make_episode, small_spec
from user_bringup.bag.episodes import EpisodeEntry
from user_bringup.convert.summaries import summarise
from user_bringup.dataset.features import frame_values
from user_core.types import ActionSource, Mode, Outcome, SafetyFlag
from user_hardware.environment.episode import EpisodeIdentity, ExecutedStep
from user_hardware.environment.statistics import EpisodeStatistics

pytestmark = pytest.mark.ros
SPEC = small_spec()


@pytest.mark.parametrize("source", list(ActionSource))
def test_the_environment_convert_the_bag_tool_and_data_sets_count_alike(source: ActionSource) -> None:
    records = [replace(record, action_source=source) for record in make_episode(SPEC, length=2)]
    entry = EpisodeEntry.begun_by(records[0])
    for record in records:
        entry.add(record)
    converted = summarise(records, recorded=None, source_sequence=3)
    features = [frame_values(SPEC, record, is_last=False, reward_sources=("",)) for record in records[:-1]]
    interventions = sum(frame["intervention"] for frame in features)
    expected = 2 if source is ActionSource.HUMAN else 0
    assert (live_count(source), converted.human_steps, entry.human_steps, interventions) == (expected,) * 4


def live_count(source: ActionSource) -> int:
    """Return how many of two steps the environment's own summary counts."""
    statistics = EpisodeStatistics(lockstep=True)
    statistics.on_first_observation(0.0)
    for _ in range(2):
        nothing = np.zeros(0, np.float32)
        step = ExecutedStep(
            source=source,
            executed_action=nothing,
            policy_action=nothing,
            policy_version="",
            reference_pose=ORIGIN,
            commanded_pose=ORIGIN,
            safety_flags=SafetyFlag.NONE,
        )
        statistics.on_action(step, 0.1)
    identity = EpisodeIdentity(robot="arm_0", task="t", episode="e", reset_seed=0, evaluation="")
    summary = statistics.summary(
        identity=identity,
        source="s",
        mode=Mode.TRAIN,
        deterministic=False,
        length=2,
        episode_return=0.0,
        outcome=Outcome.TIMEOUT,
        reason="",
        interventions=0,
    )
    return summary.human_steps
