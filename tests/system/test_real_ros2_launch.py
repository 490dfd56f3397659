"""Where ROS 2 itself is installed: the project's runner starts what `ros2 launch` starts, with the same arguments."""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.support.launched_graph import graph_environment

pytestmark = [
    pytest.mark.ros,
    pytest.mark.slow,
    pytest.mark.skipif(
        importlib.util.find_spec("launch_ros") is None or shutil.which("ros2") is None,
        reason="ros2 launch is not installed",
    ),
]

NODES = {
    "user_hardware": ("simulation_node", "operator_node", "environment_node"),
    "user_policies": ("policy_node",),
    "user_learner": ("replay_node", "learner_node"),
    "user_bringup": ("progress",),
}
# The first that ends may end the launch: the others write what they got all the same, whatever signal comes.
_STAND_IN = """#!/bin/sh
trap '' INT TERM
exec {python} - "$@" <<'END'
import json, os, sys, uuid
with open(os.path.join({folder!r}, uuid.uuid4().hex + ".json"), "w") as file:
    files = [open(word).read() for before, word in zip(sys.argv, sys.argv[1:]) if before == "--params-file"]
    json.dump({{"argv": sys.argv[1:], "files": files}}, file)
END
"""


@pytest.mark.parametrize(
    "arguments", [[], ["robots:=2", "policy:=mlp"], ["role:=robot", "robot:=franka"], ["role:=learner"]]
)
def test_own_runner_and_ros2_launch_start_the_same_processes(tmp_path, arguments):
    launched = [
        _received(tmp_path / name, command, [*arguments, f"run:={tmp_path / 'run'}"])
        for name, command in (("real", ["ros2", "launch", "user_bringup", "peg_insertion.launch.xml"]), ("own", _own()))
    ]
    assert launched[0] == launched[1]
    assert launched[0]


def _own() -> list[str]:
    command = "from user_bringup.launcher.command_line import main; main()"
    return [sys.executable, "-c", command, "--own-runner", "peg_insertion"]


def _received(folder: Path, command: list[str], arguments: list[str]) -> list[tuple[str, str]]:
    """Run a launch whose executables only note what they got, and return that, without the names of written files."""
    notes = folder / "notes"
    notes.mkdir(parents=True)
    prefix = _overlay(folder / "overlay", notes)
    paths = os.environ["AMENT_PREFIX_PATH"]
    environment = graph_environment(0) | {"AMENT_PREFIX_PATH": f"{prefix}{os.pathsep}{paths}"}
    process = subprocess.Popen([*command, *arguments], env=environment, cwd=folder, start_new_session=True)
    try:
        process.wait(timeout=20)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGINT)  # the robot's part of a graph goes on until it is stopped
        process.wait(timeout=20)
    finally:
        process.kill()
    found = []
    for note in notes.glob("*.json"):
        content = json.loads(note.read_text().replace(str(prefix), "PREFIX"))
        # ros2 launch names the files that it writes as it likes.
        pairs = zip(["", *content["argv"]], content["argv"], strict=False)
        words = ["WRITTEN" if before == "--params-file" and "PREFIX" not in word else word for before, word in pairs]
        found.append((json.dumps(words), json.dumps([yaml.safe_load(text) for text in content["files"]])))
    return sorted(set(found))


def _overlay(prefix: Path, notes: Path) -> Path:
    """Make packages of the same names and launch files, whose executables are stand-ins."""
    for package, executables in NODES.items():
        index = prefix / "share" / "ament_index" / "resource_index" / "packages"
        index.mkdir(parents=True, exist_ok=True)
        (index / package).touch()
        for name in executables:
            path = prefix / "lib" / package / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(_STAND_IN.format(python=sys.executable, folder=str(notes)))
            path.chmod(0o755)
    sources = Path(__file__).resolve().parents[2] / "src" / "user_bringup"
    for folder in ("launch", "config"):
        shutil.copytree(sources / folder, prefix / "share" / "user_bringup" / folder)
    return prefix
