"""`./user dataset export|import`: LeRobot datasets (version 3.0) out of bags, and bags out of datasets."""

from __future__ import annotations

import argparse
import importlib.util
import sys
from pathlib import Path

from user_bringup.bag.recording import bag_folder
from user_bringup.dataset.bag_episode import EpisodeChoice
from user_core.errors import ConfigurationError, UserRosError
from user_core.types import Mode, Outcome


def main() -> int:
    """Do what the command line says; return 0, or 2 after an error."""
    arguments = _parser().parse_args()
    try:
        _check_libraries()
        arguments.run(arguments)
    except UserRosError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="./user dataset", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="export|import")
    export = commands.add_parser("export", help="a bag as a LeRobot dataset")
    export.add_argument("bag", metavar="BAG", type=Path, help="a run's folder, or a bag of demonstrations")
    export.add_argument("folder", metavar="FOLDER", type=Path, help="of the dataset; it must not exist yet")
    images = export.add_mutually_exclusive_group()
    images.add_argument("--png", action="store_true", help="images without loss (the default)")
    images.add_argument("--video", action="store_true", help="images as mp4 (h264): smaller if large, with loss")
    export.add_argument("--successes-only", action="store_true", help="labels count: the last one wins")
    export.add_argument("--mode", type=Mode, choices=list(Mode), help="only episodes of this mode")
    export.add_argument("--task", metavar="NAME", help="only episodes of this task")
    export.set_defaults(run=_export)
    into = commands.add_parser("import", help="a LeRobot dataset as a bag, such as demonstrations:= takes")
    into.add_argument("folder", metavar="FOLDER", type=Path, help="of the dataset")
    into.add_argument("bag", metavar="BAG", type=Path, help="to write; it must not exist yet")
    into.add_argument("--mapping", metavar="FILE", type=Path, help="YAML: which feature is which part of ours")
    into.add_argument("--spec", metavar="BAG", type=Path, help="a bag of the task that the records shall fit")
    into.add_argument("--task", metavar="NAME", help="the task's name")
    endings = [Outcome.SUCCESS, Outcome.FAILURE, Outcome.TIMEOUT]
    into.add_argument("--last-frame", type=Outcome, choices=endings, help="how every episode ended")
    into.set_defaults(run=_import)
    return parser


def _export(arguments: argparse.Namespace) -> None:
    from user_bringup.dataset.export import ExportRequest, export_dataset

    choice = EpisodeChoice(successes_only=arguments.successes_only, mode=arguments.mode, task=arguments.task)
    request = ExportRequest(
        bag=bag_folder(arguments.bag), folder=arguments.folder, choice=choice, video=arguments.video
    )
    export_dataset(request, say=_say)


def _import(arguments: argparse.Namespace) -> None:
    from user_bringup.dataset.import_ import ImportRequest, import_dataset

    request = ImportRequest(
        folder=arguments.folder,
        bag=arguments.bag,
        mapping=arguments.mapping,
        spec_bag=arguments.spec,
        task=arguments.task,
        last_frame=arguments.last_frame,
    )
    import_dataset(request, say=_say)


def _say(line: str) -> None:
    print(line, flush=True)


def _check_libraries() -> None:
    """Refuse a machine that was set up as a robot's, which has none of what only datasets need."""
    missing = [name for name in ("pyarrow", "av") if importlib.util.find_spec(name) is None]
    if missing:
        raise ConfigurationError(
            key="the Python packages of this machine",
            value=f"without {', '.join(missing)}",
            allowed="datasets need pyarrow and av",
            where="the set-up: ./user build role:=all",
        )


if __name__ == "__main__":
    sys.exit(main())
