import contextlib
import os
import subprocess
import sys
import textwrap

import pytest

from user_core.errors import LogError
from user_core.log.kinds import RecordKind
from user_hardware.environment import outbox as outbox_module
from user_hardware.environment.outbox import Outbox, OutboxInUseError


def payload(sequence, size=50):
    return (f"record {sequence} ".encode() * size)[:size]


@pytest.fixture
def path(tmp_path):
    return tmp_path / "000000_run_source.outbox"


@pytest.fixture
def outbox(path):
    box = Outbox.create(path, run="run", source="source")
    yield box
    dead(box)


def fill(box, count):
    return [box.append(RecordKind.TRANSITION, payload(box.next_sequence)) for _ in range(count)]


def recovered(path):
    """What a new process finds of a dead one's outbox."""
    box = Outbox(path)
    records = [(record.source_sequence, record.payload) for record in box.pending(range(1000), 10**9)]
    dead(box)
    return records


def dead(box):
    """End as a killed process does: the lock gone, the file stays."""
    with contextlib.suppress(OSError):
        os.close(box._descriptor)
    box._descriptor = -1


def test_sequence_counts_from_zero(outbox):
    assert fill(outbox, 3) == [0, 1, 2]
    assert outbox.next_sequence == 3


def test_pending_returns_what_was_appended_from_a_sequence_on(outbox):
    fill(outbox, 4)
    found = outbox.pending(range(2, 9), 10**6)
    assert [(r.kind, r.source_sequence, r.payload) for r in found] == [
        (RecordKind.TRANSITION, 2, payload(2)),
        (RecordKind.TRANSITION, 3, payload(3)),
    ]


def test_pending_keeps_to_the_limit_but_returns_at_least_one(outbox):
    fill(outbox, 4)
    assert [r.source_sequence for r in outbox.pending(range(9), 100)] == [0, 1]
    assert [r.source_sequence for r in outbox.pending(range(9), 1)] == [0]


def test_pending_returns_only_what_is_asked_for_and_waits(outbox):
    fill(outbox, 6)
    outbox.acknowledge(1)
    assert [r.source_sequence for r in outbox.pending(range(4), 10**6)] == [2, 3]
    assert outbox.pending(range(1), 10**6) == []
    assert outbox.pending(range(6, 9), 10**6) == []


def test_acknowledged_records_are_dropped(outbox):
    fill(outbox, 4)
    outbox.acknowledge(1)
    assert [r.source_sequence for r in outbox.pending(range(1000), 10**6)] == [2, 3]
    assert (len(outbox), outbox.unacknowledged_bytes) == (2, 100)


def test_acknowledgement_never_goes_back(outbox):
    fill(outbox, 4)
    outbox.acknowledge(2)
    outbox.acknowledge(0)
    assert (outbox.acknowledged, len(outbox)) == (2, 1)


def test_file_is_empty_once_all_is_acknowledged_and_goes_on_counting(outbox, path):
    fill(outbox, 4)
    outbox.acknowledge(3)
    assert path.stat().st_size < 50
    assert fill(outbox, 1) == [4]
    assert outbox.pending(range(1000), 10**6)[0].payload == payload(4)


def test_file_does_not_grow_for_ever_while_something_is_always_pending(outbox, path, monkeypatch):
    monkeypatch.setattr(outbox_module, "COMPACT_ABOVE_BYTES", 1000)
    fill(outbox, 2)
    for sequence in range(500):
        fill(outbox, 1)
        outbox.acknowledge(sequence)
        assert path.stat().st_size < 2000
    assert [(r.source_sequence, r.payload) for r in outbox.pending(range(1000), 10**6)] == [
        (n, payload(n)) for n in (500, 501)
    ]
    dead(outbox)
    assert recovered(path)[-2:] == [(n, payload(n)) for n in (500, 501)]


def test_new_process_finds_all_records_of_a_dead_one(outbox, path):
    fill(outbox, 3)
    dead(outbox)
    box = Outbox(path)
    assert (box.run, box.source, len(box)) == ("run", "source", 3)
    assert box.pending(range(1, 9), 10**6)[0].payload == payload(1)
    dead(box)


def test_record_cut_at_any_byte_is_dropped_and_none_before_it(outbox, path):
    fill(outbox, 2)
    before = path.stat().st_size
    fill(outbox, 1)
    content = path.read_bytes()
    for length in range(before, len(content)):
        other = path.with_name("cut.outbox")
        other.write_bytes(content[:length])
        assert recovered(other) == [(0, payload(0)), (1, payload(1))], length


def test_record_whose_bytes_changed_is_dropped(outbox, path):
    fill(outbox, 2)
    content = bytearray(path.read_bytes())
    content[-3] ^= 1
    other = path.with_name("changed.outbox")
    other.write_bytes(content)
    assert recovered(other) == [(0, payload(0))]


def test_outbox_of_a_live_process_is_left_alone(outbox, path):
    with pytest.raises(OutboxInUseError, match="another live process"):
        Outbox(path)


def test_compacted_outbox_is_still_this_process_alone(outbox, path, monkeypatch):
    monkeypatch.setattr(outbox_module, "COMPACT_ABOVE_BYTES", 0)
    fill(outbox, 3)
    outbox.acknowledge(1)
    with pytest.raises(OutboxInUseError):
        Outbox(path)


def test_file_that_is_no_outbox_is_one_sentence(tmp_path):
    other = tmp_path / "x.outbox"
    other.write_bytes(b"[1, 2]\nabc")
    with pytest.raises(LogError, match="is not an outbox"):
        Outbox(other)


def test_closing_removes_the_file_only_when_nothing_is_left(path):
    box = Outbox.create(path, run="run", source="source")
    fill(box, 1)
    box.close()
    assert path.exists()
    box = Outbox(path)
    box.acknowledge(0)
    box.close()
    assert not path.exists()


def test_unwritable_folder_is_one_sentence(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(LogError, match="cannot be written: .*make the folder writable"):
        Outbox.create(tmp_path / "file" / "x.outbox", run="run", source="source")


def test_full_disk_is_an_error_that_loses_nothing_and_ends_with_the_lack_of_space(path):
    script = textwrap.dedent(
        """
        import resource, sys
        from pathlib import Path
        from user_core.errors import LogError
        from user_hardware.environment.outbox import Outbox
        path = Path(sys.argv[1])
        box = Outbox.create(path, run="run", source="source")
        box.append(1, b"a" * 500)
        for extra in (5, 30, 100):
            resource.setrlimit(resource.RLIMIT_FSIZE, (path.stat().st_size + extra, resource.RLIM_INFINITY))
            try:
                box.append(1, b"b" * 500)
                raise SystemExit("written beyond the limit")
            except LogError as error:
                assert "File too large; free disk space" in str(error), error
        resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        assert box.append(1, b"c" * 300) == 1
        assert [r.payload for r in box.pending(range(1000), 10**6)] == [b"a" * 500, b"c" * 300]
        """
    )
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(entry for entry in sys.path if entry)}
    subprocess.run([sys.executable, "-c", script, str(path)], check=True, env=environment)
    assert [content for _, content in recovered(path)] == [b"a" * 500, b"c" * 300]
