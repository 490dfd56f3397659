"""The table of before and after."""

from __future__ import annotations

import json
from argparse import Namespace
from pathlib import Path
from typing import Any

import pytest

from benchmarks.hg_dagger import improved, main, row
from benchmarks.launched_run import launched


def evaluation(successes: int) -> dict[str, Any]:
    return {
        "episodes": 200,
        "successes": successes,
        "success_rate": successes / 200,
        "wilson_low": 0.4,
        "wilson_high": 0.6,
    }


REPORT: dict[str, Any] = {
    "task": "charger",
    "seed": 1,
    "imitation_only": evaluation(100),
    "evaluation": evaluation(180),
    "corrections": {
        "take_overs": 41,
        "corrected_samples": 1035,
        "take_overs_per_100_steps_by_quarter": [1.5, 0.5, 0.25, None],
    },
    "updates": 5832,
    "robot_time_s": 1200.0,
    "wall_s": 99.6,
    "exit_status": 3,
}


def test_a_row_has_both_results_and_what_they_took() -> None:
    assert row(REPORT) == (
        "| charger | 1 | 100/200 | 40-60 % | 180/200 | 40-60 % | 41 | 1035 | 5832 | 20 | 1.50 0.50 0.25 - | 100 |"
    )


def test_a_run_that_was_never_judged_has_a_row_and_no_gain(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    unjudged = REPORT | {"seed": 0, "evaluation": None}
    assert row(unjudged).startswith("| charger | 0 | 100/200 | 40-60 % | - | - | 41 |")
    reports = {0: unjudged, 1: REPORT}
    monkeypatch.setattr("benchmarks.hg_dagger.improved", lambda options, seed: reports[seed])
    for seeds, status in ((("1",), 0), (("0", "1"), 1)):
        monkeypatch.setattr("sys.argv", ["hg_dagger", "--folder", str(tmp_path), "--seeds", *seeds])
        assert main() == status


def test_runs_that_are_there_are_not_made_again(tmp_path: Path) -> None:
    for name in ("base", "after"):
        folder = tmp_path / f"pick_and_place-1-{name}"
        folder.mkdir()
        (folder / "report.json").write_text(json.dumps(REPORT | {"name": name}))
    options = Namespace(
        folder=tmp_path, task="pick_and_place", demonstrations=5, steps=100, episodes=200, arguments=["policy:=mlp"]
    )
    assert improved(options, 1)["name"] == "after"


def test_a_run_that_was_interrupted_is_gone_on_with(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = tmp_path / "run"
    run.mkdir()
    (run / "report.json").write_text(json.dumps(REPORT | {"exit_status": None}))
    commands: list[list[str]] = []

    def launch(command: list[str], **settings: Any) -> None:
        commands.append(command)
        if len(commands) == 2:
            (run / "report.json").write_text(json.dumps(REPORT))

    monkeypatch.setattr("subprocess.run", launch)
    with pytest.raises(SystemExit, match="is not finished"):
        launched(run, ["charger"])
    assert launched(run, ["charger"])["exit_status"] == 3
    assert commands == [["./user", "launch", "charger", f"run:={run}"]] * 2
