"""What an evaluation was performed in and judged by, as the parameters of its nodes say that it really was."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from user_core.errors import LogError

CONFIGURATION = "configuration.yaml"

# A policy brings cameras, state and action with it: they may differ where two of them are compared.
_JUDGING = {
    "environment_node": ("robot", "task", "reward", "reset", "guard", "simulation.real_time_factor"),
    "simulation_node": ("scene", "randomisation", "impedance"),
}
_TEXT = "task.instruction"


def judged_environment(run: Path) -> dict[str, Any]:
    """Return the parameters by dotted name, of the first robot where there are several; {} where none are known.

    Args:
        run: The evaluation's folder.

    Raises:
        LogError: When its configuration.yaml is damaged.
    """
    path = run / CONFIGURATION
    if not path.exists():
        return {}
    try:
        nodes = dict(yaml.safe_load(path.read_text()) or {})
        found = {node: dict(_flat(section["ros__parameters"])) for node, section in nodes.items()}
    except (OSError, ValueError, TypeError, KeyError, AttributeError, yaml.YAMLError) as error:
        said = " ".join(str(error).split())
        raise LogError(f"{path} is damaged ({said}); remove it, or launch into the folder again") from error
    judged: dict[str, Any] = {}
    for node in sorted(found, reverse=True):  # so that the first robot has the last word
        groups = _JUDGING.get(node.rpartition("/")[2], ())
        judged |= {name: value for name, value in found[node].items() if _is_of(name, groups)}
    return judged


def _is_of(name: str, groups: tuple[str, ...]) -> bool:
    return name != _TEXT and any(name == group or name.startswith(f"{group}.") for group in groups)


def _flat(tree: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in tree.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", value
