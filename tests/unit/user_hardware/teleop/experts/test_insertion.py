"""The scripted expert inserts the peg, even when it is imprecise, and is an honest function of the poses."""

from __future__ import annotations

import numpy as np
import pytest

from tests.support.peg_insertion_rollout import RAY_CAST, PegSimulationConfig, run_episode
from user_core.transforms import Pose, add_delta
from user_core.types import TaskState
from user_hardware.simulation.scenes.peg_insertion import PegInsertionConfig
from user_hardware.simulation.world import SimulatedWorld
from user_hardware.teleop.expert import ExpertView
from user_hardware.teleop.experts.insertion import InsertionExpert, InsertionExpertConfig

TARGET = Pose(position=np.array([0.5, 0.0, 0.095]), quaternion=np.array([1.0, 0, 0, 0]))
STATE = TaskState(task="peg_insertion", success=False)
IMPRECISE = InsertionExpertConfig(noise_std=0.5, aim_error_m=0.004)


def view(tcp_pose: Pose, target_pose: Pose) -> ExpertView:
    return ExpertView(tcp_pose=tcp_pose, gripper_width_m=0.024, target_pose=target_pose, state=STATE)


@pytest.mark.parametrize(
    ("skill", "hole_width_m", "seeds", "most_steps"),
    [(InsertionExpertConfig(), 0.026, 20, 30), (IMPRECISE, 0.026, 10, 80), (IMPRECISE, 0.025, 10, 80)],
    ids=["precise", "imprecise", "imprecise in a tight hole"],
)
def test_the_expert_inserts_the_peg(
    skill: InsertionExpertConfig, hole_width_m: float, seeds: int, most_steps: int
) -> None:
    config = PegSimulationConfig(scene=PegInsertionConfig(hole_width_m=hole_width_m), cameras=RAY_CAST)
    world = SimulatedWorld(config=config)
    expert = InsertionExpert(config=skill)
    rollouts = []
    for seed in range(seeds):
        expert.reset(seed)
        rollouts.append(
            run_episode(
                world,
                lambda tcp_pose, target_pose: expert.act(view(tcp_pose, target_pose)).twist,
                config=config,
                seed=seed,
            )
        )
    assert sum(rollout.success for rollout in rollouts) >= 0.95 * seeds
    assert np.percentile([rollout.steps for rollout in rollouts], 90) <= most_steps
    assert max(rollout.peak_force_n for rollout in rollouts) < 60


def act(expert: InsertionExpert, *offset: float) -> np.ndarray:
    return expert.act(view(add_delta(TARGET, np.array(offset)), TARGET)).twist


def test_a_precise_expert_off_the_rim_remembers_nothing() -> None:
    expert = InsertionExpert(config=InsertionExpertConfig())
    first = act(expert, 0.01, -0.02, 0.06, 0.0, 0.0, 0.1)
    act(expert, -0.03, 0.0, 0.08, 0.0, 0.0, 0.0)
    np.testing.assert_array_equal(first, act(expert, 0.01, -0.02, 0.06, 0.0, 0.0, 0.1))


@pytest.mark.parametrize(
    ("offset", "axis", "sign"),
    [
        ((0.02, 0, 0.06, 0, 0, 0), 0, -1),
        ((0, -0.02, 0.06, 0, 0, 0), 1, 1),
        ((0, 0, 0.06, 0, 0, 0), 2, -1),
        ((0.02, 0, 0.028, 0, 0, 0), 2, 1),
        ((0, 0, 0.06, 0, 0, 0.2), 5, -1),
        ((0, 0, 0.06, 0.04, 0, 0), 3, -1),
    ],
    ids=["left of it", "before it", "descends aligned", "rises off the rim", "turns back", "uprights"],
)
def test_the_action_points_to_the_target(offset: tuple[float, ...], axis: int, sign: int) -> None:
    assert sign * act(InsertionExpert(config=InsertionExpertConfig()), *offset)[axis] > 0.1


def test_actions_are_normalised_whatever_the_imprecision() -> None:
    expert = InsertionExpert(config=InsertionExpertConfig(noise_std=2.0, aim_error_m=0.02))
    actions = np.stack([act(expert, 0.05, 0.05, 0.1, 0.05, 0.0, 0.5) for _ in range(50)])
    assert np.all(np.abs(actions) <= 1)


def test_imprecision_is_drawn_from_the_seed() -> None:
    expert = InsertionExpert(config=IMPRECISE, seed=4)
    first = act(expert, 0.0, 0.0, 0.05, 0.0, 0.0, 0.0)
    expert.reset(5)
    other = act(expert, 0.0, 0.0, 0.05, 0.0, 0.0, 0.0)
    expert.reset(4)
    np.testing.assert_array_equal(first, act(expert, 0.0, 0.0, 0.05, 0.0, 0.0, 0.0))
    assert np.any(first != other)
