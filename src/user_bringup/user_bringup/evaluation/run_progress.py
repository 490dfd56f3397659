"""What the progress node knows and decides, without ROS: messages in, goals and lines out."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from user_bringup.evaluation.config import ProgressConfig
from user_bringup.evaluation.dispatcher import Dispatcher, Goal, RobotView
from user_bringup.evaluation.episode_table import EpisodeRow
from user_bringup.evaluation.evaluation_request import EvaluationRequest
from user_bringup.evaluation.evaluation_table import ClosedEvaluation
from user_bringup.evaluation.plans import Demonstrations, Ending
from user_bringup.evaluation.progress_folder import RunFacts
from user_bringup.evaluation.progress_lines import compose_line
from user_bringup.evaluation.run_counters import steps_per_s
from user_bringup.evaluation.run_record import RunRecord
from user_bringup.evaluation.session import Session
from user_core.spec import EnvironmentSpec
from user_core.types import EpisodeSummary

_RATE_WINDOW_S = 30.0


class RunProgress:
    """The record of a run with the session that moves it on.

    Args:
        config: Parameters of the progress node.
        run: The run folder.
        run_uuid: The run's UUID; messages of another run are not taken.
        demonstrations: The task's bag of demonstrations.
        clock: Monotonic seconds.
    """

    def __init__(
        self,
        *,
        config: ProgressConfig,
        run: Path,
        run_uuid: str,
        demonstrations: Demonstrations,
        clock: Callable[[], float],
    ) -> None:
        launched_at_s = config.launched_at_s or clock()
        self.record = RunRecord.begin(run, facts=RunFacts.of(config), launched_at_s=launched_at_s)
        self.counters = self.record.counters.without_states()
        self._purpose = config.purpose
        self._request = EvaluationRequest.read(run)
        self._run_uuid = run_uuid
        self._clock = clock
        self._dispatcher = Dispatcher(robots=config.robots, fixed_shares=config.evaluation.fixed_shares)
        self._session = Session(
            config=config, record=self.record, dispatcher=self._dispatcher, demonstrations=demonstrations
        )

    @property
    def ending(self) -> Ending | None:
        """Return how the run ended, None while it goes on."""
        return self._session.ending

    @property
    def line(self) -> str:
        """Return the state of things in one line."""
        rate = steps_per_s(self.record.samples, window_s=_RATE_WINDOW_S)
        return compose_line(
            session=self._session, counters=self.counters, episodes=self.record.episodes, steps_per_s=rate
        )

    def tick(self) -> tuple[list[Goal], list[ClosedEvaluation]]:
        """Move on; return the goals to send and the evaluations that were closed. Raises LogError."""
        now_s = self._clock()
        self.counters.wall_s = self.record.sample_table.clock.wall_s(now_s)
        goals = self._session.tick(self.counters, now_s=now_s)
        return goals, self._session.take_closed()

    def sample(self) -> None:
        """Note the counters as they are now. Raises LogError."""
        self.record.sample_table.add(self.counters)

    def note_ending(self, ending: Ending) -> None:
        """Write down how the run ended. Raises LogError."""
        self.record = self.record.ended(purpose=self._purpose, exit_status=ending.exit_status, verdict=ending.verdict)

    def on_status(self, robot: str, message: Any) -> None:  # noqa: ANN401 - EnvironmentStatus.msg
        """Take a robot's status."""
        view = RobotView(source=message.source, evaluation=message.evaluation, heard_s=self._clock())
        self._dispatcher.on_status(robot, view)
        said = message.prompt or message.hold_reason
        self.counters.robot_state = f"{robot} {message.state}: {said}" if said else ""

    def on_episode(self, summary: EpisodeSummary) -> None:
        """Take a closed episode."""
        if summary.run in ("", self._run_uuid):
            wall_s, training_steps = self.counters.wall_s, self.counters.training_steps
            row = EpisodeRow.from_summary(summary, wall_s=wall_s, training_steps=training_steps)
            self.record.episodes.add(row)

    def on_feedback(self, robot: str, feedback: Any) -> None:  # noqa: ANN401 - RunEpisodes feedback
        """Take an attempt that left no record, and so has no summary; all others come by their summaries."""
        if feedback.length > 0:
            return
        row = EpisodeRow.never_begun(
            episode=feedback.episode,
            robot=robot,
            evaluation=feedback.evaluation,
            seed=feedback.seed,
            reason=f"the episode never began; {self.counters.robot_state or 'no reason given'}",
            wall_s=self.counters.wall_s,
            training_steps=self.counters.training_steps,
        )
        self.record.episodes.add(row)

    def on_spec(self, spec: EnvironmentSpec) -> None:
        """Take the control rate of a robot; weights that do not fit its environment are not evaluated in it."""
        self.counters.control_rate_hz = spec.control_rate_hz
        misfit = "" if self._request is None else self._request.misfit(spec)
        if misfit:
            self._session.fail(misfit)

    def on_goal_closed(self, robot: str, number: int) -> None:
        """Note that a goal was refused or has ended."""
        self._dispatcher.on_goal_closed(robot, number, now_s=self._clock())

    def on_replay(self, message: Any) -> None:  # noqa: ANN401 - ReplayStatus.msg
        """Take the state of the log."""
        if message.run == self._run_uuid:
            self.counters.take_replay(message)

    def on_learner(self, message: Any) -> None:  # noqa: ANN401 - LearnerStatus.msg
        """Take the state of the learner."""
        if message.run == self._run_uuid:
            self.counters.take_learner(message)
