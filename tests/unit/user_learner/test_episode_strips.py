from __future__ import annotations

from tests.support.learning_records import make_episode, small_spec
from user_core.types import ImageArray
from user_learner.episode_strips import EpisodeStrips

SPEC = small_spec(cameras=2)


def strips(every_episodes: int, episodes: int) -> list[ImageArray | None]:
    """The strip, or none, at the end of each episode."""
    maker = EpisodeStrips(every_episodes=every_episodes, frames=3)
    passed = [make_episode(SPEC, episode=f"e{index}", length=6) for index in range(episodes)]
    return [[maker.add(record) for record in records][-1] for records in passed]


def test_a_strip_shows_first_and_last_frame_of_all_cameras() -> None:
    records = make_episode(SPEC, length=6)
    maker = EpisodeStrips(every_episodes=1, frames=3)
    *before, strip = [maker.add(record) for record in records]
    assert before == [None] * 6
    assert strip is not None
    assert strip.shape == (32, 48, 3)
    first, last = records[0].observation, records[-1].observation
    assert (strip[:16, :16] == first.images[0]).all()
    assert (strip[16:, 32:] == last.images[1]).all()


def test_one_strip_per_so_many_episodes() -> None:
    assert [strip is not None for strip in strips(3, 7)] == [True, False, False, True, False, False, True]


def test_an_episode_that_was_never_closed_does_not_mix_with_the_next() -> None:
    maker = EpisodeStrips(every_episodes=1, frames=8)
    for record in make_episode(SPEC, episode="cut", length=6)[:3]:
        maker.add(record)
    strip = [maker.add(record) for record in make_episode(SPEC, episode="next", length=2)][-1]
    assert strip is not None
    assert strip.shape[1] == 3 * 16


def test_without_cameras_there_is_nothing_to_show() -> None:
    maker = EpisodeStrips(every_episodes=1)
    assert all(maker.add(record) is None for record in make_episode(small_spec(cameras=0)))
