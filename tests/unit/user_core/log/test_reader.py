import pytest
from mcap.writer import CompressionType, Writer

from tests.support.log_samples import DEFINITIONS, KINDS, RUN, abandon, append_some, open_writer, payload, read_all
from user_core.errors import LogError
from user_core.log.kinds import RecordKind
from user_core.log.reader import BagReader, bag_file


def recorded_bag(path, compression, chunk_size):
    """A bag as `ros2 bag record` writes it: other topic names, other types between, many messages a chunk."""
    with path.open("wb") as stream:
        writer = Writer(stream, compression=compression, chunk_size=chunk_size)
        writer.start(profile="ros2", library="recorder")
        image = writer.register_schema("sensor_msgs/msg/Image", "ros2msg", b"")
        transition = writer.register_schema(RecordKind.TRANSITION.type_name, "ros2msg", b"")
        images = writer.register_channel("/camera", "cdr", image)
        transitions = writer.register_channel("/arm_0/environment/transition", "cdr", transition)
        for number in range(20):
            writer.add_message(images, log_time=number, data=b"pixels" * 50, publish_time=number)
            writer.add_message(transitions, log_time=number, data=payload(number), publish_time=number)
        writer.finish()


@pytest.mark.parametrize("compression", list(CompressionType))
@pytest.mark.parametrize("chunk_size", [1, 2000, 1_000_000])
def test_recorded_bag_is_read_by_message_type(tmp_path, compression, chunk_size):
    path = tmp_path / "recorded.mcap"
    recorded_bag(path, compression, chunk_size)
    with BagReader(path) as bag:
        records = list(bag.records())
        assert [record.payload for record in records] == [payload(n) for n in range(20)]
        assert {record.kind for record in records} == {RecordKind.TRANSITION}
        assert bag.log_id == bag.run == ""
        assert bag.fetch(7, 1) == [(RecordKind.TRANSITION, payload(7))]


def test_live_bag_is_read_on_where_it_has_grown(tmp_path):
    writer = open_writer(tmp_path / "bag")
    append_some(writer, 3)
    with BagReader(tmp_path / "bag") as bag:
        assert [record.number for record in bag.records()] == [0, 1, 2]
        assert list(bag.records()) == []
        append_some(writer, 2, first=3)
        assert [record.payload for record in bag.records()] == [payload(3), payload(4)]
        assert (bag.log_id, bag.run) == (writer.log_id, RUN)
        writer.close()
        assert list(bag.records()) == []
        again = open_writer(tmp_path / "bag")
        append_some(again, 1, first=5)
        assert [record.payload for record in bag.records()] == [payload(5)]
        abandon(again)


def test_bag_tells_the_definitions_that_it_carries(tmp_path):
    writer = open_writer(tmp_path / "bag")
    append_some(writer, 1)
    writer.close()
    with BagReader(tmp_path / "bag") as bag:
        assert bag.definitions == {}
        list(bag.records())
        assert bag.definitions == DEFINITIONS


def test_fetch_returns_at_least_one_record_and_at_most_the_limit(tmp_path):
    writer = open_writer(tmp_path / "bag")
    append_some(writer, 6)
    abandon(writer)
    with BagReader(tmp_path / "bag") as bag:
        assert bag.fetch(1, 1) == [(KINDS[1], payload(1))]
        assert len(bag.fetch(0, len(payload(0)) + len(payload(1)))) == 2
        assert len(bag.fetch(0, 10**6)) == 6
        assert bag.fetch(6, 10**6) == []


def test_fetch_does_not_move_what_records_yields_next(tmp_path):
    writer = open_writer(tmp_path / "bag")
    append_some(writer, 6)
    abandon(writer)
    with BagReader(tmp_path / "bag") as bag:
        assert bag.fetch(2, 1) == [(KINDS[2], payload(2))]
        assert [record.number for record in bag.records()] == list(range(6))


def test_stopping_in_the_middle_loses_nothing(tmp_path):
    path = tmp_path / "recorded.mcap"
    recorded_bag(path, CompressionType.ZSTD, 1_000_000)
    with BagReader(path) as bag:
        first = next(bag.records())
        rest = list(bag.records())
    assert [record.number for record in (first, *rest)] == list(range(20))


def test_incomplete_tail_is_left_alone(tmp_path):
    writer = open_writer(tmp_path / "bag")
    append_some(writer, 3)
    abandon(writer)
    file = bag_file(tmp_path / "bag")
    file.write_bytes(file.read_bytes()[:-60])
    assert len(read_all(tmp_path / "bag")) == 2


def test_damage_before_the_end_is_an_error_that_says_where(tmp_path):
    writer = open_writer(tmp_path / "bag")
    append_some(writer, 3)
    writer.close()
    file = bag_file(tmp_path / "bag")
    content = bytearray(file.read_bytes())
    content[content.index(payload(1)) + 9] ^= 0xFF
    file.write_bytes(content)
    with pytest.raises(LogError, match=r"damaged from byte \d+ to byte \d+"):
        read_all(tmp_path / "bag")


def test_missing_bag_is_one_sentence(tmp_path):
    with pytest.raises(LogError, match="cannot be read: No such file"):
        BagReader(tmp_path / "nothing.mcap")


def test_folder_without_a_bag_is_one_sentence(tmp_path):
    with pytest.raises(LogError, match="holds 0 .mcap files"):
        BagReader(tmp_path)


def test_folder_of_a_renamed_bag_is_read(tmp_path):
    writer = open_writer(tmp_path / "bag")
    append_some(writer, 2)
    writer.close()
    (tmp_path / "bag").rename(tmp_path / "demonstrations")
    assert len(read_all(tmp_path / "demonstrations")) == 2
