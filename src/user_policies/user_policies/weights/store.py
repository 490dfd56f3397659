"""Weights on a policy's disk: what was received is kept before it acts, so that a restart goes on with it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from user_core.errors import WeightsError
from user_core.run import write_atomically
from user_policies.weights.payload import WeightsHeader, WeightsPayload, read_header, unpack

_SUFFIX = ".safetensors"
_HEAD_BYTES = 1_000_000


@dataclass(frozen=True, kw_only=True)
class StoredWeights:
    """One file of the store."""

    path: Path
    header: WeightsHeader

    def read(self) -> WeightsPayload:
        """Return the file's payload; raises WeightsError when it is damaged."""
        payload = unpack(self.path.read_bytes())
        payload.tensors()
        return payload


class WeightsStore:
    """A folder of weights, one file a version.

    Args:
        folder: Made on the first save. It may hold files of other runs: they are kept, and never loaded.
        keep_newest: How many versions are kept beside the pinned and the named ones.
    """

    def __init__(self, *, folder: Path, keep_newest: int = 8) -> None:
        self._folder = folder
        self._keep_newest = keep_newest
        self._run = ""
        self._stored: list[StoredWeights] = []
        self.ignored: list[str] = []

    def open(self, run: str) -> None:
        """Look at what is on disk; from now on only the weights of `run` exist. `ignored` names the other files."""
        self._run = run
        self._stored, self.ignored = [], []
        for path in sorted(self._folder.glob(f"*{_SUFFIX}")):
            try:
                header = _header_of(path)
            except (WeightsError, OSError) as error:
                self.ignored.append(f"{path.name}: {error}")
                continue
            if header.run == run:
                self._stored.append(StoredWeights(path=path, header=header))
            else:
                self.ignored.append(f"{path.name}: of run {header.run}")

    def save(self, payload: WeightsPayload) -> StoredWeights:
        """Write a payload, durably and whole; one that is there already is left.

        Raises:
            WeightsError: When the folder cannot be written, naming it.
        """
        header = payload.header
        found = next((one for one in self._stored if one.header == header), None)
        if found is not None:
            return found
        path = self._folder / f"{header.run[:8]}-{header.identity.label}{_SUFFIX}"
        try:
            write_atomically(path, payload.content)
        except OSError as error:
            raise WeightsError(
                f"weights {header.identity.label} cannot be saved in {self._folder} ({error}), so nothing acts with "
                "them; free space there, or choose another run folder with run:="
            ) from error
        stored = StoredWeights(path=path, header=header)
        self._stored = [one for one in self._stored if one.path != path] + [stored]
        return stored

    def find(self, label: str, *, spec_digest: str) -> StoredWeights | None:
        """Return the weights asked for by version or by name, if they are here for that spec."""
        fitting = (one for one in self._stored if one.header.spec_digest == spec_digest)
        return next((one for one in fitting if one.header.identity.label == label), None)

    def newest(self, *, spec_digest: str) -> StoredWeights | None:
        """Return the newest version for a spec; named weights are none."""
        fitting = [one for one in self._stored if one.header.spec_digest == spec_digest and not one.header.name]
        return max(fitting, key=lambda one: one.header.version, default=None)

    def prune(self, *, pinned: Collection[str]) -> None:
        """Delete what is neither pinned by its label, nor named, nor among the newest."""
        unnamed = [one for one in self._stored if not one.header.name and one.header.identity.label not in pinned]
        unnamed.sort(key=lambda one: one.header.version, reverse=True)
        for old in unnamed[self._keep_newest :]:
            old.path.unlink(missing_ok=True)
            self._stored.remove(old)


def _header_of(path: Path) -> WeightsHeader:
    with path.open("rb") as stream:
        head = stream.read(_HEAD_BYTES)
    return read_header(head)
