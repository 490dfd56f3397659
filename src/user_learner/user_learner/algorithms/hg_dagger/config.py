"""The hyperparameters of HG-DAgger: those of imitation, and of its doubt."""

from __future__ import annotations

from dataclasses import dataclass

from user_core.configuration import parameter
from user_learner.algorithms.bc.config import ImitationConfig


@dataclass(frozen=True, kw_only=True)
class HgDaggerConfig(ImitationConfig):
    """A training step counts whoever acted in it: the person's time is what the updates are paced by."""

    utd_ratio: float = parameter(
        0.5, "updates per training step, of person and policy alike", minimum=0.001, maximum=100
    )
    doubt_members: int = parameter(5, "heads whose disagreement is the doubt", minimum=2, maximum=100)
    doubt_hidden_size: int = parameter(64, "width of the hidden layer of each of them", minimum=1, maximum=4096)
