"""A station's params file: looked at before anybody brings an arm anywhere, and written in one piece."""

from __future__ import annotations

import tempfile
from itertools import count
from pathlib import Path
from typing import Any

import yaml

from user_bringup.teaching.station import Station
from user_core.errors import ConfigurationError
from user_core.ros.params_files import ParamsDumper
from user_core.run import write_atomically

_NODE = "/environment_node"
_EVERY_ARM = f"/**{_NODE}"
_PARAMETERS = "ros__parameters"


def check_station_file(path: Path) -> None:
    """Refuse a file that could not be written later.

    Raises:
        ConfigurationError: When it is there and no params file, or cannot be read or written.
    """
    _read(path)
    folder = next(parent for parent in path.absolute().parents if parent.exists())
    try:
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise _refusal(path, f"a file in a folder that can be written ({error.strerror}: {folder})") from error


def section_of(path: Path, arm: str, *, default: str) -> str:
    """Return the section in which a station belongs: that of every arm, or of one alone.

    Args:
        path: Of the file.
        arm: Namespace of the arm that was taught.
        default: The arm that stands for every one, unless the file has a section of its own for it.

    Raises:
        ConfigurationError: When the file is no params file.
    """
    own = f"/{arm.strip('/')}{_NODE}"
    return _EVERY_ARM if arm == default and own not in _read(path)[1] else own


def save_station(path: Path, station: Station, *, section: str = _EVERY_ARM) -> Path | None:
    """Write a station's parameters into a params file; all other parameters in it are kept, comments are not.

    Of two sections of one file that match a node ROS takes the later one, and so it does of two spellings of a
    parameter (measured with Kilted): what was taught comes last, and a section of one arm after that of every arm.

    Args:
        path: Of the file.
        station: What was taught.
        section: As `section_of` says.

    Returns:
        Where the file is as it was, if it had comments.

    Raises:
        ConfigurationError: As `check_station_file`.
    """
    text, content = _read(path)
    written = content.pop(section, None) or {}
    before = {name: value for name, value in (written.get(_PARAMETERS) or {}).items() if name not in station.parameters}
    content[section] = {**written, _PARAMETERS: {**before, **station.parameters}}
    ordered = dict(sorted(content.items(), key=lambda item: _rank(str(item[0]))))
    saved = str(yaml.dump(ordered, Dumper=ParamsDumper, sort_keys=False, default_flow_style=None, width=110))
    backup = _free_name(path)
    try:
        if "#" in text:
            backup.write_text(text)
        write_atomically(path, saved.encode())
    except OSError as error:
        raise _refusal(path, f"a file that can be written ({error.strerror})") from error
    return backup if "#" in text else None


def _read(path: Path) -> tuple[str, dict[str, Any]]:
    """Return text and content; nothing for a file that is not there."""
    try:
        text = path.read_text(encoding="utf-8") if path.exists() else ""
        content = yaml.safe_load(text)
    except OSError as error:
        raise _refusal(path, f"a file that can be read ({error.strerror})") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise _refusal(path, f"a params file; this is no YAML ({' '.join(str(error).split())})") from error
    content = {} if content is None else content
    if not isinstance(content, dict):
        raise _refusal(path, f"a params file; this is a {type(content).__name__}")
    for name, section in content.items():
        if not str(name).endswith(_NODE) or section is None:
            continue
        parameters = section.get(_PARAMETERS) if isinstance(section, dict) else section
        if not isinstance(parameters, dict | None):
            raise _refusal(path, f"a params file; its section {name} has no parameters by name under {_PARAMETERS}")
    return text, content


def _rank(section: str) -> int:
    return 0 if not section.endswith(_NODE) else 1 if "*" in section else 2


def _free_name(path: Path) -> Path:
    names = (path.with_name(f"{path.name}.bak{number or ''}") for number in count())
    return next(name for name in names if not name.exists())


def _refusal(path: Path, allowed: str) -> ConfigurationError:
    return ConfigurationError(
        key="station", value=str(path), allowed=f"{allowed}, or one that is not there yet", where="station:=FILE"
    )
