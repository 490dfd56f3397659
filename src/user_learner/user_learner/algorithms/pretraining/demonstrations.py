"""Demonstrations as tensors, with hindsight labels of where the goal was."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from user_learner.replay.memory import SamplingMemory
from user_learner.replay.windows import action_windows

_POSE_GROUP = "tcp_pose"


@dataclass(frozen=True, kw_only=True, eq=False)
class Demonstrations:
    """The steps of some successful episodes.

    Attributes:
        rows: (N,) their rows in the memory.
        actions: (N, H, A) executed actions from each row on, clipped to what a policy can do.
        within: (N, H) 1 where the episode has that step, else 0.
        goals: (N, G) tool pose relative to where it was going, along the chosen axes, in units of the scale.
    """

    rows: NDArray[np.int64]
    actions: Tensor
    within: Tensor
    goals: Tensor


def goal_labels(
    poses: NDArray[np.float32], *, opening: NDArray[np.float32], axes: tuple[int, ...], scale: float
) -> NDArray[np.float32]:
    """Returns (T+1, G): each pose minus the one that it led to, along `axes`, divided by `scale`.

    Where the gripper changed next is where the tool was going, and after the last change where the episode ended, which
    of a success *is* the goal: known in hindsight, the label needs nothing that a real robot has not.

    Args:
        poses: (T+1, 6) of one successful episode, relative to the nominal target.
        opening: (T,) the actions' gripper axis; empty without one.
        axes: Which of the six.
        scale: Metres or radians that count as 1.
    """
    chosen = poses[:, list(axes)]
    changes = np.flatnonzero(np.diff(np.sign(opening)) != 0) + 1  # steps whose action changes the gripper
    ends = np.append(changes, len(poses) - 1)
    goals = chosen[ends[np.searchsorted(ends, np.arange(len(poses)))]]
    return ((chosen - goals) / scale).astype(np.float32)


def successful_demonstrations(
    memory: SamplingMemory, *, horizon: int, axes: tuple[int, ...], scale: float
) -> Demonstrations:
    """Returns the steps of all episodes that were collected with success.

    Args:
        memory: Where they are.
        horizon: H, steps of action in an example.
        axes: Axes of the goal label.
        scale: Unit of the goal label.

    Raises:
        ValueError: When there is none.
    """
    episodes = memory.successful_demonstrations()
    if not episodes:
        raise ValueError("there is no successful demonstration to learn from")
    columns = memory.spec.group_slices()[_POSE_GROUP]
    axis = memory.spec.gripper_axis
    gripper = [] if axis is None else [axis]
    goals = [
        goal_labels(
            memory.states[rows][:, columns],
            opening=memory.actions[rows[:-1]][:, gripper].ravel(),
            axes=axes,
            scale=scale,
        )[:-1]
        for rows in episodes
    ]
    rows = np.concatenate([episode[:-1] for episode in episodes])  # record T has no action
    windows = action_windows(rows, horizon=horizon, successor=memory.successor, actions=memory.actions)
    return Demonstrations(
        rows=rows,
        actions=torch.from_numpy(np.clip(windows.actions, -1, 1)),
        within=torch.from_numpy(windows.within.astype(np.float32)),
        goals=torch.from_numpy(np.concatenate(goals)),
    )
