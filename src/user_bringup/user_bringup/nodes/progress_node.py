"""Shows how a run goes, runs its evaluations, ends it when its goal or budget is reached, and writes the report."""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rclpy.context import Context
from rclpy.node import Node

from user_bringup.evaluation.config import ProgressConfig
from user_bringup.evaluation.demonstration_bag import DemonstrationBag
from user_bringup.evaluation.dispatcher import Dispatcher, RobotView
from user_bringup.evaluation.episode_table import EpisodeRow
from user_bringup.evaluation.plans import Ending
from user_bringup.evaluation.progress_folder import RunFacts
from user_bringup.evaluation.progress_lines import ProgressLines, compose_line
from user_bringup.evaluation.run_counters import steps_per_s
from user_bringup.evaluation.run_record import RunRecord
from user_bringup.evaluation.session import Session
from user_bringup.nodes.parameter_gatherer import ParameterGatherer
from user_bringup.nodes.robot_link import RobotLink
from user_bringup.report.configuration_file import write_configuration
from user_bringup.report.write import write_figures, write_report
from user_core.errors import ConfigurationError, UserRosError
from user_core.ros import qos
from user_core.ros.diagnostics import Diagnostics
from user_core.ros.parameters import declare_config
from user_core.ros.runner import NodeExit, run_node
from user_core.run import RunFolder
from user_core.types import EpisodeSummary
from user_interfaces.msg import LearnerStatus, ReplayStatus

_TICK_S, _SAMPLE_S, _GATHER_S = 0.1, 2.0, 1.0
_RATE_WINDOW_S = 30.0
_SCAN_LIMIT_S, _SCAN_LIMIT_INTERRUPTED_S = 120.0, 1.5


class ProgressNode(Node):
    """Wires the session to the graph; its tables in the run folder let a respawned one go on."""

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
        self._run_uuid = run.identity()
        launched_at_s = config.launched_at_s or time.monotonic()
        self._record = RunRecord.begin(run.path, facts=RunFacts.of(config), launched_at_s=launched_at_s)
        self._counters = self._record.counters
        self._dispatcher = Dispatcher(robots=config.robots)
        demonstrations = DemonstrationBag.of(config, log=run.transitions)
        self._session = Session(
            config=config, record=self._record, dispatcher=self._dispatcher, demonstrations=demonstrations
        )
        self._lines = ProgressLines(
            log_file=run.log / "progress.log", terminal=config.terminal, period_s=config.line_period_s
        )
        self._purpose = config.purpose
        self._reported = False
        self._diagnostics = Diagnostics(node=self)
        self._links = {robot: self._link(robot) for robot in config.robots}
        self._gatherer = ParameterGatherer(node=self, on_change=self._on_parameters)
        self.create_subscription(ReplayStatus, "/replay/status", self._on_replay, qos.LATCHED)
        self.create_subscription(LearnerStatus, "/learner/status", self._on_learner, qos.LATCHED)
        self.create_timer(_TICK_S, self._tick)
        self.create_timer(_SAMPLE_S, self._sample)
        self.create_timer(_GATHER_S, self._gatherer.poll)

    def shutdown(self) -> None:
        """Write the report of an interrupted run; called when the process ends."""
        if not self._reported:
            self._report(_SCAN_LIMIT_INTERRUPTED_S)
        self._lines.close()

    def _link(self, robot: str) -> RobotLink:
        return RobotLink(
            node=self,
            robot=robot,
            on_status=self._on_status,
            on_episode=self._on_episode,
            on_rate=self._on_rate,
            on_never_begun=self._on_never_begun,
            on_goal_closed=self._on_goal_closed,
        )

    def _tick(self) -> None:
        now_s = time.monotonic()
        self._counters.wall_s = self._record.sample_table.clock.wall_s(now_s)
        for goal in self._session.tick(self._counters, now_s=now_s):
            self._links[goal.robot].send(goal)
        for closed in self._session.take_closed():
            self._lines.say(closed.sentence)
            self._record.sample_table.add(self._counters)
            write_figures(self._record)
        if self._session.ending is not None:
            self._end(self._session.ending)

    def _sample(self) -> None:
        self._record.sample_table.add(self._counters)
        rate = steps_per_s(self._record.samples, window_s=_RATE_WINDOW_S)
        line = compose_line(
            session=self._session, counters=self._counters, episodes=self._record.episodes, steps_per_s=rate
        )
        self._lines.show(line, now_s=time.monotonic())
        values = {"environment_steps": self._counters.training_steps, "updates": self._counters.updates}
        self._diagnostics.publish(fault=self._counters.replay_error, summary=line, values=values)

    def _end(self, ending: Ending) -> None:
        status, verdict = ending.exit_status, ending.verdict
        self._record = self._record.ended(purpose=self._purpose, exit_status=status, verdict=verdict)
        self._lines.say(ending.verdict)
        self._report(_SCAN_LIMIT_S)
        self._record.evaluations.finish()
        raise NodeExit(ending.exit_status)

    def _report(self, scan_limit_s: float) -> None:
        self._reported = True
        try:
            self._record.sample_table.add(self._counters)
            write_report(self._record, scan_limit_s=scan_limit_s)
            self._lines.say(f"report: {self._record.folder.run / 'report.html'}")
        except UserRosError as error:
            self.get_logger().error(str(error))

    def _on_status(self, robot: str, message: Any) -> None:  # noqa: ANN401 - EnvironmentStatus.msg
        view = RobotView(source=message.source, evaluation=message.evaluation, heard_s=time.monotonic())
        self._dispatcher.on_status(robot, view)
        said = message.prompt or message.hold_reason
        self._counters.robot_state = f"{robot} {message.state}: {said}" if said else ""

    def _on_episode(self, summary: EpisodeSummary) -> None:
        if summary.run in ("", self._run_uuid):
            counters = self._counters
            row = EpisodeRow.from_summary(summary, wall_s=counters.wall_s, training_steps=counters.training_steps)
            self._record.episodes.add(row)

    def _on_never_begun(self, robot: str, feedback: Any) -> None:  # noqa: ANN401 - RunEpisodes feedback
        row = EpisodeRow.never_begun(
            episode=feedback.episode,
            robot=robot,
            evaluation=feedback.evaluation,
            seed=feedback.seed,
            reason=f"the episode never began; {self._counters.robot_state or 'no reason given'}",
            wall_s=self._counters.wall_s,
            training_steps=self._counters.training_steps,
        )
        self._record.episodes.add(row)

    def _on_rate(self, control_rate_hz: float) -> None:
        self._counters.control_rate_hz = control_rate_hz

    def _on_goal_closed(self, robot: str, number: int) -> None:
        self._dispatcher.on_goal_closed(robot, number, now_s=time.monotonic())

    def _on_replay(self, message: Any) -> None:  # noqa: ANN401 - ReplayStatus.msg
        if message.run == self._run_uuid:
            self._counters.take_replay(message)

    def _on_learner(self, message: Any) -> None:  # noqa: ANN401 - LearnerStatus.msg
        if message.run == self._run_uuid:
            self._counters.take_learner(message)

    def _on_parameters(self, parameters: Mapping[str, Mapping[str, Any]]) -> None:
        write_configuration(parameters, path=self._record.folder.run / "configuration.yaml")


def main() -> None:
    """Run the node; the exit status is 0 when the goal was reached, 3 when a budget ended first."""
    sys.exit(run_node(ProgressNode))


if __name__ == "__main__":
    main()
