"""The bag of a run belongs to everybody: other people's libraries read it, and it is all that a memory needs."""

from __future__ import annotations

import hashlib
from collections import Counter
from pathlib import Path

import pytest
from mcap.reader import make_reader

from tests.support.foreign_records import foreign_messages, transition_from
from tests.support.short_runs import FinishedRun
from user_core.log.kinds import RecordKind
from user_core.log.reader import BagReader
from user_core.log.transition_cdr import decode_transition
from user_core.ros.records import decode
from user_core.spec import EnvironmentSpec
from user_learner.replay.config import MemoryConfig
from user_learner.replay.memory import SamplingMemory

pytestmark = [pytest.mark.ros, pytest.mark.slow, pytest.mark.timeout(600)]


@pytest.fixture(params=["training_run", "collection_run"])
def bag(request: pytest.FixtureRequest) -> Path:
    run: FinishedRun = request.getfixturevalue(request.param)
    return run.folder / "transitions"


def test_mcap_library_reads_it_by_its_index(bag):
    (file,) = bag.glob("*.mcap")
    with file.open("rb") as stream:
        reader = make_reader(stream)
        summary = reader.get_summary()
        by_topic = Counter(channel.topic for _, channel, _ in reader.iter_messages())
    assert summary is not None
    assert summary.statistics is not None
    assert by_topic.total() == summary.statistics.message_count > 0
    assert {schema.encoding for schema in summary.schemas.values()} == {"ros2msg"}
    assert by_topic["/replay/transition"] > 50
    assert by_topic["/replay/episode"] > 0
    assert by_topic["/replay/spec"] > 0


def test_rosbags_library_deserialises_it_with_the_types_in_the_bag(bag):
    types: Counter[str] = Counter()
    for _, type_name, _, message in foreign_messages(bag):
        types[type_name] += 1
        assert message.__msgtype__ == type_name
    assert types["user_interfaces/msg/Transition"] > 50


def test_every_byte_is_the_same_for_both_libraries_and_the_log_reader(bag):
    ours, theirs = hashlib.sha256(), hashlib.sha256()
    with BagReader(bag) as reader:
        for record in reader.records():
            ours.update(record.payload)
    for _, _, payload, _ in foreign_messages(bag):
        theirs.update(payload)
    assert record.number > 50
    assert ours.hexdigest() == theirs.hexdigest()


def test_memory_rebuilt_from_it_is_the_same_by_either_reader(bag):
    spec = _spec(bag)
    by_log_reader, by_rosbags = _memory(spec), _memory(spec)
    with BagReader(bag) as reader:
        for record in reader.records():
            if record.kind == RecordKind.TRANSITION:
                by_log_reader.add(decode_transition(record.payload))
    for _, type_name, _, message in foreign_messages(bag):
        if type_name == "user_interfaces/msg/Transition":
            by_rosbags.add(transition_from(message))
    assert len(by_log_reader) > 50
    assert by_log_reader.digest() == by_rosbags.digest()


def _spec(bag: Path) -> EnvironmentSpec:
    with BagReader(bag) as reader:
        first = next(record for record in reader.records() if record.kind == RecordKind.SPEC)
    spec = decode(first.kind, first.payload)
    assert isinstance(spec, EnvironmentSpec)
    return spec


def _memory(spec: EnvironmentSpec) -> SamplingMemory:
    return SamplingMemory(spec=spec, config=MemoryConfig())
