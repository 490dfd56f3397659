"""Message definitions for the log, from the share folders of the message packages that are sourced."""

from __future__ import annotations

import json
import os
from pathlib import Path

from user_core.errors import ConfigurationError
from user_core.log.definition import MessageDefinition, gather
from user_core.log.kinds import RecordKind


def log_definitions() -> dict[RecordKind, MessageDefinition]:
    """Return the definition of every kind of record.

    Raises:
        ConfigurationError: When a package's share folder is not on AMENT_PREFIX_PATH.
    """
    return {kind: definition_of(kind.type_name) for kind in RecordKind}


def definition_of(type_name: str) -> MessageDefinition:
    """Return the definition of package/msg/Name with all types that it uses. Raises ConfigurationError as above."""
    return gather(type_name, text_of=message_text, type_hash=message_hash(type_name))


def message_text(type_name: str) -> str:
    """Return the .msg text of package/msg/Name."""
    return _share_file(type_name, "msg").read_text()


def message_hash(type_name: str) -> str:
    """Return the RIHS01 hash of package/msg/Name as its generator wrote it."""
    description = json.loads(_share_file(type_name, "json").read_text())
    hashes = {entry["type_name"]: entry["hash_string"] for entry in description["type_hashes"]}
    return str(hashes[type_name])


def _share_file(type_name: str, suffix: str) -> Path:
    package, kind, name = type_name.split("/")
    prefixes = os.environ.get("AMENT_PREFIX_PATH", "")
    for prefix in filter(None, prefixes.split(os.pathsep)):
        file = Path(prefix) / "share" / package / kind / f"{name}.{suffix}"
        if file.exists():
            return file
    raise ConfigurationError(
        key="AMENT_PREFIX_PATH",
        value=prefixes,
        allowed=f"it must lead to share/{package}/{kind}/{name}.{suffix} of the package {package}",
        where="your shell: source install/setup.bash",
    )
