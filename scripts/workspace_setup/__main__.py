"""``python -m workspace_setup [--build] [name:=value …]``: brings the checkout to the state that ./user needs."""

from __future__ import annotations

import dataclasses
import fcntl
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from workspace_setup.build import build_is_ready, build_packages, repair_prefix, wanted_prefix
from workspace_setup.errors import SetupError
from workspace_setup.progress import Progress
from workspace_setup.ros_installation import RosInstallation, find_ros
from workspace_setup.settings import Settings
from workspace_setup.stamps import Stamps
from workspace_setup.system_packages import install_missing_packages
from workspace_setup.virtual_environment import earlier_ros, environment_is_ready, prepare_environment
from workspace_setup.wheels import install_torch, install_wheels, wanted_torch, wanted_wheels
from workspace_setup.workspace import Workspace

_INTERRUPTED_STATUS = 130


def main(words: list[str]) -> int:
    """Sets up what is missing.

    Args:
        words: ``--build`` to build every package even if nothing changed, and settings as ``name:=value``.

    Returns:
        0, or 1 with the reason on standard error, or 130 when it was interrupted.
    """
    workspace = Workspace(root=Path(__file__).resolve().parents[2])
    progress = Progress(workspace.log)
    try:
        _set_up(
            workspace, progress, settings_words=[word for word in words if word != "--build"], every="--build" in words
        )
    except SetupError as error:
        progress.say(f"[set-up] {error}")
        return 1
    except KeyboardInterrupt:
        progress.say("[set-up] interrupted; the same command goes on from here.")
        return _INTERRUPTED_STATUS
    return 0


def _set_up(workspace: Workspace, progress: Progress, *, settings_words: list[str], every: bool) -> None:
    stamps = Stamps(workspace.stamps)
    settings = _kept_settings(stamps).changed_by(settings_words, os.environ)
    ros = find_ros(os.environ, earlier=earlier_ros(stamps))
    if not every and _is_ready(workspace, ros, settings, stamps):
        return
    with _one_at_a_time(workspace, progress):
        began_s = time.monotonic()
        install_missing_packages(progress, folder=workspace.root)
        prepare_environment(workspace, ros, stamps, progress)
        stamps.write("settings", dataclasses.asdict(settings))
        install_wheels(workspace, ros, settings, stamps, progress)
        install_torch(workspace, settings, stamps, progress)
        repair_prefix(workspace, ros, settings, stamps, progress)
        build_packages(workspace, ros, stamps, progress, every=every)
        progress.say(f"[set-up] ready after {time.monotonic() - began_s:.0f} s")


def _kept_settings(stamps: Stamps) -> Settings:
    match stamps.read("settings"):
        case {"role": str(role), "torch": str(torch)}:
            return Settings(role=role, torch=torch)
        case _:
            return Settings()


def _is_ready(workspace: Workspace, ros: RosInstallation, settings: Settings, stamps: Stamps) -> bool:
    return (
        environment_is_ready(workspace, ros, stamps)
        and stamps.read("settings") == dataclasses.asdict(settings)
        and stamps.read("wheels") == wanted_wheels(workspace, ros, settings)
        and stamps.read("torch") == wanted_torch(workspace, settings)
        and stamps.read("prefix") == wanted_prefix(workspace, ros, settings)
        and build_is_ready(workspace, ros, stamps)
    )


@contextmanager
def _one_at_a_time(workspace: Workspace, progress: Progress) -> Iterator[None]:
    """Waits until no other set-up of this checkout runs. The lock ends with its process, however that ends."""
    with (workspace.root / "user").open("rb") as entry:
        try:
            fcntl.flock(entry, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            progress.say("[set-up] waiting for another set-up of this checkout to end …")
            fcntl.flock(entry, fcntl.LOCK_EX)
        yield


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
