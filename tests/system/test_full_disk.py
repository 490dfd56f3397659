"""A log or an outbox that cannot grow holds the robots and says why; with room again nothing was lost."""

from __future__ import annotations

import resource
from pathlib import Path

import pytest

from tests.support.json_lines import whole_rows
from tests.support.kill_audit import audit
from tests.support.launched_graph import START_S, LaunchedGraph
from tests.support.short_runs import short_training
from tests.support.wait import wait_for

pytestmark = [pytest.mark.ros, pytest.mark.slow, pytest.mark.timeout(500)]

ROOM_BYTES = 50_000
STANDS_S = 5.0


@pytest.mark.parametrize(("node", "said"), [("replay_node", "REPLAY: the log"), ("environment_node", "the outbox")])
def test_full_disk_holds_the_robot_and_loses_nothing(tmp_path, domain_id, node, said):
    recording = tmp_path / "recording.jsonl"
    arguments = short_training(tmp_path)
    with LaunchedGraph("peg_insertion", arguments=arguments, folder=tmp_path, domain_id=domain_id) as graph:
        graph.companion("recorder", "--output", recording)
        bag = graph.run_folder / "transitions"
        graph.when(lambda: _size(bag) > ROOM_BYTES, START_S, what="a log that grows")
        victim = graph.wait_for_node(node)
        _, hard = resource.prlimit(victim.pid, resource.RLIMIT_FSIZE)
        # An outbox is emptied as it is acknowledged, so that only no room at all is certain to be too little.
        room_bytes = _size(bag) + ROOM_BYTES if node == "replay_node" else 1
        resource.prlimit(victim.pid, resource.RLIMIT_FSIZE, (room_bytes, hard))
        graph.wait_for_output(said, 60)
        assert "File too large" in graph.output
        _wait_until_the_robot_stands(recording)
        assert graph.status is None
        resource.prlimit(victim.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, hard))
        assert graph.wait_until_over(250) == 3, graph.output[-3000:]
    assert audit(run_folder=graph.run_folder, recording=recording) == []


def _size(bag: Path) -> int:
    return sum(file.stat().st_size for file in bag.glob("*.mcap"))


def _wait_until_the_robot_stands(recording: Path) -> None:
    """Wait until no new record has come for a while, though the robot is alive and says how it is."""

    def stands() -> bool:
        rows = whole_rows(recording)
        first_seen_s: dict[int, float] = {}
        for row in rows:
            if row["kind"] == "transition":  # what is not acknowledged is sent again and again
                first_seen_s.setdefault(row["source_sequence"], row["monotonic_s"])
        statuses = [row["monotonic_s"] for row in rows if row["kind"] == "environment"]
        return statuses[-1] - max(first_seen_s.values()) > STANDS_S

    wait_for(stands, 60, what="a robot that goes no further than its outbox")
