"""Images as characters: the colours are those of the pixels, and the size is what fits."""

from __future__ import annotations

import re

import numpy as np
import pytest

from user_hardware.console.picture import picture_lines

CELL = re.compile(r"\x1b\[38;2;(\d+);(\d+);(\d+);48;2;(\d+);(\d+);(\d+)m\u2580")


def cells(line: str) -> list[tuple[int, ...]]:
    return [tuple(int(value) for value in match.groups()) for match in CELL.finditer(line)]


def test_each_character_is_two_pixels() -> None:
    image = np.arange(4 * 2 * 3, dtype=np.uint8).reshape(4, 2, 3)
    lines = picture_lines([image], columns=80, rows=40)
    assert len(lines) == 2
    assert cells(lines[0]) == [(*image[0, column], *image[1, column]) for column in range(2)]
    assert cells(lines[1]) == [(*image[2, column], *image[3, column]) for column in range(2)]


@pytest.mark.parametrize(("columns", "rows"), [(200, 50), (129, 32), (100, 50), (80, 15), (40, 8)])
def test_two_pictures_fit_side_by_side(columns: int, rows: int) -> None:
    images = [np.full((64, 64, 3), value, np.uint8) for value in (10, 200)]
    lines = picture_lines(images, columns=columns, rows=rows)
    assert 0 < len(lines) <= rows
    for line in lines:
        colours = cells(line)
        assert len(colours) + 1 <= columns
        assert colours[0][0] == 10 and colours[-1][0] == 200


def test_where_nothing_fits_nothing_is_drawn() -> None:
    assert picture_lines([np.zeros((64, 64, 3), np.uint8)], columns=1, rows=0) == []
    assert picture_lines([], columns=80, rows=20) == []
