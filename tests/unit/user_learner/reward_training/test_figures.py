"""Figures of a classifier against hand-worked tables."""

from __future__ import annotations

import numpy as np
import pytest

from user_learner.reward_training.figures import LEAST_THRESHOLD, area_under_roc, choose_threshold, measure, roc

SCORES = np.array([0.9, 0.8, 0.7, 0.6, 0.2, 0.1])
TRUTH = np.array([True, False, True, True, False, False])


def test_precision_recall_and_false_positives_at_a_threshold() -> None:
    figures = measure(SCORES, TRUTH, threshold=0.65)
    assert (figures.found, figures.fooled, figures.positives, figures.negatives) == (2, 1, 3, 3)
    assert figures.precision == pytest.approx(2 / 3)
    assert figures.recall == pytest.approx(2 / 3)
    assert figures.false_positive_rate == pytest.approx(1 / 3)


def test_the_area_counts_pairs_in_the_right_order_and_ties_half() -> None:
    assert area_under_roc(SCORES, TRUTH) == pytest.approx(7 / 9)
    assert area_under_roc(np.array([0.5, 0.5]), np.array([True, False])) == 0.5


@pytest.mark.parametrize("rate", [0.0, 0.01, 0.05, 0.2])
def test_no_larger_share_of_the_negatives_is_fooled_than_was_asked_for(rate: float) -> None:
    generator = np.random.default_rng(0)
    scores, truth = generator.uniform(0.4, 1.0, 500), generator.random(500) < 0.3
    threshold = choose_threshold(scores, truth, false_positive_rate=rate, recall=0.95)
    assert measure(scores, truth, threshold=threshold).false_positive_rate <= rate
    assert threshold >= LEAST_THRESHOLD


def test_where_many_thresholds_do_the_strictest_that_finds_enough_is_taken() -> None:
    scores, truth = np.array([0.01, 0.8, 0.9, 0.95, 0.99]), np.array([False, True, True, True, True])
    assert choose_threshold(scores, truth, false_positive_rate=0.01, recall=1.0) == 0.8
    assert choose_threshold(scores, truth, false_positive_rate=0.01, recall=0.75) == 0.9


def test_successes_that_hardly_show_do_not_make_a_threshold_that_believes_anything() -> None:
    scores, truth = np.array([0.01, 0.1]), np.array([False, True])
    assert choose_threshold(scores, truth, false_positive_rate=0.01, recall=0.95) == LEAST_THRESHOLD


def test_the_curve_begins_at_nothing_and_ends_at_everything() -> None:
    fooled, found = roc(SCORES, TRUTH)
    assert (fooled[0], found[0], fooled[-1], found[-1]) == (0.0, 0.0, 1.0, 1.0)
    assert found[1] == pytest.approx(1 / 3)
