"""An arm at its task as a policy sees it: as it is, or mapped onto one spec that many arms and tasks have in common."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from user_core.spec import ACTION_AXES, EnvironmentSpec, StateGroup
from user_core.transforms import Pose
from user_core.types import Observation, StateArray, Transition

COMMON_TASK = "any"
_POSE = ("x", "y", "z", "rx", "ry", "rz")
_COMMON_STATE = {
    "tcp_pose": _POSE,
    "tcp_velocity": ("vx", "vy", "vz", "wx", "wy", "wz"),
    "tcp_force": ("fx", "fy", "fz"),
    "tcp_torque": ("tx", "ty", "tz"),
    "gripper": ("width",),
}
"""Groups that any arm may have. Where the target really is, is none of them."""


class Embodiment:
    """Translates between an environment and a policy that may serve others too.

    In the common spec states are scaled to [-1, 1] by the environment's own ranges, what an arm lacks is 0, and an
    action has every axis. The meaning of a unit of action, and of a state of 1, stays the task's: a policy is told by
    the instruction which one it is at.

    Args:
        spec: What the environment promises.
        policy_spec: What the policy is made for: the same, or the common one.
    """

    def __init__(self, *, spec: EnvironmentSpec, policy_spec: EnvironmentSpec) -> None:
        self.spec = spec
        self.policy_spec = policy_spec
        self._same = spec.digest == policy_spec.digest
        self._axes = [policy_spec.action_names.index(name) for name in spec.action_names]

    def observation(self, observation: Observation) -> Observation:
        """Return an observation of the environment as the policy sees it."""
        if self._same:
            return observation
        slices = self.policy_spec.group_slices()
        state = np.zeros(self.policy_spec.state_dim, np.float32)
        for group in self.spec.state_groups:
            if group.name in slices:
                state[slices[group.name]] = self.spec.normalise(observation.state, [group.name])
        instruction = observation.instruction or self.spec.instruction
        return replace(observation, spec_digest=self.policy_spec.digest, state=state, instruction=instruction)

    def transition(self, transition: Transition) -> Transition:
        """Return a record of the environment as a learner of the policy sees it."""
        if self._same:
            return transition
        return replace(
            transition,
            observation=self.observation(transition.observation),
            executed_action=self._spread(transition.executed_action),
            policy_action=self._spread(transition.policy_action),
        )

    def actions(self, values: StateArray) -> StateArray:
        """Return (H, A) of the environment out of a policy's chunk (H, A')."""
        return values if self._same or not values.size else np.ascontiguousarray(values[:, self._axes])

    def _spread(self, action: StateArray) -> StateArray:
        if action.size == 0:
            return action
        spread = np.zeros(self.policy_spec.action_dim, np.float32)
        spread[self._axes] = action
        return spread


def own_spec(spec: EnvironmentSpec) -> EnvironmentSpec:
    """Return the spec of a policy for one task: the environment's."""
    return spec


def common_spec(spec: EnvironmentSpec) -> EnvironmentSpec:
    """Return the spec of a policy for many tasks; the same for all whose cameras and rate are the same."""
    groups = tuple(
        StateGroup(name=name, element_names=elements, low=(-1.0,) * len(elements), high=(1.0,) * len(elements))
        for name, elements in _COMMON_STATE.items()
    )
    return EnvironmentSpec(
        robot="",
        task=COMMON_TASK,
        instruction="",
        state_groups=groups,
        action_names=ACTION_AXES,
        action_scale=(1.0,) * len(ACTION_AXES),
        reference="",
        leash_m=0.0,
        leash_rad=0.0,
        nominal_target=Pose(position=np.zeros(3), quaternion=np.array([0.0, 0.0, 0.0, 1.0])),
        cameras=spec.cameras,
        control_rate_hz=spec.control_rate_hz,
        max_episode_steps=spec.max_episode_steps,
    )


SPEC_OF: dict[str, Callable[[EnvironmentSpec], EnvironmentSpec]] = {"own": own_spec, "common": common_spec}
"""The choices of the parameter `policy.embodiment`."""


class Embodiments:
    """The embodiments of a run by the digest of their environment's spec, all of one policy spec.

    Args:
        embodiment: "own" or "common".
        first: An environment's spec; it decides which policy spec all others must have.
    """

    def __init__(self, *, embodiment: str, first: EnvironmentSpec) -> None:
        self._spec_of = SPEC_OF[embodiment]
        self.policy_spec = self._spec_of(first)
        self._known = {first.digest: Embodiment(spec=first, policy_spec=self.policy_spec)}

    def add(self, spec: EnvironmentSpec) -> EnvironmentSpec | None:
        """Take an environment's spec.

        Returns:
            None when it fits; else the policy spec that it would need, and it is not taken.
        """
        wanted = self._spec_of(spec)
        if wanted.digest != self.policy_spec.digest:
            return wanted
        self._known.setdefault(spec.digest, Embodiment(spec=spec, policy_spec=self.policy_spec))
        return None

    def of(self, digest: str) -> Embodiment | None:
        """Return the embodiment of an environment's spec, or None when that spec has not been seen."""
        return self._known.get(digest)
