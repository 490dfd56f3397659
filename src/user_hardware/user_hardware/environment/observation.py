"""Snapshots to observations: the state vector, the images, and which samples they came from."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from user_core.spec import PRIVILEGED_GROUP, EnvironmentSpec
from user_core.transforms import FloatArray, Pose, subtract
from user_core.types import NO_PLAN, ImageArray, Mode, Observation, StateArray, StreamSample
from user_hardware.environment.sensors import Snapshot


def assemble_state(
    spec: EnvironmentSpec,
    *,
    tcp_pose: Pose,
    tcp_twist: FloatArray,
    wrench: FloatArray,
    gripper_width_m: float,
    target_pose: Pose | None,
) -> StateArray:
    """Return the state vector (S,) in physical units, in the order of the spec's groups.

    Args:
        spec: Groups and nominal target.
        tcp_pose: Tool pose in the base frame; in the state relative to the *nominal* target.
        tcp_twist: (6,) m/s, rad/s.
        wrench: (6,) N, N·m, bias removed.
        gripper_width_m: Metres between the fingers.
        target_pose: The true target, read by the privileged group `target` alone.
    """
    parts: dict[str, FloatArray] = {
        "tcp_pose": subtract(tcp_pose, spec.nominal_target),
        "tcp_velocity": tcp_twist,
        "tcp_force": wrench[:3],
        "tcp_torque": wrench[3:],
        "gripper": np.array([gripper_width_m]),
    }
    if target_pose is not None:
        parts[PRIVILEGED_GROUP] = subtract(tcp_pose, target_pose)
    return np.concatenate([parts[group.name] for group in spec.state_groups]).astype(np.float32)


class ObservationBuilder:
    """Makes observations of one source; holds the force/torque bias taken at the last reset.

    Args:
        spec: The environment's spec.
        required: Names of the streams that go into an observation.
        frame_id: Base frame of the arm.
    """

    def __init__(self, *, spec: EnvironmentSpec, required: Sequence[str], frame_id: str) -> None:
        self._spec = spec
        self._required = tuple(required)
        self._frame_id = frame_id
        self.wrench_bias: FloatArray = np.zeros(6)

    def build(
        self,
        snapshot: Snapshot,
        *,
        stamp_ns: int,
        source: str,
        episode: str,
        step: int,
        mode: Mode,
        deterministic: bool,
        policy_version: str,
        planned_steps: int = NO_PLAN,
        delay_steps: int = 0,
    ) -> Observation:
        """Return the observation of a snapshot that has every required stream.

        Raises:
            InvalidRecordError: When a number is not finite or an image has the wrong size.
        """
        observation = Observation(
            stamp_ns=stamp_ns,
            frame_id=self._frame_id,
            source=source,
            spec_digest=self._spec.digest,
            episode=episode,
            step=step,
            mode=mode,
            deterministic=deterministic,
            policy_version=policy_version,
            planned_steps=planned_steps,
            delay_steps=delay_steps,
            state=assemble_state(
                self._spec,
                tcp_pose=snapshot.samples["current_pose"].value,
                tcp_twist=_value(snapshot, "current_twist"),
                wrench=_value(snapshot, "wrench") - self.wrench_bias,
                gripper_width_m=float(_value(snapshot, "gripper")[0]),
                target_pose=None if snapshot.task_target is None else snapshot.task_target.value,
            ),
            images=self._images(snapshot),
            streams=tuple(self._stream(snapshot, name) for name in self._required),
            instruction=self._spec.instruction,
        )
        self._spec.check_observation(observation)
        return observation

    def _images(self, snapshot: Snapshot) -> tuple[ImageArray, ...]:
        return tuple(snapshot.samples[camera.name].value for camera in self._spec.cameras)

    @staticmethod
    def _stream(snapshot: Snapshot, name: str) -> StreamSample:
        return StreamSample(stream=name, stamp_ns=snapshot.samples[name].stamp_ns, age_s=snapshot.age_s(name))


def _value(snapshot: Snapshot, stream: str) -> FloatArray:
    """Return a stream's numbers; zeros for one that the arm does not have and the spec does not ask for."""
    sample = snapshot.samples.get(stream)
    return np.zeros(6) if sample is None else np.atleast_1d(np.asarray(sample.value, dtype=np.float64))
