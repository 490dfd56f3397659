"""A person's word as a reward."""

from __future__ import annotations

import pytest

from user_core.types import RewardSignal
from user_hardware.rewards.human import marked


@pytest.mark.parametrize("success", [True, False])
def test_a_persons_word_replaces_the_reward_and_keeps_the_stage(success: bool) -> None:
    signal = RewardSignal(reward=-0.3, success=not success, stage=2, source="dense", failure=success)
    assert marked(signal, success=success) == RewardSignal(
        reward=float(success), success=success, stage=2, source="human", failure=not success
    )
