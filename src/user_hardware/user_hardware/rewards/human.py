"""A person's word on the step just made."""

from __future__ import annotations

from dataclasses import replace

from user_core.types import RewardSignal


def marked(signal: RewardSignal, *, success: bool) -> RewardSignal:
    """Return the signal of a step that a person calls the end: reward 1 on success, 0 on failure; the stage stays."""
    return replace(signal, reward=float(success), success=success, failure=not success, source="human")
