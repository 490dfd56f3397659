"""A field whose message is at hand is not converted again."""

from __future__ import annotations

import pytest
from rclpy.serialization import serialize_message

from tests.support.environment_bench import Bench
from user_core.ros.conversions import from_message, to_message
from user_core.types import Transition

pytestmark = pytest.mark.ros


def test_a_record_with_its_published_observation_equals_one_converted_afresh() -> None:
    bench = Bench()
    bench.start_episode()
    bench.step()
    record = bench.output.records[0]
    published = to_message(record.observation, "user_interfaces/msg/Observation")
    reused = to_message(record, "user_interfaces/msg/Transition", converted={"observation": published})
    assert reused.observation is published
    afresh = to_message(record, "user_interfaces/msg/Transition")
    assert len(serialize_message(reused)) == len(serialize_message(afresh))
    first, second = from_message(reused, Transition), from_message(afresh, Transition)
    assert first.observation.episode == second.observation.episode
    assert first.observation.state.tobytes() == second.observation.state.tobytes()
    assert first.observation.images[0].tobytes() == second.observation.images[0].tobytes()
    assert first.executed_action.tobytes() == second.executed_action.tobytes()
