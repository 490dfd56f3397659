"""One version of a policy's weights as bytes: a safetensors file whose metadata says what it is.

The same bytes go over the wire and onto the disk. safetensors holds numbers only, so reading it runs no code.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any

import numpy as np
import safetensors
import safetensors.numpy
from numpy.typing import NDArray

from user_core.errors import WeightsError
from user_policies.tensors import refuse_not_finite, tensors_digest
from user_policies.weights.version import WeightsIdentity, WeightsVersion

_LENGTH_BYTES = 8
_MAX_HEADER_BYTES = 100_000_000


@dataclass(frozen=True, kw_only=True)
class WeightsHeader:
    """What a payload is, kept in its own metadata.

    Attributes:
        run: UUID of the run that made it.
        name: "" or a name under which it is kept, such as `imitation`.
        policy: Registry name of the policy.
        spec_digest: Of the environment for which it was trained.
        tensors_digest: Over all tensors, to compare with what a policy holds after loading.
    """

    run: str
    version: WeightsVersion
    name: str
    policy: str
    spec_digest: str
    tensors_digest: str

    @property
    def identity(self) -> WeightsIdentity:
        """Version and name."""
        return WeightsIdentity(version=self.version, name=self.name)

    def as_metadata(self) -> dict[str, str]:
        """Return the header as safetensors metadata."""
        return {**asdict(self), "version": str(self.version)}

    @classmethod
    def from_metadata(cls, metadata: Mapping[str, str]) -> WeightsHeader:
        """Undo `as_metadata`; raises WeightsError naming what is missing."""
        missing = [name for name in cls.__dataclass_fields__ if not isinstance(metadata.get(name), str)]
        if missing:
            raise WeightsError(f"a weights file has no {', '.join(missing)} in its metadata; no learner made it")
        fields = {name: metadata[name] for name in cls.__dataclass_fields__ if name != "version"}
        return cls(version=WeightsVersion.parse(metadata["version"]), **fields)


@dataclass(frozen=True, kw_only=True, eq=False)
class WeightsPayload:
    """A header and the safetensors bytes that hold it."""

    header: WeightsHeader
    content: bytes

    @cached_property
    def sha256(self) -> str:
        """Checksum of the bytes, hex."""
        return hashlib.sha256(self.content).hexdigest()

    def tensors(self) -> dict[str, NDArray[Any]]:
        """Return the tensors; raises WeightsError when the bytes are damaged."""
        try:
            return safetensors.numpy.load(self.content)
        except (safetensors.SafetensorError, ValueError, KeyError) as error:
            raise WeightsError(f"weights {self.header.identity.label} cannot be read: {error}") from error


def pack(
    tensors: Mapping[str, NDArray[Any]], *, run: str, version: WeightsVersion, name: str, policy: str, spec_digest: str
) -> WeightsPayload:
    """Make a payload of float tensors.

    Raises:
        NotFiniteError: When a number is not finite; such weights must never reach a robot.
    """
    refuse_not_finite(tensors, what=f"weights {version}")
    contiguous = {key: np.asarray(tensor, order="C") for key, tensor in tensors.items()}
    header = WeightsHeader(
        run=run,
        version=version,
        name=name,
        policy=policy,
        spec_digest=spec_digest,
        tensors_digest=tensors_digest(contiguous),
    )
    return WeightsPayload(header=header, content=safetensors.numpy.save(contiguous, header.as_metadata()))


def unpack(content: bytes) -> WeightsPayload:
    """Read the header of safetensors bytes; raises WeightsError when it is damaged or not ours."""
    return WeightsPayload(header=read_header(content), content=content)


def read_header(content: bytes) -> WeightsHeader:
    """Read the header from the beginning of a payload, or of a file of one."""
    size = int.from_bytes(content[:_LENGTH_BYTES], "little")
    if not 0 < size <= min(_MAX_HEADER_BYTES, len(content) - _LENGTH_BYTES):
        raise WeightsError(f"a weights file says that its header has {size} bytes, but {len(content)} are there in all")
    try:
        metadata = json.loads(content[_LENGTH_BYTES : _LENGTH_BYTES + size])["__metadata__"]
    except (ValueError, KeyError) as error:
        raise WeightsError("a weights file has no readable header; it is damaged, or no learner made it") from error
    return WeightsHeader.from_metadata(metadata)
