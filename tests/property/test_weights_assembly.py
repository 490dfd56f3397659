"""Weights arrive whole or not at all, whatever order, repetition and loss the middleware makes of the chunks."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tests.support.weights_samples import make_chunks, make_payload
from user_policies.weights.assembler import WeightsAssembler

PAYLOADS = {
    payload.header.identity.label: payload
    for payload in (
        make_payload(update=0, name="imitation"),
        make_payload(update=32),
        make_payload(update=64),
        make_payload(incarnation=2, update=32),
    )
}
CHUNKS = [chunk for payload in PAYLOADS.values() for chunk in make_chunks(payload, chunk_bytes=150)]


@given(st.lists(st.sampled_from(CHUNKS), max_size=3 * len(CHUNKS)))
def test_what_is_assembled_is_one_of_the_payloads_byte_by_byte_and_only_once(arrivals: list) -> None:
    assembler = WeightsAssembler()
    parcels = [parcel for chunk in arrivals if (parcel := assembler.add(chunk, now_s=0.0)) is not None]
    labels = [parcel.identity.label for parcel in parcels]
    assert len(labels) == len(set(labels))
    for parcel in parcels:
        assert parcel.join().content == PAYLOADS[parcel.identity.label].content


@given(st.permutations(CHUNKS))
def test_the_newest_and_the_named_weights_always_come_through(arrivals: list) -> None:
    assembler = WeightsAssembler()
    parcels = [parcel for chunk in arrivals if (parcel := assembler.add(chunk, now_s=0.0)) is not None]
    versions = [parcel.identity.version for parcel in parcels if not parcel.identity.name]
    assert {"imitation", "2.32"} <= {parcel.identity.label for parcel in parcels}
    assert versions == sorted(versions)
