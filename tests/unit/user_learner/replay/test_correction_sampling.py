"""Rows of demonstrations and of corrections."""

from __future__ import annotations

import numpy as np
import pytest

from tests.support.learning_records import make_episode, small_spec
from user_core.types import Mode
from user_learner.replay.config import MemoryConfig
from user_learner.replay.memory import SamplingMemory
from user_learner.replay.sampling import CorrectionSampling

SPEC = small_spec(cameras=0)


def memory_with(*, demonstrations: int = 0, corrected: int = 0, spoiled: int = 0) -> SamplingMemory:
    memory = SamplingMemory(spec=SPEC, config=MemoryConfig())
    for number in range(demonstrations):
        for record in make_episode(SPEC, episode=f"shown-{number}", length=6, mode=Mode.COLLECT):
            memory.add(record)
    for number in range(corrected):
        for record in make_episode(SPEC, episode=f"corrected-{number}", length=8, human_steps=(0, 4, 5)):
            memory.add(record)
    for number in range(spoiled):
        records = make_episode(SPEC, episode=f"bad-{number}", length=8, human_steps=(2,), outcome="failure")
        for record in records:
            memory.add(record)
    return memory


def drawn(memory: SamplingMemory, *, share: float = 0.0, count: int = 3000):  # noqa: ANN201 - DrawnRows
    rule = CorrectionSampling(demonstration_share=share)
    assert rule.ready(memory)
    return rule.draw(memory, batch_size=count, generator=np.random.default_rng(0))


def test_every_step_of_a_person_on_the_way_to_a_success_is_drawn_and_no_other() -> None:
    found = drawn(memory_with(corrected=2, spoiled=2))
    assert sorted(set(found.rows.tolist())) == [0, 4, 5, 9, 13, 14]
    assert not found.is_demonstration.any()


@pytest.mark.parametrize(("share", "expected"), [(0.0, 12 / (12 + 9)), (0.25, 12 / (12 + 9)), (0.75, 0.75), (1.0, 1.0)])
def test_demonstrations_have_at_least_the_share_that_is_asked_for(share: float, expected: float) -> None:
    memory = memory_with(demonstrations=2, corrected=3)
    found = drawn(memory, share=share)
    assert found.is_demonstration.mean() == pytest.approx(expected, abs=0.03)
    assert set(found.rows[found.is_demonstration]) <= set(memory.imitation.shown)


def test_what_there_is_none_of_leaves_its_share_to_the_other() -> None:
    assert drawn(memory_with(demonstrations=1), share=0.5).is_demonstration.all()
    assert not drawn(memory_with(corrected=1), share=1.0).is_demonstration.any()


def test_nothing_is_drawn_from_practice_without_a_correction() -> None:
    assert not CorrectionSampling(demonstration_share=0.0).ready(memory_with(spoiled=3))
