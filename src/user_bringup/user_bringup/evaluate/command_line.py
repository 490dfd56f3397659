"""``evaluate TASK checkpoint:=RUN|FILE …`` and ``evaluate --compare A B``."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from user_bringup.evaluate.arguments import EvaluateArguments
from user_bringup.evaluate.decisive import decisive_arguments
from user_bringup.evaluate.launched import run_launch
from user_bringup.evaluation.evaluation_report import evaluation_report
from user_bringup.evaluation.evaluation_request import OPERATOR, EvaluationRequest
from user_bringup.evaluation.run_record import RunRecord
from user_bringup.launcher.ament_index import package_share
from user_bringup.launcher.arguments import check_known, parse_arguments
from user_bringup.launcher.errors import LaunchError
from user_bringup.launcher.expansion import declared_arguments
from user_bringup.launcher.launch_files import find_launch_file
from user_bringup.report.evaluation_text import evaluation_text
from user_core.errors import UnknownNameError, UserRosError

_USAGE_STATUS = 2
_LAUNCH_FILE = {True: "evaluate_operator", False: "evaluate"}
_EPILOG = """examples:
  evaluate peg_insertion checkpoint:=runs/first episodes:=50 run:=runs/first-judged
  evaluate peg_insertion checkpoint:=runs/first/checkpoints/updates-000000005000 seed:=1
  evaluate peg_insertion policy:=operator episodes:=40
  evaluate --compare runs/first-judged runs/second-judged

TASK is a name in config/tasks. checkpoint:= is a run folder (its best evaluated checkpoint, else its newest), a
checkpoint, or a file of weights; policy:=operator lets the person at the device perform. Every seed:= stands for one
list of seeds, none of which any training uses. An evaluation that was interrupted goes on when it is given again with
the same run:=. All other launch arguments (robot:=, robots:=, real_time_factor:=, config:=) are passed on; those that
decide what is evaluated must be the same again, and --compare refuses evaluations of other robots, rewards or rates.
"""


def main(words: Sequence[str] | None = None) -> int:
    """Run the command line.

    Returns:
        0 after a whole evaluation or a comparison, 2 when nothing was started because something given is wrong, else
        the exit status of the launch.
    """
    options = _parser().parse_intermixed_args(words)
    try:
        if options.compare:
            from user_bringup.evaluate.comparing import compare_folders

            print(compare_folders(*(Path(path) for path in options.compare)))
            return 0
        if options.task is None:
            _parser().error("name a TASK, or give --compare A B")
        return _evaluate(options.task, parse_arguments(options.arguments))
    except (UserRosError, LaunchError, OSError) as error:
        print(f"evaluate: {error}", file=sys.stderr)
        return _USAGE_STATUS


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="evaluate",
        description="Evaluates a trained policy, or a person, on a fixed list of seeds.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("task", nargs="?", help="name of a task, such as peg_insertion")
    parser.add_argument("arguments", nargs="*", metavar="name:=value", help="checkpoint, episodes, seed, run, …")
    parser.add_argument("--compare", nargs=2, metavar=("A", "B"), help="compare two evaluations of the same seeds")
    return parser


def _evaluate(task: str, given: Mapping[str, str]) -> int:
    _check_task(task)
    arguments = EvaluateArguments.of(task, given)
    request = _prepare(arguments, passed_on=_decisive(arguments))
    report = _finished_report(arguments.run)
    if report:
        print(f"{arguments.run} is complete:\n{report}")
        return 0
    status = run_launch(_launch_words(arguments, request))
    report = _finished_report(arguments.run)
    print(report or f"the evaluation is not complete; give the same command again with run:={arguments.run} to go on")
    return status


def _check_task(task: str) -> None:
    folder = package_share("user_bringup", os.environ) / "config" / "tasks"
    tasks = [file.stem for file in folder.glob("*.yaml")]
    if task not in tasks:
        raise UnknownNameError(kind="task", name=task, choices=tasks, where="the first word after evaluate")


def _decisive(arguments: EvaluateArguments) -> dict[str, str]:
    """Return what the folder keeps of the arguments; none is made for a launch that would refuse them."""
    path = find_launch_file(_LAUNCH_FILE[arguments.by_operator], environment=os.environ)
    declared = declared_arguments(path, arguments=arguments.passed_on, environment=os.environ)
    check_known(arguments.passed_on, declared, file_name=path.name)
    defaults = {declaration.name: declaration.default for declaration in declared.declarations}
    return decisive_arguments(arguments.passed_on, defaults=defaults)


def _prepare(arguments: EvaluateArguments, *, passed_on: Mapping[str, str]) -> EvaluationRequest:
    # Weights need torch, which --compare and a wrong argument should not have to wait for.
    from user_bringup.evaluate.evaluation_folder import prepare_folder, request_for
    from user_bringup.evaluate.trained_policy import find_trained_policy

    trained = None if arguments.checkpoint is None else find_trained_policy(arguments.checkpoint)
    request = request_for(arguments, trained, passed_on=passed_on)
    prepare_folder(arguments.run, request, trained)
    return request


def _launch_words(arguments: EvaluateArguments, request: EvaluationRequest) -> list[str]:
    given = {
        "task": request.task,
        "run": str(arguments.run),
        "seed": str(request.seed),
        "evaluation_episodes": str(request.episodes),
    }
    if request.policy != OPERATOR:
        given |= {"policy": request.policy, "algorithm": request.algorithm}
    words = [f"{name}:={value}" for name, value in (given | dict(arguments.passed_on)).items()]
    return [_LAUNCH_FILE[arguments.by_operator], *words]


def _finished_report(run: Path) -> str:
    """Return the table of an evaluation in which every seed is decided; "" while there is none."""
    if not (run / "progress" / "run.json").exists():
        return ""
    report = evaluation_report(RunRecord.load(run))
    return "" if report is None or report["abandoned"] else f"{evaluation_text(report)}\n{run / 'report.html'}"


if __name__ == "__main__":
    sys.exit(main())
