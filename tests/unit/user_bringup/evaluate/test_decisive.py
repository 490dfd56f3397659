from __future__ import annotations

from pathlib import Path

from user_bringup.evaluate.decisive import decisive_arguments

DEFAULTS = {"robot": "simulation", "reward": "task", "real_time_factor": "$(eval 0)", "run": None}


def test_what_decides_is_kept_and_how_it_is_done_is_not() -> None:
    given = {"robot": "franka", "real_time_factor": "1.0", "robots": "2", "record": "raw", "algorithm": "rlpd"}
    assert decisive_arguments(given, defaults=DEFAULTS) == {"robot": "franka", "real_time_factor": "1.0"}


def test_a_default_that_is_spelt_out_is_the_same_as_none() -> None:
    assert decisive_arguments({"robot": "simulation", "reward": "task"}, defaults=DEFAULTS) == {}


def test_a_file_counts_by_what_is_in_it(tmp_path: Path) -> None:
    file, copy = tmp_path / "mine.yaml", tmp_path / "copy" / "mine.yaml"
    copy.parent.mkdir()
    for path in (file, copy):
        path.write_text("a: 1")
    first = decisive_arguments({"config": str(file)}, defaults=DEFAULTS)
    assert first["config"].startswith("mine.yaml (sha256 ")
    assert decisive_arguments({"config": str(copy)}, defaults=DEFAULTS) == first
    file.write_text("a: 2")
    assert decisive_arguments({"config": str(file)}, defaults=DEFAULTS) != first
    assert decisive_arguments({"config": "no/such.yaml"}, defaults=DEFAULTS) == {"config": "no/such.yaml"}
