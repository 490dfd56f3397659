"""The bound of a gapless set is what counting would say, whatever the order."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from user_learner.replay.gapless import GaplessSet


@given(st.lists(st.integers(0, 30)))
def test_bound_and_content_are_those_of_a_plain_set(numbers: list[int]) -> None:
    gapless, plain = GaplessSet(), set[int]()
    for number in numbers:
        gapless.add(number)
        plain.add(number)
        assert {n for n in range(32) if n in gapless} == plain
        assert gapless.highest_without_gap == next(n for n in range(32) if n not in plain) - 1
        assert len(gapless) == len(plain)
