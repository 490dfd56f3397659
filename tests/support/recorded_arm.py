"""An environment as the replay node sees one: it publishes records under the sequence it is told."""

from __future__ import annotations

import uuid
from typing import Any

import numpy as np
from rclpy.context import Context
from rclpy.node import Node

from tests.support.log_records import SPEC, summary, transition
from user_core.ros import qos
from user_core.ros.conversions import to_message
from user_core.ros.spec_conversion import spec_to_message
from user_core.types import StepType, Transition
from user_interfaces.msg import EnvironmentSpec, EpisodeSummary, ReplayStatus
from user_interfaces.msg import Transition as TransitionMessage
from user_interfaces.srv import FetchTransitions, LabelEpisode

TRANSITION = "user_interfaces/msg/Transition"
EPISODE = "user_interfaces/msg/EpisodeSummary"


class RecordedArm(Node):
    """Publishes spec, transitions and summaries of one source, and calls the services of the replay node."""

    def __init__(self, *, context: Context, robot: str = "arm_0") -> None:
        super().__init__(f"{robot}_test", context=context)
        self.source = str(uuid.uuid4())
        self.episode = str(uuid.uuid4())
        self.statuses: list[Any] = []
        prefix = f"/{robot}/environment"
        self.spec_publisher = self.create_publisher(EnvironmentSpec, f"{prefix}/spec", qos.LATCHED)
        self.transition_publisher = self.create_publisher(TransitionMessage, f"{prefix}/transition", qos.TRANSITIONS)
        self.episode_publisher = self.create_publisher(EpisodeSummary, f"{prefix}/episode", qos.EPISODES)
        self.create_subscription(ReplayStatus, "/replay/status", self.statuses.append, qos.LATCHED)
        self.fetch_client = self.create_client(FetchTransitions, "/replay/fetch")
        self.label_client = self.create_client(LabelEpisode, "/replay/label")

    @property
    def status(self) -> Any:
        """The newest ReplayStatus."""
        return self.statuses[-1]

    @property
    def acknowledged(self) -> int:
        """The newest acknowledgement of this source, -1 = none."""
        found = self.statuses[-1].acknowledgements if self.statuses else []
        return next((int(a.source_sequence) for a in found if a.source == self.source), -1)

    def is_heard(self) -> bool:
        """Tell whether a replay node listens to all three topics, and speaks."""
        publishers = (self.spec_publisher, self.transition_publisher, self.episode_publisher)
        return all(p.get_subscription_count() > 0 for p in publishers) and bool(self.statuses)

    def spec_message(self, sequence: int) -> Any:
        return spec_to_message(SPEC, run="", source=self.source, source_sequence=sequence)

    def transition(self, sequence: int, **changes: Any) -> Transition:
        """Return a transition of this source and episode, step = sequence - 1 unless given."""
        fields = {"source": self.source, "source_sequence": sequence, "episode": self.episode, "step": sequence - 1}
        return transition(**(fields | changes))

    def send_spec(self, sequence: int = 0) -> None:
        self.spec_publisher.publish(self.spec_message(sequence))

    def send_transition(self, sequence: int, **changes: Any) -> None:
        self.transition_publisher.publish(to_message(self.transition(sequence, **changes), TRANSITION))

    def send_summary(self, sequence: int) -> None:
        fields = {"source": self.source, "source_sequence": sequence, "episode": self.episode}
        self.episode_publisher.publish(to_message(summary(**fields), EPISODE))

    def send_episode(self, steps: int, *, awaits_verdict: bool = False) -> int:
        """Publish spec, `steps` transitions, record T and the summary; return the last sequence."""
        self.send_spec()
        for sequence in range(1, steps + 1):
            self.send_transition(sequence)
        empty = np.zeros(0, np.float32)
        self.send_transition(
            steps + 1,
            step_type=StepType.LAST,
            terminated=True,
            executed_action=empty,
            awaits_verdict=awaits_verdict,
        )
        self.send_summary(steps + 2)
        return steps + 2
