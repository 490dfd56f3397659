"""What every test shares: a ROS domain of its own, and a look at what the whole session left behind."""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.domains import leased_domain
from tests.support.middleware import ONE_MACHINE
from tests.support.shared_memory import orphaned_shared_memory_files

_CHECK_VARIABLE = "USER_TEST_CHECKS_SHARED_MEMORY"
_SHARED_MEMORY = pytest.StashKey[set[Path]]()


def pytest_configure(config: pytest.Config) -> None:
    """Keep the middleware on this machine and out of shared memory, as ./user does; remember what is there already."""
    os.environ.update(ONE_MACHINE)
    config.stash[_SHARED_MEMORY] = orphaned_shared_memory_files()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip what needs ROS 2 where there is none."""
    if importlib.util.find_spec("rclpy") is not None:
        return
    for item in items:
        if item.get_closest_marker("ros"):
            item.add_marker(pytest.mark.skip(reason="needs ROS 2: run it with ./user test"))


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Fail a session of ./user test whose killed processes left files in shared memory.

    Elsewhere another session may run beside this one, and whose file it is cannot be told from its name.
    """
    if hasattr(session.config, "workerinput") or _CHECK_VARIABLE not in os.environ:
        return
    before = session.config.stash[_SHARED_MEMORY]
    left = sorted(path.name for path in orphaned_shared_memory_files() - before)
    if left:
        message = f"\nleft in shared memory by this session: {', '.join(left)}"
        session.config.get_terminal_writer().line(message, red=True)
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.fixture
def domain_id(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """A ROS domain id that nobody else on this machine has now; ROS_DOMAIN_ID has it too, for child processes."""
    with leased_domain() as domain:
        monkeypatch.setenv("ROS_DOMAIN_ID", str(domain))
        yield domain
