"""Specs as JSON beside a dataset."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from user_bringup.dataset.unfit import AS_EXPORTED, readable, unfit
from user_core.spec import EnvironmentSpec
from user_core.spec_as_plain import spec_from_plain, spec_to_plain


@dataclass(frozen=True, kw_only=True)
class LoggedSpec:
    """A spec as it stands in a log, with the identity of its record."""

    run: str
    source: str
    source_sequence: int
    spec: EnvironmentSpec


def write_specs(path: Path, specs: Sequence[LoggedSpec]) -> None:
    """Write the specs of a log."""
    content = [{**vars(logged), "spec": spec_to_plain(logged.spec)} for logged in specs]
    path.write_text(json.dumps(content, indent=1) + "\n")


def read_specs(path: Path) -> tuple[LoggedSpec, ...]:
    """Read what `write_specs` wrote, one spec at least. Raises ConfigurationError when it is damaged."""
    with readable(path, AS_EXPORTED):
        items = json.loads(path.read_text())
        specs = tuple(LoggedSpec(**{**item, "spec": spec_from_plain(item["spec"])}) for item in items)
    if not specs:
        raise unfit(path, "empty", AS_EXPORTED)
    return specs
