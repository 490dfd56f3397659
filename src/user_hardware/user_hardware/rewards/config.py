"""What counts as success, and which reward judges a step."""

from __future__ import annotations

from dataclasses import dataclass

from user_core.configuration import parameter


@dataclass(frozen=True, kw_only=True)
class RewardConfig:
    """Success = the tool within both tolerances of the target, `hold_ticks` ticks in a row."""

    name: str = parameter("pose", "reward: pose (1 on success, else 0), dense, or rule (what task/state says)")
    tolerance_m: float = parameter(0.01, "largest distance to the target pose", minimum=1e-5, maximum=1.0)
    tolerance_rad: float = parameter(0.2, "largest geodesic angle to the target pose", minimum=1e-4, maximum=3.2)
    hold_ticks: int = parameter(2, "ticks in a row within both tolerances", minimum=1, maximum=1000)
    dense_scale: float = parameter(0.1, "weight of the dense reward's distance terms", minimum=0.0)
