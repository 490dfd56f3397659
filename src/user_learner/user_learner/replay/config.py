"""What can be set about the sampling memory."""

from __future__ import annotations

from dataclasses import dataclass

from user_core.configuration import parameter


@dataclass(frozen=True, kw_only=True)
class MemoryConfig:
    """Where frames lie."""

    frame_budget_mb: int = parameter(
        1024, "camera frames kept in memory, in MB over all cameras; more go to a memory-mapped file", minimum=1
    )
