from __future__ import annotations

import torch

from user_policies.processing.instruction_words import PADDING, word_numbers


def test_a_word_has_one_number_wherever_it_stands() -> None:
    first, second = word_numbers(["Put the duck in.", "the duck"], length=5, vocabulary=2048)
    assert first[1] == second[0] and first[2] == second[1]
    assert second[2:].tolist() == [PADDING] * 3


def test_numbers_are_the_same_in_every_process_and_fit_the_vocabulary() -> None:
    numbers = word_numbers(["insert the peg"], length=3, vocabulary=2048)
    assert numbers.tolist() == [[291, 328, 379]]
    many = word_numbers([" ".join(map(str, range(1000)))], length=1000, vocabulary=8)
    assert set(many.unique().tolist()) == set(range(1, 8))


def test_no_instruction_is_padding_and_a_long_one_is_cut() -> None:
    assert torch.equal(word_numbers([""], length=2, vocabulary=8), torch.tensor([[PADDING, PADDING]]))
    assert word_numbers(["one two three"], length=2, vocabulary=8).shape == (1, 2)
    assert word_numbers([], length=2, vocabulary=8).shape == (0, 2)
