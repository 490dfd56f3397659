"""`bag info|play|filter|relabel|check|repair FOLDER …`: looks at rosbag2 bags, and works on those of our logs."""

from __future__ import annotations

import argparse
import getpass
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from user_bringup.bag.check import check_log
from user_bringup.bag.filter import filter_log
from user_bringup.bag.info import describe
from user_bringup.bag.playback import Playback, parse_remappings
from user_bringup.bag.recording import open_recording
from user_bringup.bag.relabel import Verdict, relabel
from user_bringup.bag.repair import repair_log
from user_bringup.bag.selection import Selection
from user_core.errors import UserRosError
from user_core.types import Mode, Outcome

_INTERRUPTED = 130
_Run = Callable[[argparse.Namespace], int]


def main(words: Sequence[str] | None = None) -> int:
    """Run a subcommand; return 0, 1 where `check` found something wrong, 2 after an error, or 130 after Ctrl-C."""
    options = _parser().parse_args(words)
    try:
        return int(options.run(options))
    except (UserRosError, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return _INTERRUPTED


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="./user bag", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="info|play|filter|relabel|check|repair")

    def command(name: str, text: str, run: _Run) -> argparse.ArgumentParser:
        added = commands.add_parser(name, help=text, description=f"{text[0].upper()}{text[1:]}.")
        added.add_argument("folder", type=Path, help="a bag, or the folder of a run, which stands for its log")
        added.set_defaults(run=run)
        return added

    info = command("info", "what a bag holds, and of a log its specs, episodes, actors and labels", _info)
    info.add_argument("--episodes", action="store_true", help="list every episode")
    _add_play(command("play", "publish a bag's messages at the recorded rate", _play))
    _add_filter(command("filter", "write chosen episodes of a log to a new bag, for demonstrations:=", _filter))
    label = command("relabel", "append a label to an episode of a log; the last label wins", _relabel)
    label.add_argument("--episode", required=True, metavar="UUID", help="or the beginning of one, or `all`")
    label.add_argument(
        *("--label", "-l"), nargs="+", required=True, metavar="WORD", help="success, failure, or reward R"
    )
    label.add_argument("--author", default=getpass.getuser(), help="who says so (default: %(default)s)")
    command("check", "read all of a log and list what is wrong; the exit status is 1 when something is", _check)
    command("repair", "make a damaged or unclosed log whole; the damaged file is kept", _repair)
    return parser


def _add_play(play: argparse.ArgumentParser) -> None:
    play.add_argument("--rate", type=float, default=1.0, help="times the recorded speed")
    play.add_argument("--loop", action="store_true", help="begin anew at the end, until Ctrl-C")
    play.add_argument("--start-offset", type=float, default=0.0, metavar="S", help="seconds to leave out")
    play.add_argument("--topics", nargs="+", default=[], metavar="TOPIC", help="play these alone")
    play.add_argument("--remap", nargs="+", default=[], metavar="FROM:=TO", help="other names")
    play.add_argument(
        "--expand", action="store_true", help="also play what transitions hold as images, current_pose, observation, …"
    )
    play.add_argument("--robot-time", action="store_true", help="one control period a step, for lockstep recordings")
    play.add_argument("--commands", action="store_true", help="also play topics that can move an arm")
    play.add_argument("--delay", type=float, default=1.0, metavar="S", help="before the first message, for discovery")


def _add_filter(chosen: argparse.ArgumentParser) -> None:
    chosen.add_argument("output", type=Path, help="folder of the new bag")
    chosen.add_argument("--episodes", nargs="+", default=[], metavar="UUID", help="or their beginnings")
    chosen.add_argument("--mode", nargs="+", default=[], choices=list(Mode))
    chosen.add_argument("--outcome", nargs="+", default=[], choices=list(Outcome), help="as the last label says")
    chosen.add_argument("--successes-only", action="store_true", help="the same as --outcome success")
    chosen.add_argument("--human-only", action="store_true", help="episodes in which a person acted")
    chosen.add_argument("--task", nargs="+", default=[])
    chosen.add_argument("--robot", nargs="+", default=[])
    chosen.add_argument("--first", type=int, default=0, metavar="N", help="at most N episodes, the first ones")


def _info(options: argparse.Namespace) -> int:
    print(describe(options.folder, list_episodes=options.episodes))
    return 0


def _play(options: argparse.Namespace) -> int:
    playback = Playback(
        rate=options.rate,
        loop=options.loop,
        start_offset_s=options.start_offset,
        topics=tuple(options.topics),
        remappings=parse_remappings(options.remap),
        commands=options.commands,
        expand=options.expand,
        robot_time=options.robot_time,
        delay_s=options.delay,
    )
    recording = open_recording(options.folder)
    # Only playing needs a node.
    from user_bringup.nodes.bag_player import play_bag

    print(f"{play_bag(recording, playback)} messages played")
    return 0


def _filter(options: argparse.Namespace) -> int:
    selection = Selection(
        episodes=tuple(options.episodes),
        modes=tuple(options.mode),
        outcomes=(*options.outcome, *([Outcome.SUCCESS.value] if options.successes_only else [])),
        tasks=tuple(options.task),
        robots=tuple(options.robot),
        human_only=options.human_only,
        first=options.first,
    )
    chosen = filter_log(options.folder, options.output, selection)
    print(f"{options.output}: {len(chosen)} episodes, {sum(entry.steps for entry in chosen)} steps")
    return 0


def _relabel(options: argparse.Namespace) -> int:
    verdict = Verdict.of(options.label, author=options.author)
    for episode in relabel(options.folder, options.episode, verdict, stamp_ns=time.time_ns()):
        print(f"{episode}: {' '.join(options.label)}, said by {options.author}")
    return 0


def _check(options: argparse.Namespace) -> int:
    findings = check_log(options.folder)
    print("\n".join(findings.table()))
    print(f"{options.folder}: {findings.wrong or 'nothing'} wrong")
    return 1 if findings.wrong else 0


def _repair(options: argparse.Namespace) -> int:
    print(repair_log(options.folder))
    return 0


if __name__ == "__main__":
    sys.exit(main())
