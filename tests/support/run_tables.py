"""Builds the tables of a run for tests of evaluation and report, and plays robots that answer goals at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np

from user_bringup.evaluation.config import ProgressConfig
from user_bringup.evaluation.dispatcher import Dispatcher, Goal, RobotView
from user_bringup.evaluation.episode_table import EpisodeRow
from user_bringup.evaluation.progress_folder import RunFacts
from user_bringup.evaluation.run_counters import RunCounters
from user_bringup.evaluation.run_record import RunRecord
from user_bringup.evaluation.session import Session
from user_core.configuration import build
from user_core.types import EpisodeSummary, Mode, Outcome


def progress_config(**values: Any) -> ProgressConfig:  # noqa: ANN401 - any parameter
    """Return the parameters of a small run, changed by `values`; a double underscore stands for a dot."""
    given = {
        "task": "peg_insertion",
        "algorithm": "rlpd",
        "policy": "cnn",
        "stop.at_success_rate": 0.9,
        "stop.confirmations": 1,
        "evaluation.every_steps": 100,
        "evaluation.first_at_steps": 100,
        "evaluation.episodes": 4,
        "evaluation.final_episodes": 6,
        "collect.demonstrations_needed": 4,
    }
    dotted = {name.replace("__", "."): value for name, value in values.items()}
    return build(ProgressConfig, given | dotted, where="the test")


def summary(*, episode: str, **values: Any) -> EpisodeSummary:  # noqa: ANN401 - any field
    """Return a summary of a successful training episode of ten steps, changed by `values`."""
    given: dict[str, Any] = {
        "source": "source_0",
        "source_sequence": 0,
        "robot": "arm_0",
        "task": "peg_insertion",
        "mode": Mode.TRAIN,
        "deterministic": False,
        "seed": 1_000_000,
        "length": 10,
        "episode_return": 1.0,
        "outcome": Outcome.SUCCESS,
        "policy_versions": ("1.32",),
        "tick_period_s": np.zeros(0, np.float32),
        "action_delay_s": np.zeros(0, np.float32),
        "duration_s": 1.0,
    }
    return EpisodeSummary(episode=episode, **given | values)


def episode_row(*, episode: str, wall_s: float = 1.0, training_steps: int = 10, **values: Any) -> EpisodeRow:  # noqa: ANN401
    """Return a row of the episode table."""
    return EpisodeRow.from_summary(summary(episode=episode, **values), wall_s=wall_s, training_steps=training_steps)


class DemonstrationsStandIn:
    """A bag of demonstrations that can be kept once the log is said to hold them."""

    def __init__(self, folder: Path, *, present: bool) -> None:
        self.folder = folder
        self.present = present
        self.logged = False
        self.kept = 0

    def keep(self, count: int) -> bool:
        """Keep them, or say that the log does not hold them yet."""
        if self.logged:
            self.present, self.kept = True, count
        return self.logged


class Run:
    """A run without ROS: the progress side is real, robots finish the goals given to them when told to.

    Args:
        folder: The run folder.
        config: Parameters of the progress node.
    """

    def __init__(self, folder: Path, config: ProgressConfig) -> None:
        self.folder = folder
        self.config = config
        self.counters = RunCounters()
        self.now_s = 100.0
        self.goals: list[Goal] = []
        self.outcome: Callable[[int], Outcome] = lambda seed: Outcome.SUCCESS
        self.version = "1.32"
        self.task_of: Callable[[str], str] = lambda robot: "peg_insertion"
        self.demonstrations = DemonstrationsStandIn(folder / "demonstrations", present=config.purpose == "train")
        self._episodes = 0
        self.restart()

    def restart(self) -> None:
        """Begin anew from the folder, as a respawned progress node does."""
        self.record = RunRecord.begin(self.folder, facts=RunFacts.of(self.config), launched_at_s=100.0)
        self.dispatcher = Dispatcher(robots=self.config.robots, fixed_shares=self.config.evaluation.fixed_shares)
        self.session = Session(
            config=self.config,
            record=self.record,
            dispatcher=self.dispatcher,
            demonstrations=self.demonstrations,
        )
        self.goals = []

    def tick(self, *, steps: int | None = None, passed_s: float = 0.1) -> list[Goal]:
        """Let time pass with every robot alive; return the goals sent."""
        self.now_s += passed_s
        self.counters.wall_s = self.now_s - 100.0
        if steps is not None:
            self.counters.training_steps = steps
        for robot in self.config.robots:
            evaluation = next((goal.evaluation for goal in self.goals if goal.robot == robot), "")
            view = RobotView(source=f"source of {robot}", evaluation=evaluation, heard_s=self.now_s)
            self.dispatcher.on_status(robot, view)
        sent = self.session.tick(self.counters, now_s=self.now_s)
        self.goals = [goal for goal in self.goals if goal.robot not in {new.robot for new in sent}] + sent
        return sent

    def play(self, seeds: Iterable[int], goal: Goal) -> None:
        """Run one episode per seed of a goal."""
        for seed in seeds:
            self._episodes += 1
            outcome = self.outcome(seed)
            named = goal.policy_version or self.version
            row = episode_row(
                wall_s=self.counters.wall_s,
                episode=f"{goal.evaluation} {self._episodes}",
                robot=goal.robot,
                task=self.task_of(goal.robot),
                mode=goal.mode,
                deterministic=goal.deterministic,
                seed=seed,
                evaluation=goal.evaluation,
                outcome=outcome,
                policy_versions=(named,) if goal.mode is Mode.EVALUATE else (),
            )
            self.record.episodes.add(row)

    def play_all(self) -> None:
        """Let every robot finish the goal that it has."""
        goals, self.goals = self.goals, []
        for goal in goals:
            self.play(goal.seeds, goal)
            self.dispatcher.on_goal_closed(goal.robot, goal.number, now_s=self.now_s)

    def finish_evaluation(self) -> None:
        """Play until the evaluation in progress is closed."""
        before = self.record.evaluations.open
        for _ in range(50):
            self.play_all()
            self.tick(passed_s=2.0)
            if self.record.evaluations.open is not before:
                return
        raise AssertionError("the evaluation does not end")


def finished_run(folder: Path, **values: Any) -> Run:  # noqa: ANN401 - any parameter
    """Play a run to its end: one evaluation that misses, one that meets, the final one, imitation."""
    run = Run(folder, progress_config(**values))
    run.counters.control_rate_hz = 10.0
    for number in range(3):
        row = episode_row(episode=f"practice {number}", outcome=Outcome.TIMEOUT, interventions=2, length=50)
        run.record.episodes.add(row)
    run.outcome = lambda seed: Outcome.TIMEOUT
    run.tick(steps=100)
    run.finish_evaluation()
    run.outcome = lambda seed: Outcome.SUCCESS
    run.counters.updates = 800
    run.tick(steps=200)
    while run.session.ending is None:
        run.finish_evaluation()
    run.record.sample_table.add(run.counters)
    return run
