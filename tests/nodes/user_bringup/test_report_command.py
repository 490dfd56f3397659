"""`report run:=FOLDER` makes the report again from the tables and the bag."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from tests.support.learning_records import make_episode, small_spec
from tests.support.run_tables import finished_run
from user_bringup.report.command_line import main
from user_core.log.kinds import RecordKind
from user_core.log.writer import BagWriter
from user_core.ros.definitions import log_definitions
from user_core.ros.records import encode

pytestmark = pytest.mark.ros


@pytest.fixture
def run_folder(tmp_path: Path) -> Path:
    """A finished run whose bag holds its first episode, and its last one without its first record."""
    record = finished_run(tmp_path).record
    first, last = record.first_and_last_episode
    writer = BagWriter(tmp_path / "transitions", run="run", definitions=log_definitions())
    episodes = make_episode(small_spec(), episode=first), make_episode(small_spec(), episode=last, sequence=5)[1:]
    for transition in [*episodes[0], *episodes[1]]:
        writer.append(RecordKind.TRANSITION, encode(transition), stamp_ns=1)
    writer.close()
    return tmp_path


def test_report_shows_both_film_strips_and_what_the_bag_lost(
    run_folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["report", f"run:={run_folder}"])
    assert main() == 0
    assert "report.html" in capsys.readouterr().out
    page = (run_folder / "report.html").read_text()
    assert page.count('src="data:image/png') == 5 + 2
    assert "First episode: train" in page
    assert "Last episode: evaluate" in page
    replay = json.loads((run_folder / "report.json").read_text())["replay"]
    assert replay | {"transitions": 9, "lost": 1} == replay


@pytest.mark.parametrize("arguments", [[], ["a", "b"], ["run:="], ["run:=/no/such/run"]])
def test_a_wrong_call_is_one_clear_sentence(
    arguments: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["report", *arguments])
    assert main() == 2
    error = capsys.readouterr().err
    assert error.startswith("error: ")
    assert "run:=FOLDER" in error
    assert error.count("\n") == 1
