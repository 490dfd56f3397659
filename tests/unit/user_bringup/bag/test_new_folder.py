from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

import pytest

from user_bringup.bag.new_folder import new_folder
from user_core.errors import ConfigurationError, LogError


def test_it_appears_when_all_of_it_is_written(tmp_path: Path) -> None:
    with new_folder(tmp_path / "deep" / "out", key="OUT") as folder:
        assert folder.name == "out"
        (folder / "file").write_text("whole")
        assert not (tmp_path / "deep" / "out").exists()
    assert [str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*")] == ["deep", "deep/out", "deep/out/file"]


def test_an_empty_folder_is_taken_and_one_that_holds_something_is_refused(tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    with new_folder(out, key="OUT") as folder:
        (folder / "file").write_text("whole")
    for taken in (out, out / "file"):
        with pytest.raises(ConfigurationError, match="OUT = .* or is empty"), new_folder(taken, key="OUT"):
            pass


def test_nothing_is_left_of_what_could_not_be_finished_and_its_error_comes_through(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="a broken picture"), new_folder(tmp_path / "out", key="OUT") as folder:
        (folder / "file").write_text("torn")
        raise OSError("a broken picture")
    assert not list(tmp_path.iterdir())


def test_of_two_at_once_the_first_to_finish_has_the_name_and_the_other_is_told(tmp_path: Path) -> None:
    out = tmp_path / "out"
    with ExitStack() as slow:
        mine = slow.enter_context(new_folder(out, key="OUT"))
        (mine / "file").write_text("slow")
        with new_folder(out, key="OUT") as folder:
            (folder / "file").write_text("quick")
        assert (mine / "file").read_text() == "slow"
        with pytest.raises(LogError, match="out cannot be written"):
            slow.close()
    assert [path.name for path in tmp_path.iterdir()] == ["out"]
    assert (out / "file").read_text() == "quick"


def test_a_place_where_nothing_can_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(LogError, match="file/out cannot be written"), new_folder(tmp_path / "file" / "out", key="OUT"):
        pass
