"""What counts as success, which reward judges a step, and whether a person has the last word."""

from __future__ import annotations

from dataclasses import dataclass

from user_core.configuration import parameter

HOLD, POSE, HUMAN = "hold", "pose", "human"
AUTOMATIC = "automatic"


@dataclass(frozen=True, kw_only=True)
class RewardConfig:
    """Which reward judges, what it calls a success, and what it does when it is in doubt."""

    name: str = parameter(
        "pose",
        "reward: pose (1 on success, else 0), dense, rule (what task/state says), classifier (what reward_node says), "
        "or human (what a person marks)",
    )
    tolerance_m: float = parameter(0.01, "largest distance to the target pose", minimum=1e-5, maximum=1.0)
    tolerance_rad: float = parameter(0.2, "largest geodesic angle to the target pose", minimum=1e-4, maximum=3.2)
    hold_ticks: int = parameter(2, "ticks in a row within both tolerances", minimum=1, maximum=1000)
    dense_scale: float = parameter(0.1, "weight of the dense reward's distance terms", minimum=0.0)
    threshold: float = parameter(
        0.0,
        "classifier: probability that counts as success; 0 = the one that was chosen when it was trained",
        minimum=0.0,
        maximum=1.0,
    )
    consecutive: int = parameter(2, "classifier: observations in a row that it must take for a success", minimum=1)
    min_step: int = parameter(
        1, "classifier: first step whose observation counts; that of step 0 never does", minimum=1
    )
    silence_s: float = parameter(10.0, "classifier: wall seconds without an estimate that mean it is gone", minimum=0.1)
    fallback: str = parameter(
        HOLD,
        "classifier: what judges while it is gone: nothing (the arm holds), the pose, or a person's marks alone",
        choices=(HOLD, POSE, HUMAN),
    )
    verdict: str = parameter(
        AUTOMATIC,
        "whose 0 or 1 counts at the end of an episode: the reward's, or that of a person, who is asked",
        choices=(AUTOMATIC, HUMAN),
    )
    linger_ticks: int = parameter(
        0, "mode collect: ticks that an episode goes on after its success, for pictures of it", minimum=0, maximum=1000
    )
