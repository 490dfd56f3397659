"""learner_node: pulls the log, learns in a thread of its own, sends weights."""

from __future__ import annotations

import os
import sys
import threading
import time
from functools import partial
from pathlib import Path
from typing import Any

from rclpy.node import Node

from user_core.embodiment import Embodiments
from user_core.ros import qos
from user_core.ros.conversions import to_message
from user_core.ros.diagnostics import Diagnostics
from user_core.ros.parameters import declare_config
from user_core.ros.publishing import try_publish
from user_core.ros.runner import end_process, event_driven_executor, run_node
from user_core.run import RunFolder
from user_core.spec import EnvironmentSpec
from user_interfaces.msg import LearnerStatus
from user_learner.algorithms.registry import algorithm_entry
from user_learner.checkpoint import CheckpointStore
from user_learner.config import WHERE, LearnerNodeConfig, learner_config_type
from user_learner.distributed.ranks import ALONE, Ranks, come_together
from user_learner.distributed.worker import exit_status_of_work
from user_learner.distributed.workers import NoWorkers, TorchWorkers, Workers
from user_learner.incarnation import next_incarnation
from user_learner.replay.limiter import make_pipeline
from user_learner.ros.bag_demonstrations import BagDemonstrations
from user_learner.ros.log_link import LogLink
from user_learner.ros.weights_publisher import WeightsPublisher
from user_learner.session.demonstration_source import NoDemonstrations
from user_learner.session.inbox import Inbox, LogNews
from user_learner.session.learner_thread import LearnerThread
from user_learner.session.learning_session import LearningSession
from user_learner.session.parts import make_parts
from user_learner.session.snapshot import LearnerSnapshot, LearnerState
from user_policies.device import choose_device, device_sentence

SWITCH_INTERVAL_S = 0.001
"""How long the learner's thread may keep the interpreter while a callback waits."""
STATUS_PERIOD_S = 0.02
STATUS_AT_LEAST_EVERY_S = 0.2


class LearnerNode(Node):
    """Wiring: the log's records to the learner's thread, its weights and status to topics."""

    def __init__(self, *, ranks: Ranks = ALONE, **arguments: Any) -> None:
        super().__init__("learner_node", automatically_declare_parameters_from_overrides=True, **arguments)
        algorithm = self.get_parameter_or("algorithm").value
        config_type = learner_config_type(LearnerNodeConfig.algorithm if algorithm is None else str(algorithm))
        self._config: LearnerNodeConfig = declare_config(self, config_type)
        self._pipeline = make_pipeline(
            config=self._config.pipeline,
            utd_ratio=self._config.hyperparameters.utd_ratio,
            offline_updates=self._config.hyperparameters.offline_updates,
        )
        self._device = choose_device(self._config.device, where=WHERE)
        self.get_logger().info(device_sentence(self._config.device, chosen=self._device))
        self._folder = RunFolder(path=Path(self._config.run_folder).expanduser())
        self._incarnation = next_incarnation(self._folder.checkpoints)
        self._inbox = Inbox()
        learner_type = algorithm_entry(self._config.algorithm).learner_type
        wanted = self._config.demonstrations and learner_type.needs_demonstrations
        self._demonstrations = (
            BagDemonstrations(folder=Path(self._config.demonstrations).expanduser()) if wanted else NoDemonstrations()
        )
        self._workers = self._make_workers(ranks)
        self._weights = WeightsPublisher(node=self)
        self._link = LogLink(node=self, inbox=self._inbox, config=self._config.follow)
        self._learner = LearnerThread(
            initial=self._initial_snapshot(),
            torch_threads=self._config.torch_threads,
            niceness=self._config.niceness,
            inbox=self._inbox,
            demonstrations=self._demonstrations,
            make_session=self._make_session,
            complain=self.get_logger().error,
        )
        self._status_publisher = self.create_publisher(LearnerStatus, "/learner/status", qos.LATCHED)
        self._shown: LearnerSnapshot | None = None
        self._shown_s = 0.0
        self._diagnostics = Diagnostics(node=self)
        self.create_timer(STATUS_PERIOD_S, self._publish_status)
        self.create_timer(1.0, self._publish_diagnostics)
        sys.setswitchinterval(SWITCH_INTERVAL_S)
        self._learner.start()

    def shutdown(self) -> None:
        """Let the learner write its last checkpoint, and its workers go."""
        self._learner.stop()
        self._workers.end()

    def _make_workers(self, ranks: Ranks) -> Workers:
        if ranks.processes == 1:
            return NoWorkers()
        return TorchWorkers(
            processes=ranks.processes, torch_threads=self._config.torch_threads, niceness=self._config.niceness
        )

    def _make_session(self, spec: EnvironmentSpec, early: list[LogNews], stopping: threading.Event) -> LearningSession:
        parts = make_parts(
            config=self._config,
            folder=self._folder,
            incarnation=self._incarnation,
            embodiments=Embodiments(embodiment=self._config.policy.embodiment, first=spec),
            pipeline=self._pipeline,
            device=self._device,
            inbox=self._inbox,
            demonstrations=self._demonstrations,
            workers=self._workers,
            send=self._weights.send,
            say=self.get_logger().info,
        )
        return LearningSession(
            parts=parts,
            config=self._config,
            early=early,
            stopping=stopping,
            say=self.get_logger().info,
            complain=self.get_logger().error,
        )

    def _initial_snapshot(self) -> LearnerSnapshot:
        """Say at once what a restarted learner will allow, so that no robot waits while it loads."""
        store = CheckpointStore(folder=self._folder.checkpoints, keep_newest=self._config.checkpoint.keep_newest)
        updates = store.newest_updates()
        return LearnerSnapshot(
            run=self._folder.identity(),
            algorithm=self._config.algorithm,
            updates=updates,
            step_budget=self._pipeline.step_budget(updates=updates),
        )

    def _publish_status(self) -> None:
        """Publish what changed at once, since robots wait for the budget, and anything five times a second."""
        snapshot = self._learner.snapshot
        now_s = time.monotonic()
        if snapshot == self._shown and now_s - self._shown_s < STATUS_AT_LEAST_EVERY_S:
            return
        self._shown, self._shown_s = snapshot, now_s
        message = to_message(snapshot, "user_interfaces/msg/LearnerStatus")
        message.header.stamp = self.get_clock().now().to_msg()
        try_publish(self._status_publisher, message)

    def _publish_diagnostics(self) -> None:
        snapshot = self._learner.snapshot
        failed = snapshot.state is LearnerState.FAILED
        self._diagnostics.publish(
            fault=snapshot.detail if failed else "",
            summary=f"{snapshot.state}: {snapshot.detail}" if snapshot.detail else str(snapshot.state),
            values={
                "updates": snapshot.updates,
                "training steps": snapshot.training_steps,
                "log position": snapshot.log_position,
                "staleness": snapshot.staleness,
                "lost requests": self._link.lost_requests,
                "undecodable records": self._link.invalid_records,
            },
        )


def main() -> None:
    """Run learner_node; under torchrun all but the first process are its workers."""
    ranks = Ranks.of(os.environ)
    come_together(ranks)
    if ranks.rank > 0:
        end_process(exit_status_of_work())
    end_process(run_node(partial(LearnerNode, ranks=ranks), make_executor=event_driven_executor))


if __name__ == "__main__":
    main()
