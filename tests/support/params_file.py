"""A user's own params file for a launch, `config:=FILE`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from user_core.ros.params_files import ParamsDumper


def write_params(path: Path, sections: Mapping[str, Mapping[str, Any]]) -> Path:
    """Write one section per node name, in any namespace, and return the path."""
    path.parent.mkdir(parents=True, exist_ok=True)
    content = {f"/**/{node}": {"ros__parameters": dict(parameters)} for node, parameters in sections.items()}
    path.write_text(yaml.dump(content, Dumper=ParamsDumper))
    return path
