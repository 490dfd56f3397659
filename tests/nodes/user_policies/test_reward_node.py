"""The real reward node beside a stand-in environment, with real messages."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from rclpy.context import Context
from rclpy.node import Node

from tests.support.classifiers import untrained
from tests.support.learning_records import make_observation, small_spec
from tests.support.spinning import Spinning
from tests.support.wait import wait_for
from user_core.errors import ConfigurationError, WeightsError
from user_core.ros import qos
from user_core.ros.conversions import from_message, to_message
from user_core.ros.spec_conversion import spec_to_message
from user_core.spec import EnvironmentSpec
from user_core.types import Observation, RewardEstimate
from user_interfaces import msg
from user_policies.nodes.reward_node import RewardNode

pytestmark = pytest.mark.ros
SPEC = small_spec(cameras=2)


class StandInEnvironment(Node):
    """Promises a spec, publishes observations, and keeps the estimates."""

    def __init__(self, *, context: Context) -> None:
        super().__init__("environment", context=context)
        self.estimates: list[RewardEstimate] = []
        self._specs = self.create_publisher(msg.EnvironmentSpec, "/arm_0/environment/spec", qos.LATCHED)
        self._observations = self.create_publisher(msg.Observation, "/arm_0/environment/observation", qos.NEWEST)
        self.create_subscription(msg.RewardEstimate, "/arm_0/reward/estimate", self._take, qos.NEWEST)

    def _take(self, message: Any) -> None:
        self.estimates.append(from_message(message, RewardEstimate))

    def promise(self, spec: EnvironmentSpec) -> None:
        self._specs.publish(spec_to_message(spec, run="run", source="source", source_sequence=0))

    def ask(self, observation: Observation, *, reason: str = "") -> RewardEstimate:
        """Publish an observation until it is answered, with words of a reason if one is expected."""

        def fitting() -> list[RewardEstimate]:
            return [
                one
                for one in self.estimates
                if (one.episode, one.step) == (observation.episode, observation.step)
                and bool(one.reason) == bool(reason)
                and reason in one.reason
            ]

        def answered() -> bool:
            self._observations.publish(to_message(observation, "user_interfaces/msg/Observation"))
            return bool(fitting())

        wait_for(answered, 10.0)
        return fitting()[0]


def reward_node(context: Context, model: Path | str) -> RewardNode:
    arguments = ["--ros-args", "-p", f"model:={model}"]
    return RewardNode(context=context, cli_args=arguments)


def test_each_observation_is_judged_by_its_identity(context: Context, tmp_path: Path) -> None:
    classifier = untrained(SPEC)
    classifier.save(tmp_path / "a.safetensors")
    environment = StandInEnvironment(context=context)
    with Spinning(reward_node(context, tmp_path / "a.safetensors"), environment, context=context):
        environment.promise(SPEC)
        for step in range(3):
            observation = make_observation(SPEC, episode="one", step=step)
            estimate = environment.ask(observation)
            assert estimate.probability == pytest.approx(classifier.probability(observation.images), abs=1e-6)
            assert (estimate.source, estimate.classifier) == (observation.source, classifier.sha256)
            assert estimate.threshold == pytest.approx(0.7)


def test_a_classifier_for_other_cameras_answers_with_the_reason(context: Context, tmp_path: Path) -> None:
    cameras = tuple(replace(camera, height=32, width=32) for camera in SPEC.cameras)
    untrained(SPEC, cameras=cameras).save(tmp_path / "a.safetensors")
    environment = StandInEnvironment(context=context)
    with Spinning(reward_node(context, tmp_path / "a.safetensors"), environment, context=context):
        environment.promise(SPEC)
        estimate = environment.ask(make_observation(SPEC), reason="camera_0 32x32")
        assert "this environment has task test_task and camera_0 16x16" in estimate.reason
        assert math.isnan(estimate.probability)


def test_an_environment_that_has_not_introduced_itself_is_told_so(context: Context, tmp_path: Path) -> None:
    untrained(SPEC).save(tmp_path / "a.safetensors")
    environment = StandInEnvironment(context=context)
    with Spinning(reward_node(context, tmp_path / "a.safetensors"), environment, context=context):
        environment.ask(make_observation(SPEC), reason="the spec of arm_0 has not come yet")


def test_without_a_classifier_it_does_not_start(context: Context, tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="reward_model:="):
        reward_node(context, "''")
    with pytest.raises(WeightsError, match="make one with ./user train_reward"):
        reward_node(context, tmp_path / "none.safetensors")
