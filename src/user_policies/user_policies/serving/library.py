"""Policies with weights inside, by version; changed only whole, between two answers."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from user_core.interfaces import Policy
from user_policies.weights.version import WeightsIdentity, WeightsVersion


@dataclass(frozen=True, kw_only=True, eq=False)
class LoadedPolicy:
    """A policy that holds the weights of one version, checked by digest."""

    identity: WeightsIdentity
    policy: Policy


class VersionLibrary:
    """The policies that can answer at once, all of one spec, by the label of their weights."""

    def __init__(self) -> None:
        self._loaded: dict[str, LoadedPolicy] = {}
        self._newest: WeightsVersion | None = None

    @property
    def newest(self) -> str:
        """Return the newest version, "" for none."""
        return "" if self._newest is None else str(self._newest)

    def install(self, loaded: LoadedPolicy) -> None:
        """Add weights; a version is the newest only if no newer one is here, named weights never are."""
        identity = loaded.identity
        self._loaded.setdefault(identity.label, loaded)
        if not identity.name:
            self._newest = identity.version if self._newest is None else max(self._newest, identity.version)

    def get(self, label: str) -> LoadedPolicy | None:
        """Return the policy that holds the weights asked for by version or name."""
        return self._loaded.get(label)

    def retire(self, *, pinned: Collection[str]) -> list[Policy]:
        """Remove what is neither the newest nor in use; the policies may be filled anew."""
        retired = [label for label in self._loaded if label != self.newest and label not in pinned]
        return [self._loaded.pop(label).policy for label in retired]

    def clear(self) -> None:
        """Forget everything; another run or another spec has begun."""
        self._loaded.clear()
        self._newest = None
