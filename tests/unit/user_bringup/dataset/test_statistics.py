"""Statistics against hand-worked tables and against numpy."""

from __future__ import annotations

import numpy as np

from user_bringup.dataset.statistics import PixelCounts, vector_statistics


def test_statistics_of_a_small_table() -> None:
    found = vector_statistics(np.array([[0.0, 1.0], [1.0, 1.0], [2.0, 1.0], [3.0, 5.0]]))
    assert found["min"].tolist() == [0.0, 1.0] and found["max"].tolist() == [3.0, 5.0]
    assert found["mean"].tolist() == [1.5, 2.0] and found["count"].tolist() == [4]
    assert np.allclose(found["std"], [np.sqrt(1.25), np.sqrt(3)])
    assert np.allclose(found["q50"], [1.5, 1.0])


def test_an_answer_that_never_came_counts_as_absent() -> None:
    found = vector_statistics(np.array([[np.nan, np.nan], [0.5, np.nan], [1.5, np.nan]], np.float32))
    assert found["mean"].tolist() == [1.0, 0.0]
    assert all(np.isfinite(values).all() for values in found.values())


def test_flags_have_statistics_too() -> None:
    assert vector_statistics(np.array([[True], [False], [True], [True]]))["mean"].tolist() == [0.75]


def test_pixel_statistics_are_those_of_all_pixels_at_once() -> None:
    images = np.random.default_rng(1).integers(0, 256, (5, 8, 6, 3), dtype=np.uint8)
    counts, first = PixelCounts(), PixelCounts()
    for image in images[:2]:
        first.add(image)
    counts.merge(first)
    for image in images[2:]:
        counts.add(image)
    found = counts.statistics()
    pixels = images.reshape(-1, 3) / 255
    assert found["mean"].shape == (3, 1, 1) and found["count"].tolist() == [5]
    assert np.allclose(found["mean"].ravel(), pixels.mean(axis=0))
    assert np.allclose(found["std"].ravel(), pixels.std(axis=0))
    assert np.allclose(found["min"].ravel(), pixels.min(axis=0))
    assert np.allclose(found["max"].ravel(), pixels.max(axis=0))
    assert np.allclose(found["q10"].ravel(), np.quantile(pixels, 0.1, axis=0, method="inverted_cdf"))
    assert np.allclose(found["q99"].ravel(), np.quantile(pixels, 0.99, axis=0, method="inverted_cdf"))
