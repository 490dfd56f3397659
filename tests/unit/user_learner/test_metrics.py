from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from tests.support.learning_summaries import make_summary
from user_core.types import Mode, Outcome
from user_learner.evaluation_tally import EvaluationResult
from user_learner.metrics import MetricsWriter


def read(folder: Path) -> EventAccumulator:
    events = EventAccumulator(str(folder))
    events.Reload()
    return events


def writer(folder: Path, *, every_updates: int = 2) -> MetricsWriter:
    seconds = iter(float(number) for number in range(100))
    return MetricsWriter(folder=folder, every_updates=every_updates, say=lambda text: None, clock=lambda: next(seconds))


def test_losses_are_averaged_and_rates_measured(tmp_path: Path) -> None:
    metrics = writer(tmp_path)
    for update, loss in enumerate((1.0, 3.0, 5.0, 7.0), start=1):
        metrics.update({"critic_loss": loss}, updates=update, training_steps=10 * update, staleness=update)
    metrics.close()
    events = read(tmp_path)
    assert [(point.step, point.value) for point in events.Scalars("learner/critic_loss")] == [(2, 2.0), (4, 6.0)]
    assert [point.value for point in events.Scalars("rates/updates_per_s")] == [2.0]
    assert [point.value for point in events.Scalars("rates/training_steps_per_s")] == [20.0]


def test_a_metric_of_some_updates_only_is_averaged_over_those(tmp_path: Path) -> None:
    metrics = writer(tmp_path)
    metrics.update({"critic_loss": 1.0, "actor_loss": 4.0}, updates=1, training_steps=1, staleness=0)
    metrics.update({"critic_loss": 1.0}, updates=2, training_steps=2, staleness=0)
    metrics.close()
    assert [point.value for point in read(tmp_path).Scalars("learner/actor_loss")] == [4.0]


def test_episodes_evaluations_and_film_strips_are_written_by_training_step(tmp_path: Path) -> None:
    metrics = writer(tmp_path)
    metrics.episode(make_summary(mode=Mode.TRAIN, outcome=Outcome.SUCCESS), training_steps=4)
    metrics.episode(make_summary(mode=Mode.TRAIN, outcome=Outcome.TIMEOUT), training_steps=8)
    result = EvaluationResult(evaluation="e", success_by_seed={1: True, 2: False})
    metrics.evaluation(result, training_steps=8)
    metrics.strip(np.zeros((16, 48, 3), np.uint8), training_steps=8)
    metrics.close()
    events = read(tmp_path)
    assert [point.step for point in events.Scalars("episode/success")] == [4, 8]
    assert events.Scalars("episode/success_of_last_20")[-1].value == pytest.approx(0.5)
    assert events.Scalars("evaluation/success_rate")[0].value == pytest.approx(0.5)
    assert events.Images("episode/film")[0].width == 48
