"""policy_node: observations of one or several robots in, action chunks out, with weights that arrive beside."""

from __future__ import annotations

import itertools
import os
import sys
from functools import partial
from pathlib import Path
from typing import Any

import torch
from rclpy.node import Node

from user_core import spec as core_spec
from user_core import types
from user_core.errors import InvalidRecordError
from user_core.ros import qos
from user_core.ros.conversions import from_message, to_message
from user_core.ros.diagnostics import Diagnostics
from user_core.ros.parameters import declare_config
from user_core.ros.publishing import try_publish
from user_core.ros.runner import end_process, event_driven_executor, run_node
from user_core.ros.spec_conversion import spec_from_message
from user_core.run import RunFolder
from user_interfaces.msg import ActionChunk, EnvironmentSpec, LearnerStatus, Observation, ReplayStatus
from user_policies.device import choose_device, device_sentence
from user_policies.policies.actor_policy import ActorPolicy
from user_policies.policies.registry import make_policy
from user_policies.ros.weights_subscription import WeightsSubscription
from user_policies.serving.config import WHERE, PolicyNodeConfig
from user_policies.serving.library import VersionLibrary
from user_policies.serving.loader import LoadResult, WeightsLoader
from user_policies.serving.server import PolicyServer
from user_policies.weights.store import WeightsStore

SWITCH_INTERVAL_S = 0.0005
"""How long the loader's thread may keep the interpreter while an observation waits."""


class PolicyNode(Node):
    """Wiring: topics to the server and the loader, their results to topics."""

    def __init__(self, **arguments: Any) -> None:
        super().__init__("policy_node", automatically_declare_parameters_from_overrides=True, **arguments)
        self._config = declare_config(self, PolicyNodeConfig)
        os.nice(self._config.niceness)
        torch.set_num_threads(self._config.torch_threads)
        sys.setswitchinterval(SWITCH_INTERVAL_S)
        self._device = choose_device(self._config.device, where=WHERE)
        self.get_logger().info(device_sentence(self._config.device, chosen=self._device))
        self._seeds = itertools.count(self._config.seed)
        folder = RunFolder(path=Path(self._config.run_folder).expanduser())
        self._run = folder.known_identity()
        self._serving: tuple[str, str] | None = None
        self._invalid = self._answers = 0
        self._library = VersionLibrary()
        self._loader = WeightsLoader(
            store=WeightsStore(
                folder=folder.policy / self.get_fully_qualified_name().strip("/").replace("/", "."),
                keep_newest=self._config.keep_versions,
            ),
            make_policy=self._make_policy,
            policy_name=self._config.policy.name,
            notify=self._wake,
        )
        self._server = PolicyServer(library=self._library, request=self._loader.request, config=self._config)
        self._weights = WeightsSubscription(
            node=self, deliver=self._loader.deliver, stall_s=self._config.weights_stall_s
        )
        self._action_publishers = {}
        for robot in self._config.robots:
            self._action_publishers[robot] = self.create_publisher(ActionChunk, f"/{robot}/policy/action", qos.NEWEST)
            on_spec, on_observation = partial(self._on_spec, robot), partial(self._on_observation, robot)
            self.create_subscription(EnvironmentSpec, f"/{robot}/environment/spec", on_spec, qos.LATCHED)
            self.create_subscription(Observation, f"/{robot}/environment/observation", on_observation, qos.NEWEST)
        self.create_subscription(LearnerStatus, "/learner/status", self._on_status, qos.LATCHED)
        self.create_subscription(ReplayStatus, "/replay/status", self._on_status, qos.LATCHED)
        self._diagnostics = Diagnostics(node=self)
        self.create_timer(1.0, self._on_second)
        self._loader.start()

    def shutdown(self) -> None:
        """End the loader's thread."""
        self._loader.stop()

    def _make_policy(self, spec: core_spec.EnvironmentSpec) -> ActorPolicy:
        return make_policy(spec=spec, config=self._config.policy, seed=next(self._seeds), device=self._device)

    def _on_spec(self, robot: str, message: EnvironmentSpec) -> None:
        try:
            self._server.set_spec(robot, spec_from_message(message))
        except InvalidRecordError as error:
            self._drop(error)
        self._begin_if_changed()

    def _on_status(self, message: LearnerStatus | ReplayStatus) -> None:
        self._run = message.run or self._run
        self._begin_if_changed()

    def _begin_if_changed(self) -> None:
        """Begin anew once run and spec are known, and whenever one of them changes."""
        spec = self._server.spec
        if not self._run or spec is None or self._serving == (self._run, spec.digest):
            return
        self._serving = (self._run, spec.digest)
        self._library.clear()
        self._loader.begin(run=self._run, spec=spec)
        self._weights.begin(self._run)

    def _on_observation(self, robot: str, message: Observation) -> None:
        try:
            self._server.submit(robot, from_message(message, types.Observation))
        except InvalidRecordError as error:
            self._drop(error)
            return
        if len(self._config.robots) == 1:
            self._answer()
        else:
            self._wake()  # first let the other robots' observations in, so that one batch serves all

    def _answer(self) -> None:
        for answer in self._server.answer():
            message = to_message(answer.chunk, "user_interfaces/msg/ActionChunk")
            message.header.stamp = self.get_clock().now().to_msg()
            self._answers += try_publish(self._action_publishers[answer.robot], message)

    def _wake(self) -> None:
        """Have `_on_results` called in the executor's thread, after what waits there; for any thread."""
        executor = self.executor
        if executor is not None:
            executor.create_task(self._on_results)

    def _on_results(self) -> None:
        for result in self._loader.take():
            self._take(result)
        self._answer()

    def _take(self, result: LoadResult) -> None:
        spec = self._server.spec
        if result.reason:
            self.get_logger().warning(result.reason, throttle_duration_sec=1.0)
        if result.damaged is not None:
            self._weights.receive_again(result.damaged)
        if result.asked and result.loaded is None:
            self._server.lacks(result.asked, result.reason)
        loaded = result.loaded
        if loaded is None or result.run != self._run or spec is None or loaded.policy.spec.digest != spec.digest:
            return
        self._library.install(loaded)
        in_use = self._server.versions_in_use
        self._loader.recycle(self._library.retire(pinned=in_use), pinned=in_use)

    def _drop(self, error: InvalidRecordError) -> None:
        self._invalid += 1
        self.get_logger().warning(str(error), throttle_duration_sec=1.0)

    def _on_second(self) -> None:
        self._on_results()  # of before there was an executor
        if self._server.complaint:
            self.get_logger().warning(self._server.complaint, throttle_duration_sec=10.0)
        self._diagnostics.publish(
            fault="" if self._library.newest else "no weights yet",
            summary=f"acts with {self._library.newest}",
            values={
                "run": self._run,
                "answers": self._answers,
                "dropped": self._invalid + self._weights.dropped,
                "versions in use": ", ".join(sorted(self._server.versions_in_use)),
            },
        )


def main() -> None:
    """Run policy_node."""
    end_process(run_node(PolicyNode, make_executor=event_driven_executor))


if __name__ == "__main__":
    main()
