"""The real learner node with a stand-in log and a stand-in policy's ears, real messages between."""

from __future__ import annotations

from pathlib import Path

import pytest
from rclpy.context import Context

from tests.support.learning_log import Log, learner_node
from tests.support.spinning import Spinning
from tests.support.wait import wait_for
from user_core.errors import ConfigurationError, UnknownNameError

pytestmark = pytest.mark.ros


def test_it_learns_from_the_log_sends_weights_and_says_how_far_robots_may_go(context: Context, tmp_path: Path) -> None:
    log = Log(context=context)
    with Spinning(learner_node(context, tmp_path), log, context=context):
        wait_for(lambda: log.status.state == "waiting", 20.0)
        log.add_spec()
        wait_for(lambda: log.labels == ["1.0"], 30.0)
        assert log.status.step_budget == 25
        log.add_episodes(5)
        wait_for(lambda: log.status.updates == 40, 30.0)
        wait_for(lambda: log.labels[-1] == "1.40", 10.0)
        wait_for(lambda: log.status.state == "limited", 10.0)
    status = log.status
    assert (status.training_steps, status.log_position, status.step_budget) == (50, 56, 65)
    assert status.staleness == 0
    assert status.run == (tmp_path / "run_uuid").read_text().strip()


def test_a_status_comes_at_least_five_times_a_second(context: Context, tmp_path: Path) -> None:
    log = Log(context=context)
    with Spinning(learner_node(context, tmp_path), log, context=context):
        wait_for(lambda: len(log.received_s) > 12, 20.0)
    gaps = [later - earlier for earlier, later in zip(log.received_s, log.received_s[1:], strict=False)]
    assert sorted(gaps)[len(gaps) // 2] < 0.22


def test_a_restart_goes_on_and_a_new_incarnation_supersedes(context: Context, tmp_path: Path) -> None:
    log = Log(context=context)
    log.add_spec()
    log.add_episodes(5)
    with Spinning(learner_node(context, tmp_path), context=context), Spinning(log, context=context):
        wait_for(lambda: log.status.updates == 40, 30.0)
    again = Log(context=context)
    again.records = log.records
    with Spinning(learner_node(context, tmp_path), again, context=context):
        wait_for(lambda: "2.40" in again.labels, 30.0)
        wait_for(lambda: again.status.training_steps == 50, 20.0)
        assert again.status.updates == 40
        again.add_episodes(1)
        wait_for(lambda: again.status.updates == 50, 20.0)


def test_a_log_that_does_not_answer_is_asked_again(context: Context, tmp_path: Path) -> None:
    log = Log(context=context)
    log.silent = True
    log.add_spec()
    with (
        Spinning(learner_node(context, tmp_path, follow__timeout_s=0.15), context=context),
        Spinning(log, context=context),
    ):
        wait_for(lambda: log.requests >= 3, 20.0)
        assert log.labels == []
        log.silent = False
        wait_for(lambda: log.labels == ["1.0"], 30.0)


def test_demonstrations_that_are_not_recorded_yet_are_waited_for(context: Context, tmp_path: Path) -> None:
    log = Log(context=context)
    log.add_spec()
    changes = {"algorithm": "rlpd", "demonstrations": str(tmp_path / "bag"), "pretraining__demonstrations": 2}
    with Spinning(learner_node(context, tmp_path / "run", **changes), log, context=context):
        wait_for(lambda: str(tmp_path / "bag") in log.status.detail, 20.0)
        assert log.status.state == "waiting"
        assert log.labels == []


@pytest.mark.parametrize(
    ("changes", "error", "text"),
    [
        ({"pipeline__slack_steps": 1}, ConfigurationError, "pipeline.slack_steps = 1 is not allowed"),
        ({"algorithm": "ppo"}, UnknownNameError, "there are: bc, hg_dagger, rlpd"),
        ({"hyperparameters__gamma": 1.5}, ConfigurationError, "hyperparameters.gamma = 1.5"),
        ({"hyperparameters__gama": 0.9}, ConfigurationError, "did you mean hyperparameters.gamma"),
        ({"run_folder": '""'}, ConfigurationError, "run_folder"),
    ],
)
def test_what_cannot_work_is_refused_at_the_start(
    context: Context, tmp_path: Path, changes: dict[str, object], error: type[Exception], text: str
) -> None:
    with pytest.raises(error, match=text):
        learner_node(context, tmp_path, **changes)
