"""A log that cannot grow holds the robots and says why; with room again the same run goes on and has lost nothing."""

from __future__ import annotations

import resource

import pytest

from tests.support.kill_audit import audit
from tests.support.launched_graph import LaunchedGraph
from tests.support.short_runs import short_training
from tests.support.wait import wait_for

pytestmark = [pytest.mark.ros, pytest.mark.slow, pytest.mark.timeout(240)]

ROOM_BYTES = 50_000


def test_full_disk_holds_the_robot_and_loses_nothing(tmp_path, domain_id):
    recording = tmp_path / "recording.jsonl"
    arguments = short_training(tmp_path)
    with LaunchedGraph("peg_insertion", arguments=arguments, folder=tmp_path, domain_id=domain_id) as graph:
        graph.companion("recorder", "--output", recording)
        bag = graph.run_folder / "transitions"
        graph.when(lambda: _size(bag) > ROOM_BYTES, 60, what="a log that grows")
        replay = graph.wait_for_node("replay_node")
        _, hard = resource.prlimit(replay.pid, resource.RLIMIT_FSIZE)
        resource.prlimit(replay.pid, resource.RLIMIT_FSIZE, (_size(bag) + ROOM_BYTES, hard))
        graph.wait_for_output("File too large", 60)
        size = _size(bag)
        wait_for(lambda: _is_held(recording), 30, what="a robot that says that the log cannot be written")
        assert _size(bag) == size
        assert graph.status is None
        resource.prlimit(replay.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, hard))
        assert graph.wait_until_over(180) == 3, graph.output[-3000:]
    assert audit(run_folder=graph.run_folder, recording=recording) == []


def _size(bag) -> int:
    return sum(file.stat().st_size for file in bag.glob("*.mcap"))


def _is_held(recording) -> bool:
    return '"state": "' in recording.read_text() and "cannot be written" in recording.read_text()
