"""reward_node: observations of one or several robots in, what a learned classifier makes of each out."""

from __future__ import annotations

import math
import time
from functools import partial
from pathlib import Path
from typing import Any

import torch
from rclpy.node import Node

from user_core import types
from user_core.errors import InvalidRecordError, WeightsError
from user_core.ros import qos
from user_core.ros.conversions import from_message, to_message
from user_core.ros.diagnostics import Diagnostics
from user_core.ros.parameters import declare_config
from user_core.ros.publishing import try_publish
from user_core.ros.runner import end_process, event_driven_executor, run_node
from user_core.ros.spec_conversion import spec_from_message
from user_core.spec import EnvironmentSpec
from user_interfaces.msg import EnvironmentSpec as SpecMessage
from user_interfaces.msg import Observation, RewardEstimate
from user_policies.reward.classifier import RewardClassifier
from user_policies.reward.config import RewardNodeConfig


class RewardNode(Node):
    """Answers each observation with an estimate, or with the reason why there is none."""

    def __init__(self, **arguments: Any) -> None:
        """Loads the classifier.

        Args:
            arguments: Passed on to rclpy's Node (context, namespace, parameter overrides).

        Raises:
            WeightsError: When the file is none.
        """
        super().__init__("reward_node", automatically_declare_parameters_from_overrides=True, **arguments)
        self._config = declare_config(self, RewardNodeConfig)
        torch.set_num_threads(self._config.torch_threads)
        self._classifier = RewardClassifier.load(Path(self._config.model).expanduser())
        self._specs: dict[str, EnvironmentSpec] = {}
        self._refusals: dict[str, str] = {}
        self._answers = 0
        self._estimate_publishers = {}
        for robot in self._config.robots:
            self._estimate_publishers[robot] = self.create_publisher(
                RewardEstimate, f"/{robot}/reward/estimate", qos.NEWEST
            )
            topic = f"/{robot}/environment"
            self.create_subscription(SpecMessage, f"{topic}/spec", partial(self._on_spec, robot), qos.LATCHED)
            self.create_subscription(
                Observation, f"{topic}/observation", partial(self._on_observation, robot), qos.NEWEST
            )
        self._diagnostics = Diagnostics(node=self)
        self.create_timer(1.0, self._on_second)
        card = self._classifier.card
        self.get_logger().info(
            f"classifier {self._classifier.sha256[:12]} for {card.task}: {', '.join(c.name for c in card.cameras)}, "
            f"threshold {card.threshold:.3f}"
        )

    def _on_spec(self, robot: str, message: SpecMessage) -> None:
        try:
            spec = spec_from_message(message)
            self._refusals[robot] = ""
            self._classifier.select(spec)
        except InvalidRecordError as error:
            self.get_logger().warning(str(error), throttle_duration_sec=1.0)
            return
        except WeightsError as error:
            self._refusals[robot] = str(error)
            self.get_logger().error(str(error))
        self._specs[robot] = spec

    def _on_observation(self, robot: str, message: Observation) -> None:
        begun_s = time.perf_counter()
        try:
            observation = from_message(message, types.Observation)
            reason = self._obstacle(robot, observation)
        except InvalidRecordError as error:
            self.get_logger().warning(str(error), throttle_duration_sec=1.0)
            return
        probability = math.nan if reason else self._probability(robot, observation)
        estimate = types.RewardEstimate(
            stamp_ns=int(self.get_clock().now().nanoseconds),
            source=observation.source,
            episode=observation.episode,
            step=observation.step,
            probability=probability,
            threshold=self._classifier.card.threshold,
            classifier=self._classifier.sha256,
            reason=reason,
            inference_s=time.perf_counter() - begun_s,
        )
        answer = to_message(estimate, "user_interfaces/msg/RewardEstimate")
        self._answers += try_publish(self._estimate_publishers[robot], answer)

    def _obstacle(self, robot: str, observation: types.Observation) -> str:
        """Return why an observation cannot be judged, or ""; raises InvalidRecordError for one that breaks its spec."""
        spec = self._specs.get(robot)
        if spec is None or spec.digest != observation.spec_digest:
            return f"the spec of {robot} has not come yet"
        spec.check_observation(observation)
        return self._refusals[robot]

    def _probability(self, robot: str, observation: types.Observation) -> float:
        chosen = self._classifier.select(self._specs[robot])
        return self._classifier.probability([observation.images[index] for index in chosen])

    def _on_second(self) -> None:
        faults = [f"{robot}: {reason}" for robot, reason in self._refusals.items() if reason]
        self._diagnostics.publish(
            fault="; ".join(faults),
            summary=f"judges by {self._classifier.sha256[:12]}",
            values={"answers": self._answers, "model": self._config.model},
        )


def main() -> None:
    """Run reward_node."""
    end_process(run_node(RewardNode, make_executor=event_driven_executor))


if __name__ == "__main__":
    main()
