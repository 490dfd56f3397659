"""Finds a launch file by the name of a task or by its path."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path

from user_bringup.launcher.ament_index import package_share
from user_bringup.launcher.errors import LaunchError

_SUFFIX = ".launch.xml"


def find_launch_file(task: str, *, environment: Mapping[str, str]) -> Path:
    """Gives the launch file of a task, or the file itself where a path is given.

    Raises:
        LaunchError: There is no such file, or user_bringup has none for the task.
    """
    if task.endswith(".xml") or "/" in task:
        path = Path(task)
        if not path.is_file():
            raise LaunchError(f"There is no launch file {task!r}; give a task's name or the path of a {_SUFFIX} file.")
        return path.absolute()
    folder = package_share("user_bringup", environment) / "launch"
    path = folder / f"{task}{_SUFFIX}"
    if path.is_file():
        return path
    tasks, others = _choices(folder)
    close = get_close_matches(task, [*tasks, *others], n=1)
    meant = f" (did you mean {close[0]!r}?)" if close else ""
    raise LaunchError(
        f"There is no task {task!r}{meant}; tasks are: {', '.join(tasks)}; beside them there are: {', '.join(others)} "
        f"({folder})."
    )


def _choices(folder: Path) -> tuple[list[str], list[str]]:
    """The names of the tasks, and of the other files that are no part of another one."""
    files = {file.name: file.read_text(encoding="utf-8") for file in sorted(folder.glob(f"*{_SUFFIX}"))}
    parts = {name for name in files if any(f"/launch/{name}" in text for text in files.values())}
    names = [name.removesuffix(_SUFFIX) for name in files if name not in parts]
    tasks = [name for name in names if (folder.parent / "config" / "tasks" / f"{name}.yaml").is_file()]
    return tasks, [name for name in names if name not in tasks]
