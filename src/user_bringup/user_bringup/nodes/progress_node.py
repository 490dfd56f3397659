"""Shows how a run goes, runs its evaluations, ends it when its goal or budget is reached, and writes the report."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from rclpy.context import Context
from rclpy.node import Node

from user_bringup.evaluation.config import ProgressConfig
from user_bringup.evaluation.demonstration_bag import DemonstrationBag
from user_bringup.evaluation.judged_environment import CONFIGURATION
from user_bringup.evaluation.plans import Ending
from user_bringup.evaluation.progress_lines import ProgressLines
from user_bringup.evaluation.run_progress import RunProgress
from user_bringup.nodes.parameter_gatherer import ParameterGatherer
from user_bringup.nodes.robot_link import RobotLink
from user_bringup.report.configuration_file import write_configuration
from user_bringup.report.write import write_figures, write_report
from user_core.errors import ConfigurationError, LogError, UserRosError
from user_core.ros import qos
from user_core.ros.diagnostics import Diagnostics
from user_core.ros.parameters import declare_config
from user_core.ros.runner import NodeExit, run_node
from user_core.run import RunFolder
from user_interfaces.msg import LearnerStatus, ReplayStatus

_TICK_S, _SAMPLE_S, _GATHER_S = 0.1, 2.0, 1.0
_SCAN_LIMIT_S, _SCAN_LIMIT_INTERRUPTED_S = 120.0, 1.5


class ProgressNode(Node):
    """Wires `RunProgress` to the graph; its tables in the run folder let a respawned node go on."""

    def __init__(self, *, context: Context | None = None, cli_args: list[str] | None = None) -> None:
        super().__init__(
            "progress_node", context=context, cli_args=cli_args, automatically_declare_parameters_from_overrides=True
        )
        config = declare_config(self, ProgressConfig)
        if not config.run_folder:
            raise ConfigurationError(
                key="run_folder", value="", allowed="the folder of the run", where="launch argument run:="
            )
        run = RunFolder(path=Path(config.run_folder))
        if config.purpose == "evaluate" and not run.has_learned:
            raise ConfigurationError(
                key="run",
                value=str(run.path),
                allowed="the folder of a run that has learned: there are no weights in this one",
                where="the launch argument run:=",
            )
        self._progress = RunProgress(
            config=config,
            run=run.path,
            run_uuid=run.identity(),
            demonstrations=DemonstrationBag.of(config, log=run.transitions),
            clock=time.monotonic,
        )
        self._lines = ProgressLines(
            log_file=run.log / "progress.log", terminal=config.terminal, period_s=config.line_period_s
        )
        self._reported = False
        self._diagnostics = Diagnostics(node=self)
        self._links = {
            robot: RobotLink(node=self, robot=robot, progress=self._progress, after_episode=self._tick)
            for robot in config.robots
        }
        self._gatherer = ParameterGatherer(node=self, on_change=self._on_parameters)
        self.create_subscription(ReplayStatus, "/replay/status", self._progress.on_replay, qos.LATCHED)
        self.create_subscription(LearnerStatus, "/learner/status", self._progress.on_learner, qos.LATCHED)
        self.create_timer(_TICK_S, self._tick)
        self.create_timer(_SAMPLE_S, lambda: self._unless_disk_full(self._sample))
        self.create_timer(_GATHER_S, self._gatherer.poll)

    def shutdown(self) -> None:
        """Write the report of an interrupted run; called when the process ends."""
        if not self._reported:
            self._report(_SCAN_LIMIT_INTERRUPTED_S)
        self._lines.close()

    def _unless_disk_full(self, work: Callable[[], None]) -> None:
        """Do what writes tables; while they cannot be written the run waits, and what was not noted is done again."""
        try:
            work()
        except LogError as error:
            self.get_logger().error(str(error), throttle_duration_sec=10.0)

    def _tick(self) -> None:
        self._unless_disk_full(self._move_on)

    def _move_on(self) -> None:
        goals, closed = self._progress.tick()
        for goal in goals:
            self._links[goal.robot].send(goal)
        for evaluation in closed:
            self._lines.say(evaluation.sentence)
            self._progress.sample()
            write_figures(self._progress.record)
        if self._progress.ending is not None:
            self._end(self._progress.ending)

    def _sample(self) -> None:
        self._progress.sample()
        line, counters = self._progress.line, self._progress.counters
        self._lines.show(line, now_s=time.monotonic())
        values = {"environment_steps": counters.training_steps, "updates": counters.updates}
        self._diagnostics.publish(fault=counters.replay_error, summary=line, values=values)

    def _end(self, ending: Ending) -> None:
        self._progress.note_ending(ending)
        self._lines.say(ending.verdict)
        for link in self._links.values():
            link.hold()  # a report takes its time, and no arm moves on behind it
        self._report(_SCAN_LIMIT_S)
        self._progress.record.evaluations.finish()
        raise NodeExit(ending.exit_status)

    def _report(self, scan_limit_s: float) -> None:
        self._reported = True
        record = self._progress.record
        try:
            self._progress.sample()
            write_report(record, scan_limit_s=scan_limit_s)
            self._lines.say(f"report: {record.folder.run / 'report.html'}")
        except UserRosError as error:
            self.get_logger().error(str(error))

    def _on_parameters(self, parameters: Mapping[str, Mapping[str, Any]]) -> None:
        path = self._progress.record.folder.run / CONFIGURATION
        self._unless_disk_full(lambda: write_configuration(parameters, path=path))


def main() -> None:
    """Run the node; the exit status is 0 when the goal was reached, 3 when a budget ended first."""
    sys.exit(run_node(ProgressNode))


if __name__ == "__main__":
    main()
