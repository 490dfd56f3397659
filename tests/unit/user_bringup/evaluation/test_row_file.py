from __future__ import annotations

from pathlib import Path

import pytest

from user_bringup.evaluation.row_file import RowFile
from user_core.errors import LogError


def test_rows_come_back_in_order(tmp_path: Path) -> None:
    file = RowFile(tmp_path / "made" / "rows.jsonl")
    for number in range(3):
        file.append({"number": number, "text": "ä\n"})
    assert RowFile(tmp_path / "made" / "rows.jsonl").rows() == [{"number": n, "text": "ä\n"} for n in range(3)]


@pytest.mark.parametrize("kept", [1, 5, 12])
def test_a_row_torn_by_a_kill_is_dropped_and_the_next_one_is_whole(tmp_path: Path, kept: int) -> None:
    path = tmp_path / "rows.jsonl"
    RowFile(path).append({"number": 0})
    whole = path.read_bytes()
    path.write_bytes(whole + whole[:kept])
    file = RowFile(path)
    assert file.rows() == [{"number": 0}]
    file.append({"number": 1})
    assert RowFile(path).rows() == [{"number": 0}, {"number": 1}]


def test_a_damaged_row_in_the_middle_is_an_error_that_names_the_line(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_bytes(b'{"number":0}\n{"num\n{"number":2}\n')
    with pytest.raises(LogError, match="line 2 of .*rows.jsonl"):
        RowFile(path).rows()


def test_an_unwritable_place_is_an_error_that_names_the_file(tmp_path: Path) -> None:
    (tmp_path / "folder").write_text("a file where a folder should be")
    with pytest.raises(LogError, match=r"rows.jsonl cannot be written .*run:="):
        RowFile(tmp_path / "folder" / "rows.jsonl").append({"number": 0})
