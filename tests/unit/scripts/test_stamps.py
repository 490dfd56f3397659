from __future__ import annotations

from pathlib import Path

from workspace_setup.stamps import Stamps, fingerprint


def test_what_was_written_is_read_again(tmp_path: Path):
    Stamps(tmp_path / "stamps").write("wheels", {"a": 1})
    assert Stamps(tmp_path / "stamps").read("wheels") == {"a": 1}


def test_step_without_stamp_is_not_done(tmp_path: Path):
    assert Stamps(tmp_path).read("wheels") is None


def test_broken_stamp_is_not_done(tmp_path: Path):
    (tmp_path / "wheels.json").write_text('{"a": ')
    assert Stamps(tmp_path).read("wheels") is None


def test_forgotten_step_is_not_done(tmp_path: Path):
    stamps = Stamps(tmp_path)
    stamps.write("wheels", 1)
    stamps.forget("wheels")
    stamps.forget("wheels")
    assert stamps.read("wheels") is None


def test_fingerprint_sees_texts_names_and_contents(tmp_path: Path):
    first, second = tmp_path / "first", tmp_path / "second"
    first.write_text("x")
    second.write_text("x")
    prints = [
        fingerprint(["a"], [first]),
        fingerprint(["b"], [first]),
        fingerprint(["a"], [second]),
        fingerprint(["a"]),
    ]
    first.write_text("y")
    assert len({*prints, fingerprint(["a"], [first])}) == 5
