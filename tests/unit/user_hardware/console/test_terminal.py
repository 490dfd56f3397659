"""A real pseudo-terminal: keys at once, and everything as it was at the end."""

from __future__ import annotations

import io
import os
import pty
import select
import termios
from collections.abc import Iterator

import pytest

from tests.support.wait import wait_for
from user_hardware.console.terminal import Terminal, TerminalError


@pytest.fixture
def ends() -> Iterator[tuple[int, int]]:
    """The person's end and the console's."""
    person, console = pty.openpty()
    yield person, console
    for end in (person, console):
        try:
            os.close(end)
        except OSError:
            continue


def test_keys_come_at_once_unseen_and_the_terminal_is_given_back(ends: tuple[int, int]) -> None:
    person, console = ends
    before = termios.tcgetattr(console)
    with Terminal(keys=console, output=io.StringIO()) as terminal:
        assert terminal.read() == b""
        os.write(person, b"w")
        wait_for(lambda: terminal.read() == b"w", 5.0)
        flags = termios.tcgetattr(console)[3]
        assert not flags & (termios.ECHO | termios.ICANON) and flags & termios.ISIG
    assert termios.tcgetattr(console) == before


def test_the_terminal_is_given_back_after_an_error_and_unread_keys_reach_no_shell(ends: tuple[int, int]) -> None:
    person, console = ends
    before = termios.tcgetattr(console)
    with pytest.raises(KeyboardInterrupt), Terminal(keys=console, output=io.StringIO()) as terminal:
        os.write(person, b"rm\n")
        wait_for(lambda: select.select([console], [], [], 0.0)[0], 5.0)
        raise KeyboardInterrupt
    assert termios.tcgetattr(console) == before
    with Terminal(keys=console, output=io.StringIO()) as terminal:
        assert terminal.read() == b""


@pytest.mark.parametrize("character", [termios.VSUSP, termios.VQUIT])
def test_no_key_leaves_the_console_without_giving_the_terminal_back(ends: tuple[int, int], character: int) -> None:
    _, console = ends
    with Terminal(keys=console, output=io.StringIO()):
        mode = termios.tcgetattr(console)
        assert mode[6][character] == b"\x00" and not mode[0] & termios.IXON


def test_a_pipe_is_no_terminal_and_the_error_says_what_to_do() -> None:
    reading, writing = os.pipe()
    with pytest.raises(TerminalError, match="ssh -t"), Terminal(keys=reading):
        pass
    os.close(reading)
    os.close(writing)


def test_a_terminal_that_was_closed_is_an_error_of_its_own(ends: tuple[int, int]) -> None:
    person, console = ends
    with pytest.raises(TerminalError, match="closed"), Terminal(keys=console, output=io.StringIO()) as terminal:
        os.close(person)
        terminal.read()


def test_lines_that_stay_are_written_above_the_live_one(ends: tuple[int, int]) -> None:
    output = io.StringIO()
    with Terminal(keys=ends[1], output=output) as terminal:
        terminal.show("AUTONOMOUS")
        terminal.show("AUTONOMOUS")
        terminal.say("held")
    assert output.getvalue() == "\r\x1b[KAUTONOMOUS\r\x1b[Kheld\nAUTONOMOUS\n"


def test_several_live_lines_are_replaced_together(ends: tuple[int, int]) -> None:
    output = io.StringIO()
    with Terminal(keys=ends[1], output=output) as terminal:
        terminal.show("sky", "grass", "AUTONOMOUS")
        output.truncate(0)
        output.seek(0)
        terminal.show("AUTONOMOUS")
    assert output.getvalue() == "\r\x1b[K" + "\x1b[A\x1b[2K" * 2 + "AUTONOMOUS\n"
