"""The terminal: keys as they are pressed, live lines at the bottom, and everything as it was at the end."""

from __future__ import annotations

import contextlib
import os
import select
import shutil
import sys
import termios
from types import TracebackType
from typing import Any, Self, TextIO

from user_core.errors import UserRosError

_READ_BYTES = 1024
_INPUT_FLAGS, _LOCAL_FLAGS, _CHARACTERS = 0, 3, 6
_ERASE_LINE = "\r\x1b[K"
_ERASE_LINE_ABOVE = "\x1b[A\x1b[2K"


class TerminalError(UserRosError):
    """There is no terminal, or it has gone."""


class Terminal:
    """Hands over each key at once, unseen, for as long as the block runs.

    Ctrl-C still sends SIGINT. The keys that suspend and quit do nothing, since they would leave the shell with a
    terminal that shows no keys, and Ctrl-S does not stop the output, on which the console would then wait.

    Args:
        keys: File descriptor of the keyboard.
        output: Where lines go.
    """

    def __init__(self, *, keys: int = 0, output: TextIO = sys.stdout) -> None:
        self._keys = keys
        self._output = output
        self._saved: list[Any] | None = None
        self._live: tuple[str, ...] = ()

    def __enter__(self) -> Self:
        """Begin; raises TerminalError without a terminal."""
        try:
            self._saved = termios.tcgetattr(self._keys)
            mode = termios.tcgetattr(self._keys)
        except termios.error:
            raise TerminalError(
                "standard input is no terminal: run operator_console by itself in a terminal (over SSH: ssh -t), "
                "not in a pipe, in the background or from a launch file"
            ) from None
        mode[_INPUT_FLAGS] &= ~termios.IXON
        mode[_LOCAL_FLAGS] &= ~(termios.ICANON | termios.ECHO)
        mode[_CHARACTERS][termios.VMIN], mode[_CHARACTERS][termios.VTIME] = 1, 0
        for character in (termios.VSUSP, termios.VQUIT):
            mode[_CHARACTERS][character] = b"\x00"
        termios.tcsetattr(self._keys, termios.TCSADRAIN, mode)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Give the terminal back as it was; keys that nobody has read are dropped, so that no shell gets them."""
        if self._saved is not None:
            with contextlib.suppress(termios.error):
                termios.tcsetattr(self._keys, termios.TCSAFLUSH, self._saved)
        if self._live:
            self._write("\n")
        self._saved, self._live = None, ()

    def read(self) -> bytes:
        """Return what has been pressed since the last call; never waits. Raises TerminalError when it is closed."""
        try:
            if not select.select([self._keys], [], [], 0.0)[0]:
                return b""
            received = os.read(self._keys, _READ_BYTES)
        except OSError:
            received = b""
        if not received:
            raise TerminalError("the terminal has been closed")
        return received

    @property
    def width(self) -> int:
        """Columns."""
        return shutil.get_terminal_size().columns

    @property
    def height(self) -> int:
        """Rows."""
        return shutil.get_terminal_size().lines

    def say(self, text: str) -> None:
        """Write a line that stays, above the live ones."""
        self._write(f"{self._erasure()}{text}\n{self._text()}")

    def show(self, *lines: str) -> None:
        """Replace the live lines at the bottom."""
        if lines != self._live:
            erasure, self._live = self._erasure(), lines
            self._write(erasure + self._text())

    def _erasure(self) -> str:
        return _ERASE_LINE + _ERASE_LINE_ABOVE * (len(self._live) - 1)

    def _text(self) -> str:
        return "\n".join(self._live)

    def _write(self, text: str) -> None:
        with contextlib.suppress(OSError):  # a terminal that has gone; `read` says so
            self._output.write(text)
            self._output.flush()
