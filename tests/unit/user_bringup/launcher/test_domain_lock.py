"""Two whole systems in one ROS domain of one machine are refused."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from user_bringup.launcher.domain_lock import alone_in_its_domain
from user_bringup.launcher.errors import LaunchError

DOMAIN = {"ROS_DOMAIN_ID": "231"}


@pytest.fixture(autouse=True)
def locks_of_this_test(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))


def test_a_second_launch_in_the_same_domain_is_refused_with_what_to_do() -> None:
    with alone_in_its_domain({}, environment=DOMAIN):
        with (
            pytest.raises(LaunchError, match=rf"pid {os.getpid()}\) .* ROS domain 231.*ROS_DOMAIN_ID"),
            alone_in_its_domain({"role": "learner"}, environment=DOMAIN),
        ):
            pass


def test_another_domain_and_the_robots_part_may_run_beside_it_and_so_may_the_next_launch() -> None:
    with (
        alone_in_its_domain({}, environment=DOMAIN),
        alone_in_its_domain({}, environment={}),
        alone_in_its_domain({"role": "robot"}, environment=DOMAIN),
    ):
        pass
    with alone_in_its_domain({}, environment=DOMAIN):
        pass
