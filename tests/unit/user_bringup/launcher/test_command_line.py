from __future__ import annotations

import pytest

from tests.support.launch_folder import LaunchFolder
from user_bringup.launcher.command_line import main


def test_show_args_lists_them_and_starts_nothing(folder: LaunchFolder, capsys: pytest.CaptureFixture[str]):
    path = folder.write("main.launch.xml", "<arg name='seed' default='0' description='Of it all.'/>")
    assert main([str(path), "--show-args"]) == 0
    assert "seed\n      Of it all.\n      default: 0" in capsys.readouterr().out


def test_dry_run_prints_the_commands(folder: LaunchFolder, capsys: pytest.CaptureFixture[str]):
    path = folder.write("main.launch.xml", "<arg name='a' default='0'/><executable cmd='echo $(var a)'/>")
    assert main([str(path), "--dry-run", "a:=x y"]) == 0
    assert capsys.readouterr().out == "echo 'x y'\n"


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["/nowhere.launch.xml"], "There is no launch file '/nowhere.launch.xml'"),
        (["FILE", "sed:=1"], "'sed' is unknown (did you mean 'seed'?); main.launch.xml knows: seed."),
        (["FILE", "seed"], "'seed' is no launch argument; write it as name:=value."),
    ],
)
def test_what_is_wrong_is_one_sentence_and_status_2(
    folder: LaunchFolder, capsys: pytest.CaptureFixture[str], words: list[str], message: str
):
    path = folder.write("main.launch.xml", "<arg name='seed' default='0'/>")
    assert main([str(path) if word == "FILE" else word for word in words]) == 2
    error = capsys.readouterr().err
    assert message in error and error.count("\n") == 1


def test_unknown_task_lists_the_tasks(
    folder: LaunchFolder, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    share = folder.prefix / "share" / "user_bringup" / "launch"
    share.mkdir(parents=True)
    (share / "peg_insertion.launch.xml").write_text("<launch/>")
    (folder.prefix / "share/ament_index/resource_index/packages/user_bringup").touch()
    monkeypatch.setenv("AMENT_PREFIX_PATH", str(folder.prefix))
    assert main(["peg_insert"]) == 2
    assert "no task 'peg_insert' (did you mean 'peg_insertion'?)" in capsys.readouterr().err
