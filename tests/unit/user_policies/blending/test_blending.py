"""How a chunk follows the one before."""

from __future__ import annotations

import numpy as np
import pytest

from user_core.errors import UnknownNameError
from user_core.types import ChunkPrefix, StateArray
from user_policies.blending.fading import old_share
from user_policies.blending.registry import BLENDERS, make_blender

H, A = 8, 3
RANDOM = np.random.default_rng(5)


def smooth(level: float) -> StateArray:
    """A chunk that moves by 0.05 a step, far from those of other levels."""
    return np.stack([np.full(A, level + 0.05 * step, np.float32) for step in range(H)])


def largest_jump(actions: StateArray) -> float:
    return float(np.abs(np.diff(actions, axis=0)).max())


@pytest.mark.parametrize("name", BLENDERS.names)
class TestBlender:
    def test_leaves_its_arguments_alone_and_keeps_the_shape(self, name: str) -> None:
        new, old = smooth(0.3), smooth(-0.3)
        blended = make_blender(name).blend(new, prefix=ChunkPrefix(values=old[3:], frozen=2))
        assert blended.shape == (H, A) and blended.dtype == np.float32
        np.testing.assert_array_equal(new, smooth(0.3))
        np.testing.assert_array_equal(old, smooth(-0.3))

    def test_what_is_behind_the_overlap_is_the_new_chunk(self, name: str) -> None:
        blended = make_blender(name).blend(smooth(0.3), prefix=ChunkPrefix(values=smooth(0.0)[3:], frozen=2))
        np.testing.assert_array_equal(blended[H - 3 :], smooth(0.3)[H - 3 :])

    @pytest.mark.parametrize(("overlap", "frozen"), [(1, 0), (1, 1), (H, 0), (H, H), (H + 4, 2), (2, 5)])
    def test_every_overlap_is_joined(self, name: str, overlap: int, frozen: int) -> None:
        old = RANDOM.uniform(-1, 1, (overlap, A)).astype(np.float32)
        blended = make_blender(name).blend(smooth(0.3), prefix=ChunkPrefix(values=old, frozen=frozen))
        assert np.all(np.isfinite(blended)) and np.all(np.abs(blended) <= 1)


def test_none_takes_the_new_chunk_as_it_is() -> None:
    blended = make_blender("none").blend(smooth(0.3), prefix=ChunkPrefix(values=smooth(0.0), frozen=2))
    np.testing.assert_array_equal(blended, smooth(0.3))


@pytest.mark.parametrize("name", ["ensembling", "real_time"])
def test_frozen_steps_are_those_of_the_old_chunk(name: str) -> None:
    old = smooth(-0.5)[2:]
    blended = make_blender(name).blend(smooth(0.3), prefix=ChunkPrefix(values=old, frozen=3))
    np.testing.assert_array_equal(blended[:3], old[:3])


@pytest.mark.parametrize(
    ("overlap", "frozen", "expected"),
    [(3, 0, [0.853553, 0.5, 0.146447]), (4, 2, [1, 1, 0.75, 0.25]), (2, 2, [1, 1]), (1, 0, [0.5]), (2, 5, [1, 1])],
)
def test_the_old_chunks_share_falls_along_a_cosine(overlap: int, frozen: int, expected: list[float]) -> None:
    np.testing.assert_allclose(old_share(overlap=overlap, frozen=frozen), expected, atol=1e-6)


def test_ensembling_of_equal_chunks_changes_nothing() -> None:
    chunk = smooth(0.1)
    blended = make_blender("ensembling").blend(chunk, prefix=ChunkPrefix(values=chunk, frozen=2))
    np.testing.assert_allclose(blended, chunk, atol=1e-7)


def test_ensembling_spreads_a_jump_over_the_overlap() -> None:
    old, new = smooth(-0.3), smooth(0.3)
    executed_before = old[:3]  # the new chunk's first step is the fourth of the old one, two are frozen
    prefix = ChunkPrefix(values=old[3:], frozen=2)
    replaced = make_blender("none").blend(new, prefix=prefix)
    blended = make_blender("ensembling").blend(new, prefix=prefix)
    jumps = [largest_jump(np.concatenate([executed_before, old[3:5], one[2:]])) for one in (replaced, blended)]
    assert jumps[0] > 0.4
    assert jumps[1] < 0.6 * (np.pi / 2) / 4 + 0.05  # the cosine's steepest quarter, and the chunks' own pace


def test_an_unknown_way_names_those_there_are() -> None:
    with pytest.raises(UnknownNameError, match="ensembling, none, real_time"):
        make_blender("average")
