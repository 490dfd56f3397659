"""The middleware's files in shared memory that nobody uses any more."""

from __future__ import annotations

from pathlib import Path

_MIDDLEWARE_FILES = ("fastrtps*", "fastdds*", "sem.fastrtps*", "sem.fastdds*")


def orphaned_shared_memory_files() -> set[Path]:
    """Return the files in /dev/shm that no living process has mapped or open."""
    files = {path for pattern in _MIDDLEWARE_FILES for path in Path("/dev/shm").glob(pattern)}
    if files:
        files -= _used_files()
    return files


def _used_files() -> set[Path]:
    used: set[Path] = set()
    for process in Path("/proc").glob("[0-9]*"):
        try:
            used |= {Path(f"/dev/shm{line.rpartition('/dev/shm')[2]}") for line in _shared_mappings(process)}
            used |= {descriptor.readlink() for descriptor in (process / "fd").iterdir()}
        except OSError:
            continue
    return used


def _shared_mappings(process: Path) -> list[str]:
    return [line for line in (process / "maps").read_text().splitlines() if "/dev/shm/" in line]
