"""The command line of `convert`."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from user_core.errors import ConfigurationError
from user_core.types import Outcome
from user_hardware.rewards.registry import REWARDS

_OUTCOMES = (Outcome.TIMEOUT.value, Outcome.SUCCESS.value, Outcome.FAILURE.value)


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """Return the arguments; prints help or one sentence and ends with status 0 or 2 as argparse does."""
    parser = argparse.ArgumentParser(
        prog="./user convert",
        description="Make transitions out of a bag of raw topics, through the environment's own code.",
        epilog="A bag of record:=raw needs no options and gives the live transitions again. Of any other bag say at "
        "least --task. docs/recording.md tells what differs then.",
    )
    parser.add_argument("raw", metavar="RAW", type=Path, help="a rosbag2 bag (.mcap or .db3), or one of its files")
    parser.add_argument("out", metavar="OUT", type=Path, help="folder of the transition log; it must not exist yet")
    parser.add_argument("--task", default="", help="a file of config/tasks, instead of what the bag says of itself")
    parser.add_argument("--robot", default="franka", help="with --task: a file of config/robots (default: %(default)s)")
    parser.add_argument("--policy", default="cnn", help="with --task: a file of config/policies (default: %(default)s)")
    parser.add_argument(
        "--config", action="append", default=[], type=Path, metavar="FILE", help="your own params file, read last"
    )
    parser.add_argument("--reward", help="judge of the steps: none, or of the registry (default: the task's)")
    parser.add_argument("--arm", help="namespace of the arm in the bag (default: the only one)")
    parser.add_argument(
        "--remap", action="append", default=[], metavar="THEIRS:=OURS", help="a topic's name in the bag, and here"
    )
    plain = parser.add_argument_group("bags without environment/step (or with --plain)")
    plain.add_argument("--plain", action="store_true", help="use the grid of ticks although the bag names its steps")
    plain.add_argument(
        "--episode-gap", type=float, default=1.0, metavar="S", help="silence that cuts an episode (default: 1 s)"
    )
    plain.add_argument(
        "--span",
        action="append",
        default=[],
        metavar="FROM:TO",
        help="an episode in seconds from the beginning; several may be given (default: by status, else the whole bag)",
    )
    plain.add_argument(
        "--outcome", choices=_OUTCOMES, default=_OUTCOMES[0], help="how episodes end that the reward does not end"
    )
    given = parser.parse_args(arguments)
    given.remap = dict(_pair(text, ":=", key="--remap", allowed="THEIRS:=OURS") for text in given.remap)
    given.span = tuple(_span(text) for text in given.span)
    if given.reward is not None and given.reward != "none":
        REWARDS.resolve(given.reward)
    return given


def _span(text: str) -> tuple[float, float]:
    allowed = "FROM:TO in seconds, FROM before TO"
    first, last = _pair(text, ":", key="--span", allowed=allowed)
    try:
        span = (float(first), float(last))
    except ValueError as error:
        raise _refusal("--span", text, allowed) from error
    if not 0 <= span[0] < span[1]:
        raise _refusal("--span", text, allowed)
    return span


def _pair(text: str, separator: str, *, key: str, allowed: str) -> tuple[str, str]:
    first, found, last = text.partition(separator)
    if not (found and first and last):
        raise _refusal(key, text, allowed)
    return first, last


def _refusal(key: str, value: str, allowed: str) -> ConfigurationError:
    return ConfigurationError(key=key, value=value, allowed=allowed, where="the command line of convert")
