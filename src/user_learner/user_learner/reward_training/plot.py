"""One picture of how good a classifier is: curve, scores, and the worst of its mistakes."""

from __future__ import annotations

from pathlib import Path

import matplotlib as mpl
import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from user_learner.reward_training.figures import roc
from user_learner.reward_training.pictures import Pictures
from user_learner.reward_training.training import Trained

_WORST = 6


def draw(path: Path, *, trained: Trained, held_out: Pictures, alone: dict[str, float]) -> None:
    """Write a PNG.

    Args:
        path: Where.
        trained: What was measured.
        held_out: The pictures that it was measured on.
        alone: Area under the ROC curve of each camera alone.
    """
    threshold = trained.classifier.card.threshold
    with mpl.rc_context({"font.size": 8}):
        figure = Figure(figsize=(11, 6), layout="constrained")
        grid = figure.add_gridspec(2, 2 * _WORST, height_ratios=(2, 1))
        curve = figure.add_subplot(grid[0, :_WORST])
        fooled, found = roc(trained.probability, held_out.success)
        curve.plot(fooled, found, label=f"all cameras: area {trained.figures.area_under_roc:.4f}")
        curve.plot(trained.figures.false_positive_rate, trained.figures.recall, "o", label=f"threshold {threshold:.3f}")
        for name, area in alone.items():
            curve.plot([], [], " ", label=f"{name} alone: area {area:.4f}")
        curve.set(xlim=(-0.01, 0.2), xlabel="false positives", ylabel="successes found", title="held-out episodes")
        curve.legend(loc="lower right")
        scores = figure.add_subplot(grid[0, _WORST:])
        bins = np.linspace(0.0, 1.0, 41).tolist()
        scores.hist(trained.probability[~held_out.success], bins=bins, alpha=0.6, label="no success")
        scores.hist(trained.probability[held_out.success], bins=bins, alpha=0.6, label="success")
        scores.axvline(threshold, color="black", linewidth=0.8)
        scores.set(yscale="log", xlabel="probability", ylabel="pictures")
        scores.legend()
        for column, row in enumerate(worst(trained.probability, held_out.success)):
            picture = figure.add_subplot(grid[1, column])
            picture.imshow(np.concatenate([images[row] for images in held_out.images], axis=0))
            truth = "success" if held_out.success[row] else "none"
            picture.set_title(f"{trained.probability[row]:.2f}, {truth}", fontsize=6)
            picture.axis("off")
        figure.savefig(path, dpi=120)


def worst(probability: NDArray[np.float64], success: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Return the rows of the most convincing failures, then of the least convincing successes."""
    failures, successes = np.flatnonzero(~success), np.flatnonzero(success)
    convincing = failures[np.argsort(-probability[failures])][:_WORST]
    doubtful = successes[np.argsort(probability[successes])][:_WORST]
    return np.concatenate([convincing, doubtful])
