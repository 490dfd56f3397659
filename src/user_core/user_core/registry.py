"""Names to classes, resolved lazily: a table row imports nothing until it is asked for."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from typing import Any

from user_core.errors import UnknownNameError


class Registry:
    """A table of `name -> "module:Attribute"`.

    Args:
        kind: What the names are, for errors: "policy", "robot", ...
        entries: The table; a plain dict, so that a name cannot stand in it twice with different rows.
        where: Where a user chooses the name.
    """

    def __init__(self, *, kind: str, entries: Mapping[str, str], where: str = "") -> None:
        self.kind = kind
        self._entries = dict(entries)
        self._where = where

    @property
    def names(self) -> list[str]:
        """Return all names, sorted."""
        return sorted(self._entries)

    def register(self, name: str, target: str) -> None:
        """Add a row; raises ValueError when the name is taken."""
        if name in self._entries:
            raise ValueError(f"{self.kind} {name!r} is registered already as {self._entries[name]}")
        self._entries[name] = target

    def check(self, name: str) -> None:
        """Raise UnknownNameError with the choices when there is no such name."""
        if name not in self._entries:
            raise UnknownNameError(kind=self.kind, name=name, choices=self.names, where=self._where)

    def resolve(self, name: str) -> Any:
        """Import and return what the name stands for; raises UnknownNameError with the choices."""
        self.check(name)
        return load(self._entries[name])


def load(target: str) -> Any:
    """Import and return what "module:Attribute" stands for."""
    module, _, attribute = target.partition(":")
    return getattr(importlib.import_module(module), attribute)
