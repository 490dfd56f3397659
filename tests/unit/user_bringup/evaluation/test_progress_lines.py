from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.run_tables import Run, episode_row, progress_config
from user_bringup.evaluation.progress_lines import ProgressLines, compose_line


def line_of(run: Run) -> str:
    return compose_line(session=run.session, counters=run.counters, episodes=run.record.episodes, steps_per_s=96.4)


def test_line_says_what_a_person_wants_to_know(tmp_path: Path) -> None:
    run = Run(tmp_path, progress_config())
    run.record.episodes.add(episode_row(episode="a"))
    run.counters.learner_state, run.counters.updates = "training", 360
    run.tick(steps=90, passed_s=83.0)
    assert line_of(run) == "01:23 | practice | 90 steps (96/s) | 360 updates | practice 1/1"


def test_line_shows_the_evaluation_in_progress_and_what_waits_for_a_person(tmp_path: Path) -> None:
    run = Run(tmp_path, progress_config())
    (goal,) = run.tick(steps=100)
    run.play(goal.seeds[:2], goal)
    run.counters.learner_state, run.counters.learner_detail = "limited", "waits for steps"
    run.counters.robot_state = "arm_0 HOLD: press resume"
    run.counters.replay_error = "disk full"
    line = line_of(run)
    assert "evaluation 2/4, 2 successes" in line
    assert "learner limited: waits for steps" in line
    assert "arm_0 HOLD: press resume" in line
    assert "REPLAY: disk full" in line


def test_nothing_is_said_of_what_has_not_begun(tmp_path: Path) -> None:
    run = Run(tmp_path, progress_config())
    run.counters.learner_state, run.counters.learner_detail = "pretraining", "encoder: 100 of 600 updates"
    run.counters.robot_state = "arm_0 AUTONOMOUS: waiting for policy_node: no weights yet"
    run.tick(steps=0, passed_s=5.0)
    assert line_of(run) == "00:05 | practice | learner pretraining: encoder: 100 of 600 updates"


def test_without_a_terminal_lines_are_plain_and_spaced(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = ProgressLines(log_file=tmp_path / "log" / "progress.log", terminal="", period_s=10.0)
    for now_s in range(0, 25, 2):
        lines.show(f"at {now_s}", now_s=now_s)
    lines.say("an event")
    lines.close()
    expected = "at 0\nat 10\nat 20\nan event\n"
    assert capsys.readouterr().out == expected
    assert (tmp_path / "log" / "progress.log").read_text() == expected


def test_on_a_terminal_one_line_changes_in_place_and_the_log_stays_plain(tmp_path: Path) -> None:
    terminal = tmp_path / "terminal"
    lines = ProgressLines(log_file=tmp_path / "progress.log", terminal=str(terminal), period_s=10.0)
    lines.show("at 0", now_s=0.0)
    lines.show("at 2", now_s=2.0)
    lines.say("an event")
    lines.close()
    assert terminal.read_bytes().decode() == "\rat 0\x1b[K\r\rat 2\x1b[K\r\ran event\x1b[K\n\n"
    assert (tmp_path / "progress.log").read_text() == "at 0\nan event\n"


def test_a_terminal_that_is_gone_leaves_plain_lines(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = ProgressLines(log_file=tmp_path / "progress.log", terminal=str(tmp_path / "no" / "tty"), period_s=10.0)
    lines.say("an event")
    lines.close()
    assert capsys.readouterr().out == "an event\n"


def test_a_restarted_node_adds_to_the_log(tmp_path: Path) -> None:
    for text in ("first", "second"):
        lines = ProgressLines(log_file=tmp_path / "progress.log", terminal="", period_s=10.0)
        lines.say(text)
        lines.close()
    assert (tmp_path / "progress.log").read_text() == "first\nsecond\n"
