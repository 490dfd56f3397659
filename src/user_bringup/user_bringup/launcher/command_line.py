"""``launch TASK|FILE [name:=value …]``: checks the arguments, then runs the launch file."""

from __future__ import annotations

import argparse
import importlib.util
import os
import shlex
import shutil
import sys
import tempfile
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import NoReturn

from user_bringup.launcher.arguments import check_known, describe_arguments, parse_arguments
from user_bringup.launcher.configurations import configurations
from user_bringup.launcher.domain_lock import alone_in_its_domain
from user_bringup.launcher.errors import LaunchError
from user_bringup.launcher.expansion import Launch, declared_arguments, expand
from user_bringup.launcher.launch_files import find_launch_file
from user_bringup.launcher.output import LaunchOutput
from user_bringup.launcher.parameters import ParameterFileWriter
from user_bringup.launcher.policy_checks import check_policies
from user_bringup.launcher.supervisor import run_processes

_USAGE_STATUS = 2


def main(words: Sequence[str] | None = None) -> int:
    """Runs the command line.

    Returns:
        The exit status of the launch; 2 when nothing was started because something given is wrong.
    """
    options = _parser().parse_intermixed_args(words)
    try:
        return _launch(options)
    except LaunchError as error:
        print(f"launch: {error}", file=sys.stderr)
        return _USAGE_STATUS
    except BrokenPipeError:  # whoever read the list of arguments has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="launch", description="Runs a launch file of user_bringup.")
    parser.add_argument("task", help="a task such as peg_insertion, or the path of a .launch.xml file")
    parser.add_argument("arguments", nargs="*", metavar="name:=value", help="launch arguments")
    parser.add_argument("-s", "--show-args", action="store_true", help="list the launch arguments and end")
    parser.add_argument("--dry-run", action="store_true", help="print what would be started and end")
    parser.add_argument("--own-runner", action="store_true", help="do not use ros2 launch where there is one")
    return parser


def _launch(options: argparse.Namespace) -> int:
    path = find_launch_file(options.task, environment=os.environ)
    arguments = parse_arguments(options.arguments)
    declared = declared_arguments(path, arguments=arguments, environment=os.environ)
    if options.show_args:
        print(f"Launch arguments of {path.name}, given as name:=value:\n{describe_arguments(declared)}")
        return 0
    check_known(arguments, declared, file_name=path.name)
    with tempfile.TemporaryDirectory(prefix="user_launch_") as folder:
        launch = expand(
            path, arguments=arguments, environment=os.environ, parameters=ParameterFileWriter(folder=Path(folder))
        )
        check_policies(configurations(launch.processes))
        if options.dry_run:
            print("\n".join(shlex.join(process.command) for process in launch.processes))
            return 0
        if options.own_runner or not _has_ros_launch():
            with alone_in_its_domain(arguments, environment=os.environ):
                return _run(launch)
    _become_ros_launch(path, options.arguments)


def _has_ros_launch() -> bool:
    return importlib.util.find_spec("launch_ros") is not None and shutil.which("ros2") is not None


def _become_ros_launch(path: Path, words: Sequence[str]) -> NoReturn:
    os.execvp("ros2", ["ros2", "launch", str(path), *words])


def _run(launch: Launch) -> int:
    for message in launch.messages:
        print(message, flush=True)
    output = LaunchOutput(log_file=_log_folder() / f"launch-{datetime.now():%Y%m%d-%H%M%S}-{os.getpid()}.log")
    try:
        return run_processes(launch.processes, output=output)
    finally:
        output.close()


def _log_folder() -> Path:
    """Where ROS 2 keeps its logs."""
    if "ROS_LOG_DIR" in os.environ:
        return Path(os.environ["ROS_LOG_DIR"])
    return Path(os.environ.get("ROS_HOME", Path.home() / ".ros")) / "log"


if __name__ == "__main__":
    sys.exit(main())
