from __future__ import annotations

import numpy as np
import pytest

from user_bringup.report.frame_sampler import Frame, FrameSampler

IMAGE = np.zeros((4, 4, 3), np.uint8)


def sampled(length: int, *, count: int = 10) -> list[int]:
    sampler = FrameSampler(count=count)
    for step in range(length):
        sampler.add(Frame(step=step, images=(IMAGE,)))
        assert len(sampler._kept) <= 2 * count + 1
    return [frame.step for frame in sampler.chosen()]


@pytest.mark.parametrize("length", [11, 20, 21, 57, 101, 1000])
def test_frames_are_evenly_spaced_from_the_first_to_the_last(length: int) -> None:
    steps = sampled(length)
    assert (len(steps), steps[0], steps[-1]) == (10, 0, length - 1)
    gaps = np.diff(steps)
    assert gaps.max() <= 2 * length / 10


def test_a_short_episode_gives_every_frame() -> None:
    assert sampled(4) == [0, 1, 2, 3]
    assert sampled(1) == [0]
    assert sampled(0) == []


def test_frames_without_images_are_none() -> None:
    sampler = FrameSampler(count=10)
    sampler.add(Frame(step=0, images=()))
    assert sampler.chosen() == []
