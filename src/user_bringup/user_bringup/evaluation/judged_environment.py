"""What an evaluation was performed in and judged by, as the parameters of its nodes say that it really was."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from user_core.errors import LogError
from user_core.ros.params_files import flat_parameters

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
        found = {node: dict(flat_parameters(section["ros__parameters"])) for node, section in nodes.items()}
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
