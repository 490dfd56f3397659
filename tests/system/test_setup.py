"""./user as a user types it, in a checkout that is set up; that it sets up a bare one is shown by .ci/run."""

from __future__ import annotations

import os
import subprocess
import time
from pathlib import Path

import pytest

_ROOT = Path(__file__).parents[2]
_ROS_VARIABLES = ("AMENT_PREFIX_PATH", "CMAKE_PREFIX_PATH", "COLCON_PREFIX_PATH", "PYTHONPATH", "LD_LIBRARY_PATH")


def user(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run ./user where nothing is sourced and nothing can be installed."""
    clean = {name: value for name, value in os.environ.items() if name not in _ROS_VARIABLES}
    clean = {name: value for name, value in clean.items() if not name.startswith(("ROS_", "_ROS_", "USER_"))}
    clean |= {"PIP_NO_INDEX": "1", **environment}
    return subprocess.run([_ROOT / "user", *words], env=clean, capture_output=True, text=True, check=False, timeout=600)


pytestmark = [pytest.mark.slow]


@pytest.fixture
def printing_launch_file(tmp_path: Path) -> Path:
    """A launch file whose dry run prints what ./user sets."""
    names = (
        "USER_SETUP_S",
        "USER_LAUNCHED_AT_S",
        "ROS_AUTOMATIC_DISCOVERY_RANGE",
        "FASTDDS_DEFAULT_PROFILES_FILE",
        "ROS_DISTRO",
    )
    path = tmp_path / "printing.launch.xml"
    command = " ".join(f"{name}=$(env {name} none)" for name in names)
    path.write_text(f'<launch><executable cmd="{command}"/></launch>')
    return path


def settings_of(ended: subprocess.CompletedProcess[str]) -> dict[str, str]:
    assert ended.returncode == 0, ended.stderr
    return dict(word.split("=", 1) for word in ended.stdout.split())


@pytest.mark.timeout(600)
def test_set_up_checkout_is_used_without_doing_anything(printing_launch_file: Path):
    # Somebody may have edited the checkout since it was last set up.
    user("run", "no_such_node")
    ended = user("launch", str(printing_launch_file), "--dry-run")
    assert "[set-up]" not in ended.stderr
    fastest_s = min(
        float(settings_of(user("launch", str(printing_launch_file), "--dry-run"))["USER_SETUP_S"]) for _ in range(3)
    )
    assert fastest_s < 1.0


def test_one_machine_defaults_are_set(printing_launch_file: Path):
    settings = settings_of(user("launch", str(printing_launch_file), "--dry-run"))
    assert settings["ROS_AUTOMATIC_DISCOVERY_RANGE"] == "SYSTEM_DEFAULT"
    assert settings["FASTDDS_DEFAULT_PROFILES_FILE"].endswith("fastdds_one_machine.xml")
    assert settings["ROS_DISTRO"] != "none"


def test_wall_time_of_a_run_counts_from_its_launch_not_from_the_shell_that_it_is_typed_in(printing_launch_file: Path):
    launched_at = "echo launched_at=${USER_LAUNCHED_AT_S:-nowhere}"
    shell = subprocess.run(
        [_ROOT / "user", "shell"], input=launched_at, capture_output=True, text=True, check=False, timeout=600
    )
    assert "launched_at=nowhere" in shell.stdout, shell.stderr
    before_s = time.monotonic()
    settings = settings_of(user("launch", str(printing_launch_file), "--dry-run"))
    assert before_s <= float(settings["USER_LAUNCHED_AT_S"]) <= time.monotonic()


def test_defaults_give_way_to_the_user(printing_launch_file: Path):
    ended = user("launch", str(printing_launch_file), "--dry-run", ROS_AUTOMATIC_DISCOVERY_RANGE="SUBNET")
    assert settings_of(ended)["ROS_AUTOMATIC_DISCOVERY_RANGE"] == "SUBNET"


@pytest.mark.parametrize(
    ("words", "status", "message"),
    [
        (("lanch",), 2, "there is no command 'lanch'; ./user help lists them"),
        (("run", "no_such_node"), 2, "there is no executable 'no_such_node'; the packages have:"),
        (("build", "role:=learner"), 1, "role is 'learner'; allowed: all, robot"),
        (("launch", "peg_insertoin"), 2, "did you mean 'peg_insertion'?"),
        (("launch", "peg_insertion", "polcy:=mlp"), 2, "'polcy' is unknown (did you mean 'policy'?)"),
    ],
)
def test_what_is_wrong_is_said_and_starts_nothing(words: tuple[str, ...], status: int, message: str):
    ended = user(*words)
    assert ended.returncode == status
    assert message in ended.stderr


def test_help_names_every_command():
    ended = user("help")
    assert ended.returncode == 0
    assert all(
        f"./user {name}" in ended.stdout for name in ("launch", "test", "run", "build", "shell", "clean", "help")
    )
