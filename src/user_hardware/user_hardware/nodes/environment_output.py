"""Observations to the policy, records to the outbox and then to the log."""

from __future__ import annotations

import uuid
from collections import deque
from dataclasses import replace
from pathlib import Path
from typing import Any

from rclpy.node import Node
from rclpy.serialization import serialize_message

from user_core.errors import LogError
from user_core.log.kinds import RecordKind
from user_core.ros import qos
from user_core.ros.conversions import to_message
from user_core.ros.publishing import try_publish
from user_core.ros.spec_conversion import spec_to_message
from user_core.run import RunFolder
from user_core.spec import EnvironmentSpec
from user_core.types import EpisodeSummary, Mode, Observation, StepTrace, StepType, Transition
from user_hardware.environment.budget import StepBudget
from user_hardware.environment.config import OutboxConfig
from user_hardware.environment.outboxes import OutboxFolder
from user_hardware.nodes.trace_publisher import TracePublisher
from user_interfaces.msg import EnvironmentSpec as SpecMessage
from user_interfaces.msg import EpisodeSummary as EpisodeMessage
from user_interfaces.msg import Observation as ObservationMessage
from user_interfaces.msg import Transition as TransitionMessage

_RESERVE_RECORDS = 3
_FIRST_GUESS_BYTES = 100_000


class EnvironmentOutput:
    """Everything that this environment says which is not status; each record once, under one sequence.

    A record that the disk refuses waits in memory, ahead of all later ones, and `problem` says so.

    Args:
        node: Where the topics live.
        spec: The environment's contract, the first record of every source.
        config: Limit of the outbox.
        run_folder: The outbox lies in it.
    """

    def __init__(self, *, node: Node, spec: EnvironmentSpec, config: OutboxConfig, run_folder: Path) -> None:
        self._node = node
        self._spec = spec
        self._config = config
        self._folder = RunFolder(path=run_folder)
        self._budget: StepBudget | None = None
        self._outboxes: OutboxFolder | None = None
        self._unwritten: deque[tuple[RecordKind, Any, StepTrace | None]] = deque()
        self._record_bytes = _FIRST_GUESS_BYTES
        # That of the record that is stored next, and the newest one.
        self._published: deque[tuple[Observation, Any]] = deque(maxlen=2)
        self.run = ""
        self.source = str(uuid.uuid4())
        self.problem = ""
        self._observations = node.create_publisher(ObservationMessage, "environment/observation", qos.NEWEST)
        self._traces = TracePublisher(node=node)
        self._publishers = {
            RecordKind.SPEC: node.create_publisher(SpecMessage, "environment/spec", qos.LATCHED),
            RecordKind.TRANSITION: node.create_publisher(TransitionMessage, "environment/transition", qos.TRANSITIONS),
            RecordKind.EPISODE: node.create_publisher(EpisodeMessage, "environment/episode", qos.EPISODES),
        }
        # Before there is a run, so that policies can get ready.
        try_publish(self._publishers[RecordKind.SPEC], self._message(spec, 0))

    @property
    def unacknowledged(self) -> int:
        """Records that the log has not acknowledged."""
        return len(self._unwritten) + (0 if self._outboxes is None else self._outboxes.unacknowledged)

    def count_training_steps_in(self, budget: StepBudget) -> None:
        """Name who counts the training records."""
        self._budget = budget

    def begin_run(self, run: str) -> None:
        """Count from 0 as a new source of this run; while the outbox cannot be made, `problem` says so."""
        if self._outboxes is not None:
            self._outboxes.close()
            self.source = str(uuid.uuid4())
        self._outboxes = None
        self._unwritten.clear()
        folder = self._folder.outbox / self._spec.robot
        limit_bytes = int(self._config.limit_mb * 1e6)
        try:
            self._outboxes = OutboxFolder(path=folder, run=run, source=self.source, limit_bytes=limit_bytes)
        except LogError as error:
            self.problem = str(error)
            return
        self.run, self.problem = run, ""
        for report in self._outboxes.reports:
            self._node.get_logger().warning(report)
        self._enqueue(RecordKind.SPEC, self._spec)

    def obstacle(self, steps: int) -> str:
        """Return why the records of an episode of so many steps would not fit, or ""."""
        if self.problem:
            return self.problem
        if self._outboxes is None:
            return "waiting for the run: nothing can be recorded before replay_node names it"
        records = steps + _RESERVE_RECORDS
        if self._outboxes.may_start_episode(records=records, record_bytes=self._record_bytes):
            return ""
        megabytes = self._outboxes.unacknowledged_bytes / 1e6
        return (
            f"{megabytes:.0f} MB wait for replay_node's acknowledgement and another episode may not fit "
            f"(allowed: outbox.limit_mb = {self._config.limit_mb})"
        )

    def publish(self, observation: Observation) -> None:
        """Send an observation to the policy."""
        message = to_message(observation, "user_interfaces/msg/Observation")
        self._published.append((observation, message))
        try_publish(self._observations, message)

    def store(self, record: Transition, trace: StepTrace) -> None:
        """Put a record into the outbox, then publish it, and for recordings what it was made from."""
        self._enqueue(RecordKind.TRANSITION, record, trace)

    def close(self, summary: EpisodeSummary) -> None:
        """Put an episode's summary into the outbox, then publish it."""
        self._enqueue(RecordKind.EPISODE, summary)

    def on_acknowledgements(self, acknowledgements: dict[str, int], *, now_s: float) -> None:
        """Forget what the log holds."""
        if self._outboxes is not None:
            self._outboxes.acknowledge(acknowledgements, now_s=now_s)

    def work(self, *, now_s: float) -> None:
        """Write what could not be written, and send again what has not been acknowledged."""
        self._flush()
        if self._outboxes is None:
            return
        for record in self._outboxes.due(now_s=now_s, max_bytes=int(self._config.resend_mb_per_tick * 1e6)):
            try_publish(self._publishers[record.kind], record.payload)

    def shut(self) -> None:
        """Close the outbox."""
        if self._outboxes is not None:
            self._outboxes.close()

    def _enqueue(self, kind: RecordKind, record: Any, trace: StepTrace | None = None) -> None:
        self._unwritten.append((kind, record, trace))
        self._flush()

    def _flush(self) -> None:
        while self._unwritten and self._outboxes is not None:
            kind, record, trace = self._unwritten[0]
            sequence = self._outboxes.next_sequence
            payload = serialize_message(self._message(record, sequence))
            try:
                self._outboxes.append(kind, payload)
            except LogError as error:
                self.problem = str(error)
                return
            self._unwritten.popleft()
            self.problem = ""
            try_publish(self._publishers[kind], payload)
            if trace is not None:
                self._traces.publish(trace, run=self.run, source=self.source, source_sequence=sequence)
            if kind is RecordKind.TRANSITION:
                self._record_bytes = max(len(payload), 1)
                trains = record.observation.mode is Mode.TRAIN and record.step_type is not StepType.LAST
                if trains and self._budget is not None:
                    self._budget.on_training_record(sequence)

    def _message(self, record: Any, sequence: int) -> Any:  # noqa: ANN401 - one of three kinds
        if isinstance(record, EnvironmentSpec):
            return spec_to_message(record, run=self.run, source=self.source, source_sequence=sequence)
        numbered = replace(record, run=self.run, source=self.source, source_sequence=sequence)
        if isinstance(record, EpisodeSummary):
            return to_message(numbered, "user_interfaces/msg/EpisodeSummary")
        at_hand = [message for observation, message in self._published if observation is record.observation]
        converted = {"observation": at_hand[0]} if at_hand else None
        return to_message(numbered, "user_interfaces/msg/Transition", converted=converted)
