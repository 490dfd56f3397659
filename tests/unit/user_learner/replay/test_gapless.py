from user_learner.replay.gapless import GaplessSet


def test_empty_set_has_nothing_without_gap():
    assert GaplessSet().highest_without_gap == -1


def test_gap_holds_the_bound_until_it_is_filled():
    numbers = GaplessSet()
    bounds = []
    for number in (1, 2, 0, 4, 3):
        numbers.add(number)
        bounds.append(numbers.highest_without_gap)
    assert bounds == [-1, -1, 2, 2, 4]


def test_numbers_beyond_a_gap_are_known():
    numbers = GaplessSet()
    numbers.add(5)
    assert 5 in numbers
    assert 4 not in numbers
    assert len(numbers) == 1


def test_adding_twice_changes_nothing():
    numbers = GaplessSet()
    for number in (0, 0, 2, 2):
        numbers.add(number)
    assert (numbers.highest_without_gap, len(numbers)) == (0, 2)
