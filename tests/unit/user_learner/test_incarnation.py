from __future__ import annotations

from pathlib import Path

import pytest

from user_core.errors import LogError
from user_learner.incarnation import next_incarnation


def test_every_start_counts_one_up(tmp_path: Path) -> None:
    assert [next_incarnation(tmp_path / "new") for _ in range(3)] == [1, 2, 3]


def test_a_file_that_is_no_number_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "incarnation").write_text("many")
    with pytest.raises(LogError, match="incarnation.*run:="):
        next_incarnation(tmp_path)
