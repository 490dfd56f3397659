"""A run keeps its name, and a file is written whole or not at all."""

from pathlib import Path

import pytest

from user_core.run import RunFolder, write_atomically


def test_the_identity_is_made_once(tmp_path: Path) -> None:
    folder = RunFolder(path=tmp_path / "run")
    assert folder.identity() == RunFolder(path=tmp_path / "run").identity()


def test_a_failed_write_leaves_the_file_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "state"
    write_atomically(file, b"old")

    def full_disk(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full_disk)
    with pytest.raises(OSError, match="No space"):
        write_atomically(file, b"new")
    assert [path.name for path in tmp_path.iterdir()] == ["state"]
    assert file.read_bytes() == b"old"
