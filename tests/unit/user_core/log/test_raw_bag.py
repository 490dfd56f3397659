"""Bags of any topics: split, limited, whole after a kill, and read again whoever recorded them."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from rosbags.rosbag2 import Reader, StoragePlugin, Writer
from rosbags.typesys import Stores, get_typestore

from user_core.errors import LogError
from user_core.log.bag_topic import BagTopic
from user_core.log.definition import MessageDefinition
from user_core.log.raw_bag import RawBag
from user_core.log.raw_writer import RawBagWriter

TOPICS = [
    BagTopic(
        number=number,
        name=name,
        definition=MessageDefinition(type_name="std_msgs/msg/String", text="string data\n", type_hash="RIHS01_0"),
        latched=name == "/arm_0/spec",
    )
    for number, name in enumerate(("/arm_0/spec", "/arm_0/pose"))
]


def open_writer(folder: Path, *, split_bytes: int = 10**9, limit_bytes: int = 10**9) -> RawBagWriter:
    return RawBagWriter(folder, run="run", topics=TOPICS, split_bytes=split_bytes, limit_bytes=limit_bytes)


def payload(number: int) -> bytes:
    return b"\x00\x01\x00\x00" + f"message {number}".encode() * 5


def write_some(writer: RawBagWriter, numbers: range) -> list[bool]:
    return [writer.write(number % 2, payload(number), stamp_ns=1000 * (number + 1)) for number in numbers]


def kill(writer: RawBagWriter) -> None:
    """Leave the bag as a killed process does."""
    writer._file.close()


def read(path: Path) -> tuple[list[tuple[str, bytes]], tuple[str, ...]]:
    with RawBag(path) as bag:
        listed = [(place, message) for place, message in bag.messages()]
        assert [bag.read(place) for place, _ in listed] == [message.payload for _, message in listed]
        return [(message.topic.name, message.payload) for _, message in listed], bag.losses


def expected(numbers: range) -> list[tuple[str, bytes]]:
    return [(TOPICS[number % 2].name, payload(number)) for number in numbers]


def test_closed_bag_is_a_plain_rosbag2_bag(tmp_path):
    writer = open_writer(tmp_path / "arm_0")
    assert all(write_some(writer, range(6)))
    writer.close()
    with Reader(tmp_path / "arm_0") as bag:
        assert [(c.topic, bytes(data)) for c, _, data in bag.messages()] == expected(range(6))
        profiles = {
            c.topic: [profile.durability.name for profile in c.ext.offered_qos_profiles] for c in bag.connections
        }
    assert profiles == {"/arm_0/spec": ["TRANSIENT_LOCAL"], "/arm_0/pose": []}
    assert read(tmp_path / "arm_0") == (expected(range(6)), ())


def test_bag_is_split_by_size_and_read_as_one(tmp_path):
    folder = tmp_path / "arm_0"
    writer = open_writer(folder, split_bytes=1500)
    write_some(writer, range(30))
    writer.close()
    names = sorted(file.name for file in folder.glob("*.mcap"))
    assert len(names) > 2 and names[0] == "arm_0_0.mcap"
    assert read(folder) == (expected(range(30)), ())
    with Reader(folder) as bag:
        assert bag.message_count == 30


def test_files_are_read_in_the_order_of_their_numbers(tmp_path):
    writer = open_writer(tmp_path / "arm_0", split_bytes=1)
    write_some(writer, range(12))
    writer.close()
    assert read(tmp_path / "arm_0")[0] == expected(range(12))


def test_nothing_is_written_beyond_the_limit(tmp_path):
    writer = open_writer(tmp_path / "arm_0", limit_bytes=2000)
    written = write_some(writer, range(100))
    writer.close()
    count = written.index(False)
    assert 5 < count and not any(written[count:])
    assert read(tmp_path / "arm_0")[0] == expected(range(count))


def test_killed_recorder_loses_nothing_and_its_successor_closes_the_file(tmp_path):
    folder = tmp_path / "arm_0"
    writer = open_writer(folder)
    write_some(writer, range(7))
    kill(writer)
    assert read(folder) == (expected(range(7)), ())
    successor = open_writer(folder)
    write_some(successor, range(7, 9))
    successor.close()
    assert sorted(file.name for file in folder.glob("*.mcap")) == ["arm_0_0.mcap", "arm_0_1.mcap"]
    with Reader(folder) as bag:
        assert [(c.topic, bytes(data)) for c, _, data in bag.messages()] == expected(range(9))
    third = open_writer(folder)
    third.close()
    metadata = yaml.safe_load((folder / "metadata.yaml").read_text())["rosbag2_bagfile_information"]
    assert metadata["message_count"] == 9


def test_bag_that_is_cut_in_the_middle_gives_what_is_whole_and_says_what_is_lost(tmp_path):
    folder = tmp_path / "arm_0"
    writer = open_writer(folder)
    write_some(writer, range(7))
    kill(writer)
    (file,) = folder.glob("*.mcap")
    with file.open("r+b") as stream:
        stream.truncate(file.stat().st_size - 60)
    messages, losses = read(folder)
    assert messages == expected(range(6))
    (loss,) = losses
    assert "arm_0_0.mcap was cut short or damaged" in loss and "bytes of it are lost" in loss


@pytest.mark.parametrize("plugin", [StoragePlugin.MCAP, StoragePlugin.SQLITE3])
def test_bags_of_other_writers_are_read(tmp_path, plugin):
    store = get_typestore(Stores.ROS2_KILTED)
    with Writer(tmp_path / "theirs", version=9, storage_plugin=plugin) as bag:
        connection = bag.add_connection("/words", "std_msgs/msg/String", typestore=store)
        for number in range(4):
            bag.write(connection, number, payload(number))
    assert read(tmp_path / "theirs") == ([("/words", payload(number)) for number in range(4)], ())


@pytest.mark.parametrize(("make", "sentence"), [(False, "does not exist"), (True, "holds no .mcap or .db3 file")])
def test_folder_without_a_bag_is_named(tmp_path, make, sentence):
    if make:
        (tmp_path / "arm_0").mkdir()
    with pytest.raises(LogError, match=sentence):
        RawBag(tmp_path / "arm_0")


def test_file_that_is_no_bag_is_named(tmp_path):
    for name in ("a.mcap", "a.db3"):
        (tmp_path / name).write_bytes(b"something else entirely")
        with pytest.raises(LogError, match=f"{name} is not"):
            RawBag(tmp_path / name)


def test_compressed_bag_is_told_from_none(tmp_path):
    (tmp_path / "metadata.yaml").write_text("rosbag2_bagfile_information: {}\n")
    (tmp_path / "theirs_0.mcap.zstd").write_bytes(b"")
    with pytest.raises(LogError, match="compressed.*ros2 bag convert"):
        RawBag(tmp_path)


def test_damage_in_the_middle_of_a_db3_file_is_a_sentence(tmp_path):
    store = get_typestore(Stores.ROS2_KILTED)
    with Writer(tmp_path / "theirs", version=9, storage_plugin=StoragePlugin.SQLITE3) as bag:
        connection = bag.add_connection("/words", "std_msgs/msg/String", typestore=store)
        for number in range(400):
            bag.write(connection, number, payload(number) * 50)
    (file,) = (tmp_path / "theirs").glob("*.db3")
    with file.open("r+b") as stream:
        stream.truncate(file.stat().st_size // 2)
    with pytest.raises(LogError, match="db3"):
        read(tmp_path / "theirs")
