"""Any rosbag2 bag, of any recorder and storage, as far as it is whole."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from mcap.writer import CompressionType, Writer

from tests.support.log_samples import abandon, append_some, open_writer, payload
from user_bringup.bag.recording import open_recording
from user_core.errors import LogError
from user_core.log.reader import bag_file
from user_core.log.recorded_message import RecordedMessage

LATCHED = "- history: keep_last\n  depth: 1\n  durability: transient_local\n"


def write_mcap(path: Path, numbers: range, *, compression: CompressionType, chunked: bool) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as stream:
        writer = Writer(stream, compression=compression, use_chunking=chunked)
        writer.start(profile="ros2", library="recorder")
        schema = writer.register_schema("sensor_msgs/msg/Image", "ros2msg", b"uint8[] data")
        metadata = {"offered_qos_profiles": LATCHED, "topic_type_hash": "RIHS01_1"}
        channel = writer.register_channel("/camera", "cdr", schema, metadata=metadata)
        for number in numbers:
            writer.add_message(channel, log_time=number, data=payload(number), publish_time=number)
        writer.finish()


def write_sqlite(path: Path, numbers: range) -> None:
    connection = sqlite3.connect(path)
    connection.execute(
        "CREATE TABLE topics(id INTEGER, name TEXT, type TEXT, serialization_format TEXT, offered_qos_profiles TEXT)"
    )
    connection.execute("CREATE TABLE messages(id INTEGER, topic_id INTEGER, timestamp INTEGER, data BLOB)")
    connection.execute("INSERT INTO topics VALUES (7, '/camera', 'sensor_msgs/msg/Image', 'cdr', ?)", [LATCHED])
    for number in reversed(numbers):
        connection.execute("INSERT INTO messages VALUES (?, 7, ?, ?)", [number, number, payload(number)])
    connection.commit()
    connection.close()


def read(path: Path) -> list[RecordedMessage]:
    return list(open_recording(path).messages())


@pytest.mark.parametrize("compression", list(CompressionType))
@pytest.mark.parametrize("chunked", [True, False])
def test_mcap_of_any_recorder_is_read(tmp_path: Path, compression: CompressionType, chunked: bool) -> None:
    write_mcap(tmp_path / "a_0.mcap", range(5), compression=compression, chunked=chunked)
    found = read(tmp_path)
    assert [message.payload for message in found] == [payload(number) for number in range(5)]
    assert [message.stamp_ns for message in found] == list(range(5))
    topic = found[0].topic
    assert (topic.name, topic.definition.type_name, topic.definition.type_hash) == (
        "/camera",
        "sensor_msgs/msg/Image",
        "RIHS01_1",
    )
    assert topic.latched


def test_a_bag_of_several_files_is_read_in_the_order_of_their_numbers(tmp_path: Path) -> None:
    for number in range(11):
        path = tmp_path / f"a_{number}.mcap"
        write_mcap(path, range(number, number + 1), compression=CompressionType.NONE, chunked=True)
    assert [message.stamp_ns for message in read(tmp_path)] == list(range(11))


def test_sqlite_is_read_in_the_order_of_time(tmp_path: Path) -> None:
    write_sqlite(tmp_path / "a_0.db3", range(4))
    found = read(tmp_path)
    assert [message.payload for message in found] == [payload(number) for number in range(4)]
    assert found[0].topic.latched
    assert open_recording(tmp_path).storage == "sqlite3"


def test_the_folder_of_a_run_stands_for_its_log(tmp_path: Path) -> None:
    writer = open_writer(tmp_path / "run" / "transitions")
    append_some(writer, 3)
    writer.close()
    assert [message.payload for message in read(tmp_path / "run")] == [payload(number) for number in range(3)]


def test_what_stands_before_a_cut_is_read_and_the_cut_is_said(tmp_path: Path) -> None:
    writer = open_writer(tmp_path / "bag")
    append_some(writer, 3)
    abandon(writer)
    file = bag_file(tmp_path / "bag")
    file.write_bytes(file.read_bytes()[:-60])
    messages = open_recording(tmp_path / "bag").messages()
    assert [next(messages).payload, next(messages).payload] == [payload(0), payload(1)]
    with pytest.raises(LogError, match=r"ends in the middle of a record: .* \d+ bytes"):
        next(messages)


def test_a_log_that_is_being_written_ends_where_it_ends(tmp_path: Path) -> None:
    writer = open_writer(tmp_path / "bag")
    append_some(writer, 3)
    assert len(read(tmp_path / "bag")) == 3
    abandon(writer)


def test_damage_is_said_with_its_place(tmp_path: Path) -> None:
    writer = open_writer(tmp_path / "bag")
    append_some(writer, 3)
    writer.close()
    file = bag_file(tmp_path / "bag")
    content = bytearray(file.read_bytes())
    content[content.index(payload(1)) + 9] ^= 0xFF
    file.write_bytes(content)
    with pytest.raises(LogError, match=r"is damaged from byte \d+"):
        read(tmp_path / "bag")


def test_a_folder_that_is_no_bag_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("words")
    with pytest.raises(LogError, match="is no bag: it holds no .mcap and no .db3 file"):
        open_recording(tmp_path)
    with pytest.raises(LogError, match="does not exist; allowed is a folder"):
        open_recording(tmp_path / "nothing")


@pytest.mark.parametrize("name", ["bag_0.mcap", "bag_0.db3"])
def test_a_file_that_only_has_the_name_is_one_sentence(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("words, and more words than a header has bytes " * 20)
    with pytest.raises(LogError, match="is not an mcap file|is not a .db3 file of rosbag2"):
        read(tmp_path)


def test_a_compressed_bag_needs_rosbag2(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "metadata.yaml").write_text("rosbag2_bagfile_information: {}")
    (tmp_path / "bag_0.mcap.zstd").write_bytes(b"\x28\xb5\x2f\xfd")
    monkeypatch.setattr("user_bringup.bag.recording.is_installed", lambda: False)
    with pytest.raises(LogError, match=r"only rosbag2 reads \(bag_0.mcap.zstd\).*ros2 bag convert"):
        open_recording(tmp_path)


def test_rosbag2_reads_what_we_read(tmp_path: Path) -> None:
    pytest.importorskip("rosbag2_py")
    from user_bringup.bag.rosbag2_storage import read_through_rosbag2

    writer = open_writer(tmp_path / "bag")
    append_some(writer, 4)
    writer.close()
    found = read_through_rosbag2(tmp_path / "bag", compressed=False)
    ours = [(message.topic.name, message.stamp_ns, message.payload) for message in read(tmp_path / "bag")]
    assert [(message.topic.name, message.stamp_ns, bytes(message.payload)) for message in found] == ours
