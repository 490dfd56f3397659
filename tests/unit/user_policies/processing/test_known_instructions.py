from __future__ import annotations

from user_policies.processing.known_instructions import KnownInstructions


def test_knows_what_was_added_and_nothing_else() -> None:
    known = KnownInstructions()
    assert "" not in known.sentences()
    for text in ("place the duck", "inserta la clavija ñ", "place the duck", ""):
        known.add(text)
    assert known.sentences() == ["place the duck", "inserta la clavija ñ"]
    assert "place the duck" in known
    assert "place the" not in known


def test_travels_with_the_weights() -> None:
    sender, receiver = KnownInstructions(), KnownInstructions()
    sender.add("place the duck")
    receiver.load_state_dict(sender.state_dict())
    assert "place the duck" in receiver


def test_is_full_without_losing_what_it_has() -> None:
    known = KnownInstructions()
    for number in range(100):
        known.add(f"task {number}")
    assert len(known.sentences()) == 64
    assert "task 0" in known
    assert "task 99" not in known


def test_a_sentence_longer_than_its_row_is_known_by_its_beginning() -> None:
    known = KnownInstructions()
    known.add("word " * 100)
    assert "word " * 100 in known
