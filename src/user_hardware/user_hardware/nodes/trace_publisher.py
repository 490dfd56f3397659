"""What records were made from, for whoever records the raw topics."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from rclpy.node import Node

from user_core.ros import qos
from user_core.ros.conversions import to_message
from user_core.ros.publishing import try_publish
from user_core.types import StepTrace
from user_interfaces.msg import StepTrace as TraceMessage

_NOTHING = np.zeros(0, np.float32)


class TracePublisher:
    """Publishes `environment/step`, as long as somebody listens: it is of no use to the running system.

    Args:
        node: Where the topic lives.
    """

    def __init__(self, *, node: Node) -> None:
        self._publisher = node.create_publisher(TraceMessage, "environment/step", qos.TRANSITIONS)

    def publish(self, trace: StepTrace, *, run: str, source: str, source_sequence: int) -> None:
        """Publish the trace of a record under the record's own number."""
        if not self._publisher.get_subscription_count():
            return
        observation = replace(trace.record.observation, state=_NOTHING, images=())
        record = replace(trace.record, run=run, source=source, source_sequence=source_sequence, observation=observation)
        try_publish(self._publisher, to_message(replace(trace, record=record), "user_interfaces/msg/StepTrace"))
