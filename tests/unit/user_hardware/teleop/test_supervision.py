"""A person who watches: takes over when nothing moves on, lets go when it does, and not for ever."""

from __future__ import annotations

import numpy as np

from user_hardware.teleop.supervision import CorrectionConfig, Supervision

CONFIG = CorrectionConfig(enabled=True, patience_ticks=3, release_ticks=2, longest_ticks=6, progress_m=0.002)


def watched(ways_m: list[float], config: CorrectionConfig = CONFIG) -> list[bool]:
    supervision = Supervision(config=config)
    supervision.begin(seed=1)
    return [supervision.corrects(way_m) for way_m in ways_m]


def test_patience_is_counted_from_the_last_progress() -> None:
    assert watched([0.10, 0.09, 0.09, 0.09]) == [False] * 4
    assert watched([0.10, 0.09, 0.09, 0.09, 0.09])[-1]


def test_a_way_that_grows_much_is_not_waited_for() -> None:
    assert watched([0.10, 0.14]) == [False, True]
    assert watched([0.10, 0.12]) == [False, False]


def test_it_lets_go_after_progress_but_not_before_the_least_time() -> None:
    ways_m = [0.1, 0.1, 0.1, 0.1, 0.1, 0.09, 0.08, 0.08]
    assert watched(ways_m) == [False, False, False, True, True, True, False, False]


def test_it_lets_go_in_the_end_even_without_progress() -> None:
    acting = watched([0.1] * 12)
    assert acting == [False] * 3 + [True] * 7 + [False] * 2


def stints(ways_m: list[float]) -> list[int]:
    """Return how long each stint of the person was."""
    marks = "".join("#" if acting else " " for acting in watched(ways_m))
    return [len(stint) for stint in marks.split()]


def test_what_the_policy_undoes_is_done_for_longer_the_next_time() -> None:
    mended_and_undone = [0.1, 0.14, 0.14] + [0.12] * 2 + [0.14] * 3
    assert stints([*mended_and_undone, 0.18, *[0.18 - 0.01 * tick for tick in range(9)]]) == [3, 5]


def test_it_is_patient_again_once_the_policy_has_come_further() -> None:
    assert stints([0.1, 0.14, 0.14, 0.12, 0.12, 0.05, 0.09, 0.09, 0.08, 0.07, 0.06]) == [3, 3]


def test_only_the_stated_share_of_episodes_is_watched() -> None:
    supervision = Supervision(config=CorrectionConfig(enabled=True, share=0.3))
    watching = []
    for seed in range(400):
        supervision.begin(seed=seed)
        watching.append(supervision.watching)
    assert 0.22 < np.mean(watching) < 0.38


def test_nobody_watches_unless_asked_to() -> None:
    supervision = Supervision(config=CorrectionConfig())
    supervision.begin(seed=0)
    assert not any(supervision.corrects(0.1) for _ in range(50))
