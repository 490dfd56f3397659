"""Frames of episodes in one file come back one by one, from the right place."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("av", reason="./user build role:=all installs it")

from user_bringup.dataset.layout import video_file
from user_bringup.dataset.video import VideoSpan, VideoWriter, video_frames
from user_core.errors import ConfigurationError
from user_core.types import ImageArray

LENGTHS = (5, 4)


def picture(number: int) -> ImageArray:
    """Return (32, 48, 3), all of one grey that says its number."""
    return np.full((32, 48, 3), 20 * number, np.uint8)


@pytest.fixture(params=[10.0, 7.5])
def written(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Path, float, list[VideoSpan]]:
    """The file, its rate, and where the episodes lie in it."""
    writer = VideoWriter(folder=tmp_path, key="wrist", rate_hz=request.param)
    spans = []
    for episode, length in enumerate(LENGTHS):
        for step in range(length):
            writer.add(picture(sum(LENGTHS[:episode]) + step))
        spans.append(writer.end_episode())
    writer.close()
    return tmp_path / video_file("wrist", 0), request.param, spans


def test_the_second_episode_begins_where_the_first_ends(written: tuple[Path, float, list[VideoSpan]]) -> None:
    _, rate_hz, (first, second) = written
    assert (first.from_s, second.file) == (0.0, 0)
    assert first.to_s == second.from_s == pytest.approx(5 / rate_hz)
    assert second.to_s == pytest.approx(9 / rate_hz)


@pytest.mark.parametrize("episode", [0, 1])
def test_each_episode_has_its_own_frames(written: tuple[Path, float, list[VideoSpan]], episode: int) -> None:
    path, rate_hz, spans = written
    found = list(video_frames(path, from_s=spans[episode].from_s, rate_hz=rate_hz, count=LENGTHS[episode]))
    greys = [round(float(image.mean()) / 20) for image in found]
    assert greys == [sum(LENGTHS[:episode]) + step for step in range(LENGTHS[episode])]
    assert {image.shape for image in found} == {(32, 48, 3)}


def test_missing_frames_are_an_error(written: tuple[Path, float, list[VideoSpan]]) -> None:
    path, rate_hz, spans = written
    with pytest.raises(ConfigurationError, match="4 frames from"):
        list(video_frames(path, from_s=spans[1].from_s, rate_hz=rate_hz, count=5))


def test_a_file_that_is_no_video_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file.mp4").write_text("a letter")
    with pytest.raises(ConfigurationError, match="a video with the frames of its episode"):
        next(video_frames(tmp_path / "file.mp4", from_s=0.0, rate_hz=10.0, count=1))
