from __future__ import annotations

import pytest

from user_bringup.evaluation.wilson import SuccessRate

# Newcombe, Statistics in Medicine 17 (1998), table I, method 3 (score, no continuity correction), and two by hand.
KNOWN = [
    (81, 263, 0.2553, 0.3662),
    (15, 148, 0.0624, 0.1605),
    (0, 20, 0.0000, 0.1611),
    (1, 29, 0.0061, 0.1718),
    (20, 20, 0.8389, 1.0),
    (90, 100, 0.8256, 0.9448),
]


@pytest.mark.parametrize(("successes", "episodes", "low", "high"), KNOWN)
def test_interval_equals_published_values(successes: int, episodes: int, low: float, high: float) -> None:
    assert SuccessRate(episodes=episodes, successes=successes).wilson() == pytest.approx((low, high), abs=5e-5)


def test_no_episodes_say_nothing() -> None:
    rate = SuccessRate(episodes=0, successes=0)
    assert rate.rate == 0.0
    assert rate.wilson() == (0.0, 1.0)


@pytest.mark.parametrize("successes", range(11))
def test_interval_holds_the_rate(successes: int) -> None:
    rate = SuccessRate(episodes=10, successes=successes)
    low, high = rate.wilson()
    assert 0.0 <= low <= rate.rate <= high <= 1.0
