"""Bytes of a terminal, and what they are for."""

from __future__ import annotations

import pytest

from user_hardware.console.keys import HELP, KEYS, Ask, ChangeSpeed, KeyDecoder, Mark, Move, is_paste


@pytest.mark.parametrize(
    ("received", "axis", "sign"),
    [
        (b"w", 0, 1),
        (b"\x1b[A", 0, 1),
        (b"\x1b[B", 0, -1),
        (b"\x1bOD", 1, 1),
        (b"\x1b[C", 1, -1),
        (b"\x1b[5~", 2, 1),
        (b"\x1b[6~", 2, -1),
        (b"u", 5, 1),
    ],
    ids=["w", "up", "down", "left", "right", "page up", "page down", "u"],
)
def test_a_key_pushes_along_its_axis(received: bytes, axis: int, sign: int) -> None:
    (key,) = KeyDecoder().feed(received)
    assert KEYS[key] == Move(axis=axis, sign=sign)


def test_each_axis_has_both_directions() -> None:
    moves = {(intent.axis, intent.sign) for intent in KEYS.values() if isinstance(intent, Move)}
    assert moves == {(axis, sign) for axis in range(6) for sign in (1.0, -1.0)}


def test_marks_and_requests_have_keys() -> None:
    assert (KEYS["1"], KEYS["0"]) == (Mark(success=True), Mark(success=False))
    assert {intent.service for intent in KEYS.values() if isinstance(intent, Ask)} == {"hold", "resume", "reset_done"}
    speeds = [intent for intent in KEYS.values() if isinstance(intent, ChangeSpeed)]
    assert {speed.factor > 1 for speed in speeds} == {True, False}


def test_the_help_names_every_key_that_can_be_written() -> None:
    listed = " ".join(HELP)
    for key in KEYS:
        if key.isprintable() and key not in " _=":
            assert f" {key} " in listed, key


def test_a_sequence_in_two_parts_is_one_key_and_no_letters() -> None:
    decoder = KeyDecoder()
    assert decoder.feed(b"\x1b[") == []
    assert decoder.feed(b"A") == ["\x1b[A"]


def test_an_unknown_sequence_presses_none_of_its_letters() -> None:
    assert KeyDecoder().feed(b"\x1b[1;5Cw") == ["\x1b[1;5C", "w"]


def test_escape_alone_does_not_swallow_the_next_key() -> None:
    decoder = KeyDecoder()
    assert decoder.feed(b"\x1b") == []
    assert "w" in decoder.feed(b"w")


def test_what_is_no_text_is_passed_over() -> None:
    assert KeyDecoder().feed(b"\xff\xfew") == ["w"]


def test_repetitions_that_come_together_are_one_press() -> None:
    keys = KeyDecoder().feed(b"w" * 60)
    assert keys == ["w"] and not is_paste(keys)


def test_pasted_text_is_no_hand() -> None:
    assert is_paste(KeyDecoder().feed(b"rm -rf 01"))
