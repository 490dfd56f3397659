from __future__ import annotations

import numpy as np
import pytest
import safetensors.numpy

from tests.support.weights_samples import make_payload
from user_core.errors import NotFiniteError, WeightsError
from user_policies.tensors import tensors_digest
from user_policies.weights.payload import pack, unpack
from user_policies.weights.version import WeightsIdentity, WeightsVersion


def test_a_payload_says_of_itself_what_it_is() -> None:
    payload = make_payload(incarnation=2, update=64, name="imitation")
    again = unpack(payload.content)
    assert again.header == payload.header
    assert again.header.version == WeightsVersion(incarnation=2, update=64)


def test_tensors_come_back_with_the_digest_they_were_sent_with() -> None:
    payload = make_payload()
    tensors = unpack(payload.content).tensors()
    assert tensors_digest(tensors) == payload.header.tensors_digest
    assert tensors["scale"].shape == ()


def test_a_lost_tensor_changes_the_digest() -> None:
    payload = make_payload()
    tensors = payload.tensors()
    del tensors["actor.bias"]
    assert tensors_digest(tensors) != payload.header.tensors_digest


def test_weights_that_are_not_finite_are_refused() -> None:
    version = WeightsVersion(incarnation=1, update=1)
    with pytest.raises(NotFiniteError, match=r"not finite, in actor\.bias"):
        pack(
            {"actor.bias": np.array([1.0, np.nan], np.float32)},
            run="r",
            version=version,
            name="",
            policy="mlp",
            spec_digest="d",
        )


# Named, for the header's order is not the same in every process, and parallel workers must agree on a test's name.
@pytest.mark.parametrize(
    "content",
    [b"", b"12345678", b"\xff" * 100, make_payload().content[:50]],
    ids=["empty", "eight bytes", "no length", "cut header"],
)
def test_damaged_bytes_are_one_error(content: bytes) -> None:
    with pytest.raises(WeightsError):
        unpack(content)


def test_a_foreign_safetensors_file_is_refused() -> None:
    content = safetensors.numpy.save({"x": np.zeros(3, np.float32)}, {"run": "r"})
    with pytest.raises(WeightsError, match="no learner made it"):
        unpack(content)


def test_a_new_incarnation_supersedes_more_updates_of_an_old_one() -> None:
    assert WeightsVersion.parse("2.0") > WeightsVersion.parse("1.9999")
    assert WeightsVersion.parse("1.100") > WeightsVersion.parse("1.99")


@pytest.mark.parametrize("text", ["", "1", "1.", "1.x", "-1.2", "imitation"])
def test_what_is_no_version_is_refused(text: str) -> None:
    with pytest.raises(WeightsError, match="no version"):
        WeightsVersion.parse(text)


def test_named_weights_are_asked_for_by_name_alone() -> None:
    version = WeightsVersion(incarnation=1, update=0)
    assert WeightsIdentity(version=version, name="imitation").label == "imitation"
    assert WeightsIdentity(version=version).label == "1.0"
