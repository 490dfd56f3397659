"""One pass over a real bag: what is counted, what is missing, which episodes are kept."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from tests.support.learning_records import make_episode, small_spec
from user_bringup.report.bag_scan import scan_bag
from user_core.log.kinds import RecordKind
from user_core.log.writer import BagWriter
from user_core.ros.definitions import log_definitions
from user_core.ros.records import encode
from user_core.types import Transition

pytestmark = pytest.mark.ros


def write_bag(folder: Path, transitions: list[Transition]) -> None:
    writer = BagWriter(folder, run="run", definitions=log_definitions())
    for transition in transitions:
        writer.append(RecordKind.TRANSITION, encode(transition), stamp_ns=1)
    writer.close()


def two_episodes() -> list[Transition]:
    spec = small_spec(cameras=2)
    first = make_episode(spec, episode="first", length=5, sequence=0)
    return first + make_episode(spec, episode="second", length=3, sequence=6)


def test_whole_bag_has_lost_nothing_and_gives_the_wanted_episode(tmp_path: Path) -> None:
    write_bag(tmp_path / "transitions", two_episodes())
    scan = scan_bag(tmp_path / "transitions", wanted={"second"}, limit_s=60.0)
    assert (scan.transitions, scan.lost, scan.problem) == (10, 0, "")
    assert [item.observation.step for item in scan.episodes["second"]] == [0, 1, 2, 3]
    assert "first" not in scan.episodes


def test_gaps_are_counted_for_each_source_by_itself(tmp_path: Path) -> None:
    transitions = two_episodes()
    del transitions[7:9]
    del transitions[2]
    other = [dataclasses.replace(item, source="respawned") for item in two_episodes()[:3]]
    write_bag(tmp_path / "transitions", transitions + other)
    assert scan_bag(tmp_path / "transitions", wanted=(), limit_s=60.0).lost == 3


def test_a_pass_that_ran_out_of_time_does_not_say_that_nothing_is_lost(tmp_path: Path) -> None:
    write_bag(tmp_path / "transitions", two_episodes())
    scan = scan_bag(tmp_path / "transitions", wanted=(), limit_s=0.0)
    assert scan.lost is None
    assert "only the first" in scan.problem


def test_a_run_without_a_bag_is_said(tmp_path: Path) -> None:
    scan = scan_bag(tmp_path / "transitions", wanted=(), limit_s=60.0)
    assert scan.lost is None
    assert "transitions" in scan.problem
