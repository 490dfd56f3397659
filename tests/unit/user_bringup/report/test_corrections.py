"""What a report says of a person's corrections."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.support.run_tables import Run, episode_row, progress_config
from user_bringup.report.corrections import corrections
from user_bringup.report.plots import plot_doubt, plot_interventions, render
from user_core.types import Outcome
from user_learner.checkpoint import Checkpoint, CheckpointStore


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Eight episodes of 50 steps: in the first half a person acts, and every other one succeeds."""
    run = Run(tmp_path, progress_config())
    for number in range(8):
        helped = number < 4
        row = episode_row(
            episode=f"practice {number}",
            training_steps=50 * (number + 1),
            length=50,
            interventions=2 * helped,
            human_steps=10 * helped,
            outcome=Outcome.SUCCESS if number % 2 else Outcome.TIMEOUT,
        )
        run.record.episodes.add(row)
    return run


def checkpoint_with(folder: Path, doubts: list[float], threshold: float) -> None:
    tensors = {
        "trainer.learner.doubts": np.array(doubts),
        "trainer.learner.doubt_threshold": np.array(threshold),
    }
    made = Checkpoint(
        run="", spec_digest="", algorithm="hg_dagger", policy="mlp", updates=9, log_position=0, tensors=tensors
    )
    CheckpointStore(folder=folder / "checkpoints", keep_newest=1).save(made)


def test_only_corrections_of_successes_are_samples_and_rates_are_by_quarter(run: Run, tmp_path: Path) -> None:
    checkpoint_with(tmp_path, [0.5, 0.25], 0.25)
    assert corrections(run.record) == {
        "take_overs": 8,
        "corrected_samples": 20,
        "take_overs_per_100_steps_by_quarter": [4.0, 4.0, 0.0, 0.0],
        "share_of_steps_by_a_person_by_quarter": [0.2, 0.2, 0.0, 0.0],
        "doubt_threshold": 0.25,
    }


def test_without_take_overs_there_is_nothing_to_say(tmp_path: Path) -> None:
    run = Run(tmp_path, progress_config())
    run.record.episodes.add(episode_row(episode="practice", length=50))
    assert corrections(run.record) == {}


@pytest.mark.parametrize("measured", [True, False])
@pytest.mark.parametrize("plot", [plot_interventions, plot_doubt])
def test_plots_are_drawn_with_and_without_doubt(run: Run, tmp_path: Path, plot, measured: bool) -> None:
    if measured:
        checkpoint_with(tmp_path, [0.5, 0.25], 0.25)
    assert render(plot, run.record).startswith(b"\x89PNG")
