from __future__ import annotations

import dataclasses
import random
from typing import Any

import numpy as np
import pytest

from tests.support.weights_samples import make_chunks, make_payload
from user_core.errors import InvalidRecordError, WeightsError
from user_policies.weights.assembler import WeightsAssembler, WeightsParcel
from user_policies.weights.chunks import WeightsChunk
from user_policies.weights.version import WeightsIdentity, WeightsVersion


def add_all(assembler: WeightsAssembler, chunks: list[WeightsChunk], *, now_s: float = 0.0) -> list[WeightsParcel]:
    parcels = [assembler.add(chunk, now_s=now_s) for chunk in chunks]
    return [parcel for parcel in parcels if parcel is not None]


@pytest.mark.parametrize("seed", range(5))
def test_chunks_of_interleaved_versions_in_any_order_give_whole_payloads(seed: int) -> None:
    payloads = [make_payload(update=32), make_payload(update=0, name="imitation"), make_payload(update=64)]
    chunks = [chunk for payload in payloads for chunk in make_chunks(payload)]
    random.Random(seed).shuffle(chunks)
    joined = {parcel.identity.label: parcel.join() for parcel in add_all(WeightsAssembler(), chunks)}
    assert joined["imitation"].content == payloads[1].content
    assert joined["1.64"].content == payloads[2].content


def test_every_version_that_arrives_in_order_is_handed_on() -> None:
    chunks = [chunk for update in (32, 64, 96) for chunk in make_chunks(make_payload(update=update))]
    labels = [parcel.identity.label for parcel in add_all(WeightsAssembler(), chunks)]
    assert labels == ["1.32", "1.64", "1.96"]


def test_a_repeated_delivery_is_assembled_once() -> None:
    assembler = WeightsAssembler()
    chunks = make_chunks(make_payload())
    assert len(add_all(assembler, chunks)) == 1
    assert add_all(assembler, chunks) == []


def test_a_repeated_chunk_does_not_stand_for_a_missing_one() -> None:
    chunks = make_chunks(make_payload())
    assert len(chunks) > 2
    assert add_all(WeightsAssembler(), [chunks[0]] * len(chunks)) == []


def test_versions_older_than_a_complete_one_are_ignored_but_named_ones_are_not() -> None:
    assembler = WeightsAssembler()
    add_all(assembler, make_chunks(make_payload(incarnation=2, update=0)))
    assert add_all(assembler, make_chunks(make_payload(incarnation=1, update=9999))) == []
    named = add_all(assembler, make_chunks(make_payload(incarnation=1, update=0, name="imitation")))
    assert [parcel.identity.label for parcel in named] == ["imitation"]


def test_a_damaged_chunk_is_found_and_the_version_can_come_again() -> None:
    assembler = WeightsAssembler()
    chunks = make_chunks(make_payload())
    wrong = dataclasses.replace(chunks[1], payload=np.zeros_like(chunks[1].payload))
    (parcel,) = add_all(assembler, [chunks[0], wrong, *chunks[2:]])
    with pytest.raises(WeightsError, match="checksum differs"):
        parcel.join()
    assembler.reject(parcel.identity)
    (again,) = add_all(assembler, chunks)
    assert again.join().header.identity == parcel.identity


def test_chunks_that_carry_another_name_than_the_payload_are_refused() -> None:
    renamed = [dataclasses.replace(chunk, update=33) for chunk in make_chunks(make_payload(update=32))]
    (parcel,) = add_all(WeightsAssembler(), renamed)
    with pytest.raises(WeightsError, match="marked inside as 1.32"):
        parcel.join()


def test_an_incomplete_version_says_so_after_five_seconds_and_again_after_five_more() -> None:
    assembler = WeightsAssembler(stall_s=5.0)
    add_all(assembler, make_chunks(make_payload(update=32))[:-1], now_s=10.0)
    assert assembler.stalled(now_s=14.9) is None
    expected = WeightsIdentity(version=WeightsVersion(incarnation=1, update=32))
    assert assembler.stalled(now_s=15.0) == expected
    assert assembler.stalled(now_s=16.0) is None
    assert assembler.stalled(now_s=20.0) == expected


def test_an_incomplete_version_that_was_superseded_is_not_missed() -> None:
    assembler = WeightsAssembler(stall_s=5.0)
    add_all(assembler, make_chunks(make_payload(update=32))[:-1])
    add_all(assembler, make_chunks(make_payload(update=64)))
    assert assembler.stalled(now_s=100.0) is None


@pytest.mark.parametrize(("field", "value"), [("chunk_index", 99), ("chunk_count", 0), ("total_bytes", 3)])
def test_a_chunk_whose_numbers_do_not_fit_is_refused(field: str, value: int) -> None:
    changed: dict[str, Any] = {field: value}
    chunk = dataclasses.replace(make_chunks(make_payload())[0], **changed)
    with pytest.raises(InvalidRecordError):
        WeightsAssembler().add(chunk, now_s=0.0)
