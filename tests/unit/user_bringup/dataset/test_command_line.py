"""The command line, before anything heavy is imported."""

from __future__ import annotations

import sys

import pytest

from user_bringup.dataset import command_line


@pytest.mark.parametrize("package", ["pyarrow", "av"])
@pytest.mark.parametrize("command", [["export", "bag", "dataset"], ["import", "dataset", "bag"]])
def test_a_machine_without_the_packages_is_told_what_to_type(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], package: str, command: list[str]
) -> None:
    monkeypatch.setitem(sys.modules, package, None)
    monkeypatch.setattr(sys, "argv", ["dataset", *command])
    assert command_line.main() == 2
    told = capsys.readouterr().err
    assert package in told.split(" is not allowed")[0] and "./user build role:=all" in told


@pytest.mark.parametrize("words", [["--help"], ["export", "--help"], ["import", "--help"]])
def test_help_is_given(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], words: list[str]) -> None:
    monkeypatch.setattr(sys, "argv", ["dataset", *words])
    with pytest.raises(SystemExit) as end:
        command_line.main()
    assert end.value.code == 0 and "./user dataset" in capsys.readouterr().out


def test_png_and_video_at_once_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["dataset", "export", "bag", "folder", "--png", "--video"])
    with pytest.raises(SystemExit) as end:
        command_line.main()
    assert end.value.code == 2
