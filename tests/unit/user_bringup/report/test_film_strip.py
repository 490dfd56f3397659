from __future__ import annotations

import dataclasses
import io

import numpy as np
from PIL import Image

from tests.support.learning_records import make_episode, small_spec
from user_bringup.report.film_strip import FRAMES, film_strip
from user_core.types import Transition


def grey_episode(length: int, *, cameras: int = 1) -> list[Transition]:
    """Frames whose grey value is twice their step."""
    records = make_episode(small_spec(cameras=cameras), length=length)
    return [
        dataclasses.replace(
            record,
            observation=dataclasses.replace(
                record.observation,
                images=tuple(np.full((16, 16, 3), 2 * record.observation.step, np.uint8) for _ in range(cameras)),
            ),
        )
        for record in records
    ]


def shades(png: bytes) -> list[int]:
    row = np.asarray(Image.open(io.BytesIO(png)))[50, :, 0]
    return list(dict.fromkeys(int(value) for value in row if value != 255))


def test_frames_are_in_order_from_the_first_to_the_last() -> None:
    png = film_strip(list(reversed(grey_episode(100))))
    assert png is not None
    shown = shades(png)
    assert (len(shown), shown[0], shown[-1]) == (FRAMES, 0, 200)
    assert shown == sorted(shown)


def test_a_short_episode_shows_each_frame_once() -> None:
    png = film_strip(grey_episode(2))
    assert png is not None
    assert shades(png) == [0, 2, 4]


def test_each_camera_has_a_row() -> None:
    one, two = film_strip(grey_episode(5)), film_strip(grey_episode(5, cameras=2))
    assert one is not None
    assert two is not None
    assert Image.open(io.BytesIO(two)).height > 1.9 * Image.open(io.BytesIO(one)).height


def test_an_episode_without_images_has_no_strip() -> None:
    assert film_strip(make_episode(small_spec(cameras=0))) is None
    assert film_strip([]) is None
