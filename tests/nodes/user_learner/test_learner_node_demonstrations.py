"""The real learner node with a bag of demonstrations: whole, damaged in several ways, or too small."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from rclpy.context import Context

from tests.support.learning_log import SPEC, Log, learner_node, spec_payload
from tests.support.learning_records import make_episode
from tests.support.spinning import Spinning
from tests.support.wait import wait_for
from user_core.errors import LogError
from user_core.log.kinds import RecordKind
from user_core.log.reader import bag_file
from user_core.log.writer import BagWriter
from user_core.ros.definitions import log_definitions
from user_core.ros.records import encode
from user_core.types import Mode
from user_learner.ros.bag_demonstrations import BagDemonstrations

pytestmark = pytest.mark.ros

Damage = Callable[[bytes, bytes], bytes]


def write_bag(folder: Path, *, damage: Damage | None = None) -> Path:
    """Three demonstrations; `damage` gets the file and the bytes of its second record, and returns the file."""
    writer = BagWriter(folder, run="another run", definitions=log_definitions())
    writer.append(RecordKind.SPEC, spec_payload(), stamp_ns=1)
    records = [
        encode(record)
        for number in range(3)
        for record in make_episode(SPEC, episode=f"demonstration {number}", length=4, mode=Mode.COLLECT)
    ]
    for record in records:
        writer.append(RecordKind.TRANSITION, record, stamp_ns=1)
    writer.close()
    if damage is not None:
        file = bag_file(folder)
        file.write_bytes(damage(file.read_bytes(), records[0]))
    return folder


def flip(content: bytes, at: int) -> bytes:
    return content[:at] + bytes([content[at] ^ 0xFF]) + content[at + 1 :]


DAMAGES: dict[str, tuple[Damage, str]] = {
    "a record": (lambda content, record: flip(content, content.index(record) + 50), "is damaged from byte"),
    "its names": (lambda content, record: flip(content, content.index(b"another run")), "is damaged from byte"),
    "its first bytes": (lambda content, record: b"x" + content[1:], "is not an mcap file"),
}


def rlpd(folder: Path, **changes: object) -> dict[str, object]:
    return {"algorithm": "rlpd", "demonstrations": str(folder), **changes}


def test_a_whole_bag_is_read_and_learned_from(context: Context, tmp_path: Path) -> None:
    bag = write_bag(tmp_path / "bag")
    assert len(list(BagDemonstrations(folder=bag).records())) == 1 + 3 * 5
    log = Log(context=context)
    node = learner_node(context, tmp_path / "run", **rlpd(bag, pretraining__demonstrations=3))
    with Spinning(node, log, context=context):
        wait_for(lambda: log.labels == ["imitation", "1.0"], 60.0)


@pytest.mark.parametrize(("damage", "found"), DAMAGES.values(), ids=DAMAGES)
def test_a_damaged_bag_ends_in_one_sentence(context: Context, tmp_path: Path, damage: Damage, found: str) -> None:
    bag = write_bag(tmp_path / "bag", damage=damage)
    log = Log(context=context)
    node = learner_node(context, tmp_path / "run", **rlpd(bag, pretraining__demonstrations=3))
    with Spinning(node, log, context=context):
        wait_for(lambda: log.status.state == "failed", 20.0)
        said = log.status.detail
    for part in ("the demonstrations cannot be read", found, "Name another bag with demonstrations:=", str(bag)):
        assert part in said
    assert "run folder" not in said


def test_a_record_that_cannot_be_decoded_is_one_sentence(tmp_path: Path) -> None:
    writer = BagWriter(tmp_path / "bag", run="another run", definitions=log_definitions())
    writer.append(RecordKind.TRANSITION, b"\x00\x01\x00\x00 no transition", stamp_ns=1)
    writer.close()
    with pytest.raises(LogError, match="the demonstrations cannot be read.*Name another bag with demonstrations:="):
        list(BagDemonstrations(folder=tmp_path / "bag").records())


def test_a_bag_with_too_few_demonstrations_is_said_at_once(context: Context, tmp_path: Path) -> None:
    bag = write_bag(tmp_path / "bag")
    log = Log(context=context)
    log.add_spec()
    node = learner_node(context, tmp_path / "run", **rlpd(bag, pretraining__demonstrations=30))
    with Spinning(node, log, context=context):
        wait_for(lambda: log.status.state == "failed", 20.0)
        said = log.status.detail
    for part in ("pretraining.demonstrations = 30 is not allowed", "at most 3", str(bag)):
        assert part in said
