"""The live line and the plain lines that tell a person how a run goes."""

from __future__ import annotations

import contextlib
import shutil
import sys
from pathlib import Path
from typing import TextIO

from user_bringup.evaluation.episode_table import EpisodeTable
from user_bringup.evaluation.run_counters import RunCounters
from user_bringup.evaluation.session import Session
from user_core.types import Mode, Outcome

_RECENT_EPISODES = 20
_PRETRAINING = "pretraining"
"""What the learner says meanwhile tells why the robot waits."""


def compose_line(*, session: Session, counters: RunCounters, episodes: EpisodeTable, steps_per_s: float) -> str:
    """Return one line: wall time, phase, steps, learner, recent success, prompt."""
    minutes, seconds = divmod(int(counters.wall_s), 60)
    parts = [f"{minutes:02d}:{seconds:02d}", session.phase.value]
    partial = session.partial_rate
    if partial is not None:
        rate, seeds = partial
        parts[-1] += f" {rate.episodes}/{seeds}, {rate.successes} successes"
    if counters.training_steps:
        parts.append(f"{counters.training_steps} steps ({steps_per_s:.0f}/s)")
    if counters.updates:
        parts.append(f"{counters.updates} updates")
    recent = episodes.of_mode(Mode.TRAIN)[-_RECENT_EPISODES:]
    if recent:
        successes = sum(row.outcome == Outcome.SUCCESS for row in recent)
        parts.append(f"practice {successes}/{len(recent)}")
    if counters.learner_state not in ("", "training"):
        parts.append(f"learner {counters.learner_state}: {counters.learner_detail}".rstrip(": "))
    if counters.robot_state and counters.learner_state != _PRETRAINING:
        parts.append(counters.robot_state)
    if counters.replay_error:
        parts.append(f"REPLAY: {counters.replay_error}")
    return " | ".join(parts)


class ProgressLines:
    """Writes a line that changes in place on a terminal, and plain lines elsewhere.

    Args:
        log_file: Gets every plain line.
        terminal: Device for the live line; "" takes standard output when that is a terminal.
        period_s: Seconds between plain lines.
    """

    def __init__(self, *, log_file: Path, terminal: str, period_s: float) -> None:
        log_file.parent.mkdir(parents=True, exist_ok=True)
        self._log = log_file.open("a", encoding="utf-8", buffering=1)
        self._period_s = period_s
        self._next_plain_s = 0.0
        self._live: TextIO | None = None
        if terminal:
            with contextlib.suppress(OSError):  # a terminal that was closed since: plain lines do as well
                self._live = Path(terminal).open("w", encoding="utf-8")
        elif sys.stdout.isatty():
            self._live = sys.stdout

    def show(self, line: str, *, now_s: float) -> None:
        """Show the state of things; the cursor is left at the line's begin, so that other output overwrites it."""
        if self._live is not None:
            width = shutil.get_terminal_size().columns
            self._write_live(f"\r{line[: width - 1]}\x1b[K\r")
        if now_s >= self._next_plain_s:
            self._next_plain_s = now_s + self._period_s
            self._plain(line)

    def say(self, line: str) -> None:
        """Write a line that stays: an event."""
        self._write_live(f"\r{line}\x1b[K\n")
        self._plain(line)

    def close(self) -> None:
        """Close the log file; end the live line."""
        self._write_live("\n")
        if self._live is not None and self._live is not sys.stdout:
            self._live.close()
        with contextlib.suppress(OSError):
            self._log.close()

    def _write_live(self, text: str) -> None:
        if self._live is None:
            return
        try:
            self._live.write(text)
            self._live.flush()
        except OSError:  # the terminal is gone, the run goes on
            self._live = None

    def _plain(self, line: str) -> None:
        with contextlib.suppress(OSError):  # a full disk is said by those whose files must not be lost
            self._log.write(line + "\n")
        if self._live is None:
            print(line, flush=True)
