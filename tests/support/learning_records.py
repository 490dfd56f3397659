"""Small specs and records for tests of the learning half."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from user_core.log.label import EpisodeLabel
from user_core.spec import CameraSpec, EnvironmentSpec, StateGroup
from user_core.transforms import Pose
from user_core.types import ActionSource, Mode, Observation, StepType, Transition

ORIGIN = Pose(position=np.zeros(3), quaternion=np.array([0.0, 0.0, 0.0, 1.0]))
IMAGE_SIZE = 16


def small_spec(*, cameras: int = 1, target: bool = True, image_size: int = IMAGE_SIZE) -> EnvironmentSpec:
    """A spec with pose, force and (maybe) the target in the state, two action axes and small cameras."""
    groups = [
        StateGroup(
            name="tcp_pose", element_names=("x", "y", "z", "rx", "ry", "rz"), low=(-0.05,) * 6, high=(0.05,) * 6
        ),
        StateGroup(name="tcp_force", element_names=("fx", "fy", "fz"), low=(-10.0,) * 3, high=(10.0,) * 3),
    ]
    if target:
        names = ("tx", "ty", "tz", "trx", "try", "trz")
        groups.append(StateGroup(name="target", element_names=names, low=(-0.05,) * 6, high=(0.05,) * 6))
    return EnvironmentSpec(
        robot="arm_0",
        task="test_task",
        instruction="",
        state_groups=tuple(groups),
        action_names=("x", "y"),
        action_scale=(0.02, 0.02),
        reference="measured",
        leash_m=0.02,
        leash_rad=0.1,
        nominal_target=ORIGIN,
        cameras=tuple(
            CameraSpec(name=f"camera_{index}", height=image_size, width=image_size) for index in range(cameras)
        ),
        control_rate_hz=10.0,
        max_episode_steps=100,
    )


def make_observation(
    spec: EnvironmentSpec,
    *,
    episode: str = "episode",
    step: int = 0,
    mode: Mode = Mode.TRAIN,
    seed: int | None = None,
) -> Observation:
    """An observation whose content depends on the seed, or on (episode, step)."""
    generator = np.random.default_rng(seed if seed is not None else [step, *episode.encode()])
    return Observation(
        stamp_ns=step,
        source="source",
        spec_digest=spec.digest,
        episode=episode,
        step=step,
        mode=mode,
        deterministic=False,
        state=generator.uniform(-0.05, 0.05, spec.state_dim).astype(np.float32),
        images=tuple(
            generator.integers(0, 256, (camera.height, camera.width, 3), dtype=np.uint8) for camera in spec.cameras
        ),
    )


def make_episode(
    spec: EnvironmentSpec,
    *,
    episode: str = "episode",
    length: int = 4,
    mode: Mode = Mode.TRAIN,
    outcome: str = "success",
    human_steps: Sequence[int] = (),
    sequence: int = 0,
) -> list[Transition]:
    """Records 0 .. T of one episode; T-1 carries what the outcome says, T carries nothing but its observation."""
    records = []
    success = outcome == "success"
    ended = outcome in ("success", "failure")
    for step in range(length + 1):
        is_last = step == length
        at_end = step == length - 1
        records.append(
            Transition(
                source="source",
                source_sequence=sequence + step,
                robot="arm_0",
                task="test_task",
                observation=make_observation(spec, episode=episode, step=step, mode=mode),
                step_type=StepType.LAST if is_last else StepType.FIRST if step == 0 else StepType.MIDDLE,
                terminated=is_last and ended,
                truncated=is_last and outcome == "timeout",
                outcome=outcome if is_last else "",
                action_source=ActionSource.HUMAN if step in human_steps else ActionSource.POLICY,
                executed_action=np.zeros(0, np.float32)
                if is_last
                else np.array([0.1 * step, -0.05 * step], np.float32),
                reference_pose=ORIGIN,
                commanded_pose=ORIGIN,
                reward=1.0 if at_end and success else 0.0,
                discount=0.0 if is_last or (at_end and ended) else 1.0,
                success=at_end and success,
            )
        )
    return records


def make_label(*, episode: str, label: str, reward: float = 0.0) -> EpisodeLabel:
    """Return a label as a person gives it."""
    return EpisodeLabel(stamp_ns=0, episode=episode, label=label, reward=reward)
