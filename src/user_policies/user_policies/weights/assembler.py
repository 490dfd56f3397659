"""Chunks of several versions, in any order, to whole payloads.

Adding a chunk costs a dictionary entry, so it may run between two control steps; joining and checking are left to
`WeightsParcel.join`, which a worker thread calls.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field

from user_core.errors import WeightsError
from user_policies.weights.chunks import WeightsChunk
from user_policies.weights.payload import WeightsPayload, unpack
from user_policies.weights.version import WeightsIdentity, WeightsVersion

_REMEMBERED = 256  # complete versions known by checksum, so that a repeated delivery is not assembled twice


@dataclass(frozen=True, kw_only=True, eq=False)
class WeightsParcel:
    """All chunks of one version, in order, not yet checked."""

    chunks: tuple[WeightsChunk, ...]

    @property
    def identity(self) -> WeightsIdentity:
        """The weights it holds."""
        return self.chunks[0].identity

    def join(self) -> WeightsPayload:
        """Return the payload; raises WeightsError when size, checksum or header are not what the chunks promised."""
        first = self.chunks[0]
        label = self.identity.label
        content = b"".join(chunk.payload.tobytes() for chunk in self.chunks)
        if len(content) != first.total_bytes or hashlib.sha256(content).hexdigest() != first.sha256:
            raise WeightsError(f"weights {label} arrived damaged: their checksum differs; they are not used")
        payload = unpack(content)
        header = payload.header
        found = (header.run, header.identity, header.policy, header.spec_digest)
        if found != (first.run, self.identity, first.policy, first.spec_digest):
            raise WeightsError(f"weights {label} are marked inside as {header.identity.label} of run {header.run}")
        return payload


@dataclass(kw_only=True)
class _Partial:
    sha256: str
    chunk_count: int
    newest_chunk_s: float
    chunks: dict[int, WeightsChunk] = field(default_factory=dict)


class WeightsAssembler:
    """Collects chunks by version.

    Args:
        stall_s: Monotonic seconds without a chunk after which an incomplete newest version counts as stalled.
    """

    def __init__(self, *, stall_s: float = 5.0) -> None:
        self._stall_s = stall_s
        self._partial: dict[WeightsIdentity, _Partial] = {}
        self._complete: dict[WeightsIdentity, str] = {}
        self._newest: WeightsVersion | None = None

    def add(self, chunk: WeightsChunk, *, now_s: float) -> WeightsParcel | None:
        """Take a chunk; return the whole version when it was the last one missing.

        Args:
            chunk: In any order, of any version; repeated ones and those of superseded versions are ignored.
            now_s: Monotonic seconds.

        Raises:
            InvalidRecordError: When the chunk's numbers do not fit each other.
        """
        chunk.check()
        identity = chunk.identity
        if self._complete.get(identity) == chunk.sha256 or self._superseded(identity):
            return None
        partial = self._partial.get(identity)
        if partial is None or partial.sha256 != chunk.sha256 or partial.chunk_count != chunk.chunk_count:
            partial = _Partial(sha256=chunk.sha256, chunk_count=chunk.chunk_count, newest_chunk_s=now_s)
            self._partial[identity] = partial
        partial.chunks[chunk.chunk_index] = chunk
        partial.newest_chunk_s = now_s
        if len(partial.chunks) < partial.chunk_count:
            return None
        return self._finish(identity)

    def stalled(self, *, now_s: float) -> WeightsIdentity | None:
        """Return weights that are incomplete and of which nothing came for `stall_s`; each once per `stall_s`."""
        for identity, partial in self._partial.items():
            if now_s - partial.newest_chunk_s >= self._stall_s:
                partial.newest_chunk_s = now_s
                return identity
        return None

    def reject(self, identity: WeightsIdentity) -> None:
        """Forget weights that turned out damaged, so that they can be received again."""
        self._complete.pop(identity, None)
        self._newest = max((one.version for one in self._complete if not one.name), default=None)

    def clear(self) -> None:
        """Forget everything; another run has begun."""
        self._partial.clear()
        self._complete.clear()
        self._newest = None

    def _superseded(self, identity: WeightsIdentity) -> bool:
        """Versions older than a complete one are never wanted; named weights always are."""
        return not identity.name and self._newest is not None and identity.version < self._newest

    def _finish(self, identity: WeightsIdentity) -> WeightsParcel:
        partial = self._partial.pop(identity)
        self._complete[identity] = partial.sha256
        while len(self._complete) > _REMEMBERED:
            self._complete.pop(next(iter(self._complete)))
        if not identity.name:
            self._newest = identity.version if self._newest is None else max(self._newest, identity.version)
        self._partial = {key: one for key, one in self._partial.items() if not self._superseded(key)}
        return WeightsParcel(chunks=tuple(partial.chunks[index] for index in range(partial.chunk_count)))
