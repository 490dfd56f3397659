"""ROS domain ids for tests that run at the same time on one machine."""

from __future__ import annotations

import fcntl
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

_DOMAIN_COUNT = 102
"""Higher ids meet the ports that Linux gives to outgoing connections."""


@contextmanager
def leased_domain() -> Iterator[int]:
    """Lend a domain id, 0 to 101, that no other test process on this machine has now, xdist's workers included.

    Domains are taken in a circle, because what a killed process published stays visible in its domain for 20 s. The
    lock ends with the process that holds it, however that ends.
    """
    folder = Path(tempfile.gettempdir()) / f"user_test_domains_{os.getuid()}"
    folder.mkdir(exist_ok=True)
    first = _next_in_circle(folder)
    for offset in range(_DOMAIN_COUNT):
        domain = (first + offset) % _DOMAIN_COUNT
        with (folder / f"{domain}.lock").open("ab") as lock:
            if _is_taken(lock):
                continue
            yield domain
            return
    raise AssertionError(f"all {_DOMAIN_COUNT} ROS domains are lent to test processes ({folder})")


def _next_in_circle(folder: Path) -> int:
    with (folder / "next").open("a+", encoding="ascii") as counter:
        fcntl.flock(counter, fcntl.LOCK_EX)
        counter.seek(0)
        value = int(counter.read() or "0") % _DOMAIN_COUNT
        counter.truncate(0)
        counter.write(str((value + 1) % _DOMAIN_COUNT))
    return value


def _is_taken(lock: BinaryIO) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    return False
