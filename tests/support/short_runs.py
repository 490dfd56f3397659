"""Runs that show what a whole run shows, within half a minute."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.support.params_file import write_params

TRAINING_STEPS = 400
CHECKPOINT_UPDATES = 100


@dataclass(frozen=True, kw_only=True)
class FinishedRun:
    """A run that has ended by itself.

    Attributes:
        status: Exit status of its launch.
        folder: The run folder.
        output: All that the launch printed.
    """

    status: int
    folder: Path
    output: str


def short_training(
    folder: Path, *, steps: int = TRAINING_STEPS, final_episodes: int = 4, max_wall_s: float = 240.0, **more: Any
) -> dict[str, Any]:
    """Return launch arguments of a training run without cameras and demonstrations that ends by its step budget.

    Args:
        folder: Where its params file is written.
        steps: Training steps.
        final_episodes: Episodes of the final evaluation.
        max_wall_s: Wall seconds after which it ends whatever happened.
        more: Further launch arguments.
    """
    config = write_params(
        folder / "short.yaml",
        {
            "progress_node": {
                "evaluation.first_at_steps": 200,
                "evaluation.every_steps": 200,
                "evaluation.episodes": 3,
                "line_period_s": 1.0,
            },
            # Small and soon updates: what is learned does not matter, that it goes on does.
            "learner_node": {
                "checkpoint.every_updates": CHECKPOINT_UPDATES,
                "pipeline.start_training_steps": 100,
                "pretraining.demonstrations": 0,
                "hyperparameters.batch_size": 16,
                "hyperparameters.critics": 2,
                "hyperparameters.critic_hidden_sizes": [64, 64],
            },
        },
    )
    arguments: dict[str, Any] = {
        "algorithm": "sac",
        "policy": "mlp",
        "stop_at_success_rate": "2.0",
        "max_environment_steps": steps,
        "max_wall_s": max_wall_s,
        "evaluation_episodes": final_episodes,
        "config": config,
    }
    return arguments | more
