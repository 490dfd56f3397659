"""configuration.yaml: the parameters that every node really had, as a params file that can be given back to them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from user_core.errors import LogError
from user_core.run import write_atomically


def write_configuration(parameters: Mapping[str, Mapping[str, Any]], *, path: Path) -> None:
    """Write the parameters by full node name and dotted parameter name.

    Raises:
        LogError: When the file cannot be written.
    """
    document = {node: {"ros__parameters": _nested(values)} for node, values in sorted(parameters.items())}
    try:
        write_atomically(path, yaml.safe_dump(document, sort_keys=True, allow_unicode=True).encode())
    except OSError as error:
        raise LogError(f"{path} cannot be written ({error}); free space or change run:=") from error


def _nested(values: Mapping[str, Any]) -> dict[str, Any]:
    tree: dict[str, Any] = {}
    for name, value in values.items():
        *groups, last = name.split(".")
        place = tree
        for group in groups:
            place = place.setdefault(group, {})
        place[last] = value
    return tree
