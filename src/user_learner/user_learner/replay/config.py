"""What can be set about the sampling memory."""

from __future__ import annotations

from dataclasses import dataclass

from user_core.configuration import parameter


@dataclass(frozen=True, kw_only=True)
class MemoryConfig:
    """Where frames lie, and what counts as a demonstration."""

    frame_budget_mb: int = parameter(
        1024, "camera frames kept in memory, in MB over all cameras; more go to a memory-mapped file", minimum=1
    )
    own_successes: bool = parameter(
        False, "training episodes that closed with success count as demonstrations too (arXiv:1806.05635)"
    )
