"""What has to be waited for before an episode's reset may begin."""

from __future__ import annotations

from user_core.types import Mode
from user_hardware.environment.goal import EpisodeRequest
from user_hardware.environment.loop_parts import LoopParts
from user_hardware.environment.workbench import Workbench


def obstacle_to_reset(*, bench: Workbench, parts: LoopParts, request: EpisodeRequest | None, released: bool) -> str:
    """Return why no reset may begin, for people; "" when one may.

    Args:
        bench: Its output must have room for an episode.
        parts: Their budget must allow one, and no verdict be outstanding.
        request: What would run next.
        released: Whether all devices have been let go.
    """
    if parts.verdicts.awaited:
        return parts.verdicts.prompt
    if not released:
        return "let go of the device, so that the reset can begin"
    obstacle = parts.budget.obstacle(training=request is not None and request.mode is Mode.TRAIN)
    if request is not None and not obstacle:
        return bench.output.obstacle(bench.config.task.max_episode_steps)
    return obstacle
