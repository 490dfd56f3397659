import errno
import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
import yaml
from mcap.exceptions import EndOfFile
from mcap.opcode import Opcode
from mcap.reader import make_reader
from mcap.records import Chunk, Message, MessageIndex
from mcap.stream_reader import StreamReader
from rosbags.rosbag2 import Reader

from tests.support.log_samples import (
    DEFINITIONS,
    KINDS,
    RUN,
    abandon,
    append_some,
    open_writer,
    payload,
    read_all,
    size_of,
)
from user_core.errors import LogError
from user_core.log.definition import MessageDefinition
from user_core.log.kinds import RecordKind
from user_core.log.reader import bag_file
from user_core.log.writer import BagWriter


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "transitions"


def test_number_is_the_position_in_the_bag(folder):
    writer = open_writer(folder)
    assert append_some(writer, 5) == [0, 1, 2, 3, 4]
    writer.close()
    assert [record.payload for record in read_all(folder)] == [payload(number) for number in range(5)]


def test_closed_bag_opens_with_the_mcap_library_by_its_index(folder):
    writer = open_writer(folder)
    append_some(writer, 6)
    writer.close()
    with bag_file(folder).open("rb") as stream:
        reader = make_reader(stream)
        summary = reader.get_summary()
        found = [(channel.topic, schema.name, message.data) for schema, channel, message in reader.iter_messages()]
        assert reader.get_header().profile == "ros2"
        assert [metadata.metadata["run"] for metadata in reader.iter_metadata()] == [RUN]
    expected = [(KINDS[n % 4].topic, KINDS[n % 4].type_name, payload(n)) for n in range(6)]
    assert found == expected
    assert summary is not None and summary.statistics is not None
    assert summary.statistics.message_count == 6
    assert len(summary.chunk_indexes) == 6
    assert {schema.encoding for schema in summary.schemas.values()} == {"ros2msg"}


def test_message_indexes_point_at_the_messages(folder):
    writer = open_writer(folder)
    append_some(writer, 3)
    writer.close()
    with bag_file(folder).open("rb") as stream:
        records = list(StreamReader(stream, emit_chunks=True).records)
    chunks = [record for record in records if isinstance(record, Chunk)]
    indexes = [record for record in records if isinstance(record, MessageIndex)]
    assert len(chunks) == len(indexes) == 3
    for number, (chunk, index) in enumerate(zip(chunks, indexes, strict=True)):
        ((stamp_ns, offset),) = index.records
        assert (stamp_ns, chunk.data[offset]) == (1000 * (number + 1), Opcode.MESSAGE)
        assert chunk.data.endswith(payload(number))


def test_closed_bag_opens_with_the_rosbags_library(folder):
    writer = open_writer(folder)
    append_some(writer, 6)
    writer.close()
    with Reader(folder) as bag:
        assert bag.message_count == 6
        assert {c.topic: c.msgtype for c in bag.connections} == {k.topic: k.type_name for k in RecordKind}
        assert [bytes(data) for _, _, data in bag.messages()] == [payload(n) for n in range(6)]


def test_log_of_a_dead_process_still_streams_with_the_mcap_library(folder):
    writer = open_writer(folder)
    append_some(writer, 6)
    abandon(writer)
    found = []
    with bag_file(folder).open("rb") as stream, pytest.raises(EndOfFile):
        for record in StreamReader(stream, validate_crcs=True).records:
            found.extend([record.data] if isinstance(record, Message) else [])
    assert found == [payload(n) for n in range(6)]


def test_metadata_names_what_the_bag_holds(folder):
    writer = open_writer(folder)
    append_some(writer, 5)
    writer.close()
    information = yaml.safe_load((folder / "metadata.yaml").read_text())["rosbag2_bagfile_information"]
    assert information["version"] == 9
    assert information["storage_identifier"] == "mcap"
    assert information["message_count"] == 5
    assert information["relative_file_paths"] == ["transitions_0.mcap"]
    counts = {t["topic_metadata"]["name"]: t["message_count"] for t in information["topics_with_message_count"]}
    assert counts["/replay/transition"] == 2
    assert counts["/replay/spec"] == 2


def test_restart_writes_metadata_of_what_a_dead_process_left(folder):
    writer = open_writer(folder)
    append_some(writer, 5)
    abandon(writer)
    (folder / "metadata.yaml").unlink()
    abandon(open_writer(folder))
    information = yaml.safe_load((folder / "metadata.yaml").read_text())["rosbag2_bagfile_information"]
    assert information["message_count"] == 5


@pytest.mark.parametrize("end", [BagWriter.close, abandon])
def test_restart_goes_on_with_the_same_numbers_and_log_id(folder, end):
    first = open_writer(folder)
    append_some(first, 3)
    log_id = first.log_id
    end(first)
    second = open_writer(folder)
    assert (len(second), second.log_id, second.repaired) == (3, log_id, "")
    assert append_some(second, 2, first=3) == [3, 4]
    second.close()
    assert [record.payload for record in read_all(folder)] == [payload(n) for n in range(5)]


def test_restart_takes_the_summary_of_a_closed_log_away_before_it_goes_on(folder):
    writer = open_writer(folder)
    append_some(writer, 3)
    open_size = size_of(folder)
    writer.close()
    again = open_writer(folder)
    assert size_of(folder) == open_size
    abandon(again)


def test_restart_visits_every_record_in_order(folder):
    writer = open_writer(folder)
    append_some(writer, 5)
    writer.close()
    seen = []
    again = BagWriter(folder, run=RUN, definitions=DEFINITIONS, visit=lambda *record: seen.append(record))
    again.close()
    assert seen == [(n, KINDS[n % 4], payload(n)) for n in range(5)]


def test_tail_cut_at_every_byte_loses_only_the_record_being_written(folder, monkeypatch):
    monkeypatch.setattr(os, "fsync", lambda descriptor: None)
    writer = open_writer(folder)
    append_some(writer, 3)
    whole_three = size_of(folder)
    writer.append(RecordKind.EPISODE, payload(3, size=16), stamp_ns=9000)
    log_id = writer.log_id
    abandon(writer)
    content = bag_file(folder).read_bytes()
    message_index_size = 31  # behind the chunk; it holds nothing of its own
    for length in range(whole_three, len(content)):
        bag_file(folder).write_bytes(content[:length])
        again = open_writer(folder)
        expected = 4 if length >= len(content) - message_index_size else 3
        assert (len(again), again.log_id) == (expected, log_id), length
        assert append_some(again, 1, first=expected) == [expected]
        abandon(again)
        assert len(read_all(folder)) == expected + 1


def test_zeros_behind_the_last_record_are_cut(folder):
    writer = open_writer(folder)
    append_some(writer, 3)
    log_id = writer.log_id
    abandon(writer)
    with bag_file(folder).open("ab") as stream:
        stream.write(bytes(10_000))
    again = open_writer(folder)
    assert (len(again), again.log_id) == (3, log_id)
    again.close()


@pytest.mark.parametrize("victim", [0, 1, 3])
def test_damage_before_whole_records_drops_one_renames_the_log_and_keeps_the_damaged_file(folder, victim):
    writer = open_writer(folder)
    append_some(writer, 5)
    log_id = writer.log_id
    writer.close()
    content = bytearray(bag_file(folder).read_bytes())
    at = content.index(payload(victim))
    content[at + 20 : at + 30] = bytes(10)
    bag_file(folder).write_bytes(content)
    again = open_writer(folder)
    assert len(again) == 4
    assert again.log_id != log_id
    assert "damaged" in again.repaired
    assert (folder / "transitions_0.damaged_0").read_bytes() == bytes(content)
    append_some(again, 1, first=5)
    again.close()
    expected = [payload(n) for n in range(6) if n != victim]
    assert [record.payload for record in read_all(folder)] == expected
    third = open_writer(folder)
    assert (third.log_id, third.repaired) == (again.log_id, "")
    third.close()


def test_repair_that_is_cut_short_begins_anew(folder, monkeypatch):
    writer = open_writer(folder)
    append_some(writer, 5)
    writer.close()
    content = bytearray(bag_file(folder).read_bytes())
    content[content.index(payload(2)) + 9] ^= 1
    bag_file(folder).write_bytes(content)
    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", _refuse)
        with pytest.raises(LogError, match="No space left"):
            open_writer(folder)
    assert [file.name for file in folder.glob("*_0.*")] == [bag_file(folder).name]
    assert bag_file(folder).read_bytes() == bytes(content)
    again = open_writer(folder)
    assert len(again) == 4
    again.close()
    assert not list(folder.glob(".*"))


def _refuse(*_):
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_damaged_length_of_a_record_costs_that_record_only(folder):
    writer = open_writer(folder)
    append_some(writer, 5)
    abandon(writer)
    content = bytearray(bag_file(folder).read_bytes())
    chunk_head = content.index(payload(2)) - 31 - 49
    assert content[chunk_head] == 6
    content[chunk_head + 4] = 0x7F
    bag_file(folder).write_bytes(content)
    again = open_writer(folder)
    again.close()
    assert [record.payload for record in read_all(folder)] == [payload(n) for n in (0, 1, 3, 4)]


def test_file_that_is_no_bag_is_refused_and_left_alone(folder):
    folder.mkdir()
    bag_file(folder).write_bytes(b"something else")
    with pytest.raises(LogError, match="not an mcap file"):
        open_writer(folder)
    assert bag_file(folder).read_bytes() == b"something else"


def test_second_writer_is_refused(folder):
    writer = open_writer(folder)
    with pytest.raises(LogError, match="another process"):
        open_writer(folder)
    writer.close()


def test_log_of_another_run_is_refused(folder):
    open_writer(folder).close()
    with pytest.raises(LogError, match="another run folder"):
        open_writer(folder, run="another")


def test_log_with_other_definitions_is_refused(folder):
    writer = open_writer(folder)
    append_some(writer, 1)
    writer.close()
    changed = DEFINITIONS | {RecordKind.LABEL: MessageDefinition(type_name=RecordKind.LABEL.type_name, text="int8 x\n")}
    with pytest.raises(LogError, match="another definition of user_interfaces/msg/EpisodeLabel"):
        BagWriter(folder, run=RUN, definitions=changed)


def test_stamps_never_go_back_so_that_every_reader_keeps_the_order(folder):
    writer = open_writer(folder)
    for number, stamp_ns in enumerate((500, 100, 100)):
        writer.append(RecordKind.TRANSITION, payload(number), stamp_ns=stamp_ns)
    writer.close()
    assert [record.stamp_ns for record in read_all(folder)] == [500, 501, 502]


def test_read_returns_stored_bytes_from_a_number_on_within_the_limit(folder):
    writer = open_writer(folder)
    append_some(writer, 6)
    records, sizes, kinds = writer.read(2, len(payload(2)) + len(payload(3)))
    assert records.tobytes() == payload(2) + payload(3)
    assert sizes.tolist() == [len(payload(2)), len(payload(3))]
    assert kinds.tolist() == [KINDS[2], KINDS[3]]
    assert writer.read(4, 1)[0].tobytes() == payload(4)
    assert writer.read(6, 1000)[0].tobytes() == b""
    writer.close()


def test_removed_file_is_an_error_instead_of_records_that_vanish(folder):
    writer = open_writer(folder)
    writer.check_present()
    bag_file(folder).unlink()
    with pytest.raises(LogError, match="No such file"):
        writer.check_present()
    abandon(writer)


def test_full_disk_is_an_error_that_leaves_the_log_whole_and_ends_with_the_lack_of_space(folder, tmp_path):
    script = textwrap.dedent(
        """
        import resource, sys
        from pathlib import Path
        from tests.support.log_samples import append_some, open_writer, payload, read_all, size_of
        from user_core.errors import LogError
        folder = Path(sys.argv[1])
        writer = open_writer(folder)
        append_some(writer, 3)
        for extra in (10, 60, 200):
            resource.setrlimit(resource.RLIMIT_FSIZE, (size_of(folder) + extra, resource.RLIM_INFINITY))
            before = size_of(folder)
            try:
                writer.append(1, payload(99, size=300), stamp_ns=1)
                raise SystemExit("written beyond the limit")
            except LogError as error:
                assert "cannot be written: File too large; free disk space" in str(error), error
            assert size_of(folder) == before
            assert len(writer) == len(read_all(folder)) == 3
            try:
                writer.check_writable()
                raise SystemExit("called writable")
            except LogError:
                pass
        resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        writer.check_writable()
        assert append_some(writer, 2, first=3) == [3, 4]
        writer.close()
        assert [record.payload for record in read_all(folder)] == [payload(n) for n in range(5)]
        """
    )
    subprocess.run([sys.executable, "-c", script, str(folder)], check=True, env=_environment())


def test_lock_ends_with_the_process(folder):
    script = "import os,sys; from pathlib import Path; from tests.support.log_samples import *; \
w=open_writer(Path(sys.argv[1])); append_some(w,2); os.kill(os.getpid(), 9)"
    assert subprocess.run([sys.executable, "-c", script, str(folder)], env=_environment()).returncode == -9
    again = open_writer(folder)
    assert len(again) == 2
    again.close()


def _environment():
    return os.environ | {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
