"""What a user can get wrong at the launch: each gives one clear sentence, and nothing stays running."""

from __future__ import annotations

import pytest

from tests.support.launched_graph import LaunchedGraph
from tests.support.params_file import write_params

pytestmark = [pytest.mark.ros, pytest.mark.slow, pytest.mark.timeout(240)]

USAGE_STATUS = 2
LIMIT_S = 150.0
"""The node in question may have to load torch first, on a busy machine."""


@pytest.mark.parametrize(
    ("task", "arguments", "named"),
    [
        ("peg_insertion", {"algoritm": "rlpd"}, ("algoritm", "algorithm")),
        ("peg_insertoin", {}, ("peg_insertoin", "peg_insertion")),
        ("peg_insertion", {"policy": "transformer"}, ("policy", "transformer", "cnn")),
        ("peg_insertion", {"algorithm": "dqn"}, ("algorithm", "dqn", "rlpd")),
        ("peg_insertion", {"robot": "ur5"}, ("robot", "ur5", "franka")),
        ("peg_insertion", {"reward": "clasifier"}, ("reward", "clasifier", "classifier")),
        ("peg_insertion", {"robots": "9"}, ("robots", "9", "8")),
        ("peg_insertion", {"config": "/nowhere/mine.yaml"}, ("/nowhere/mine.yaml",)),
    ],
)
def test_wrong_launch_argument_starts_nothing_and_says_what_is_allowed(tmp_path, domain_id, task, arguments, named):
    with LaunchedGraph(task, arguments=arguments, folder=tmp_path, domain_id=domain_id) as graph:
        assert graph.wait_until_over(20) == USAGE_STATUS
    for word in named:
        assert word in graph.output
    assert "Traceback" not in graph.output
    assert not graph.run_folder.exists()


@pytest.mark.parametrize(
    ("node", "key", "value", "named"),
    [
        ("environment_node", "task.control_rate_hz", 500.0, "100"),
        ("simulation_node", "real_time_facto", 1.0, "real_time_factor"),
        ("learner_node", "hyperparameters.batch_size", "many", "int"),
        ("policy_node", "policy.hidden_size", 256, "policy.hidden_sizes"),
        ("progress_node", "evaluation.episodes", "many", "int"),
    ],
)
def test_wrong_parameter_starts_nothing_and_says_what_is_allowed(tmp_path, domain_id, node, key, value, named):
    config = write_params(tmp_path / "mine.yaml", {node: {key: value}})
    with LaunchedGraph("peg_insertion", arguments={"config": config}, folder=tmp_path, domain_id=domain_id) as graph:
        assert graph.wait_until_over(20) == USAGE_STATUS
    for word in (key, str(value), named, node):
        assert word in graph.output
    assert "Traceback" not in graph.output
    assert not graph.run_folder.exists()


def test_evaluating_a_folder_without_weights_ends_with_what_is_missing(tmp_path, domain_id):
    with LaunchedGraph("evaluate", arguments={}, folder=tmp_path, domain_id=domain_id) as graph:
        assert graph.wait_until_over(LIMIT_S) == USAGE_STATUS
    (sentence,) = [line for line in _lines_of("progress_node", graph.output) if "error: " in line]
    assert str(graph.run_folder) in sentence
    assert "there are no weights" in sentence


def test_a_learned_reward_without_its_classifier_starts_nothing_and_says_what_is_missing(tmp_path, domain_id):
    arguments = {"reward": "classifier"}
    with LaunchedGraph("peg_insertion", arguments=arguments, folder=tmp_path, domain_id=domain_id) as graph:
        assert graph.wait_until_over(20) == USAGE_STATUS
    assert "reward_model:=" in graph.output and "train_reward" in graph.output


def test_a_classifier_that_is_not_there_ends_the_launch_with_its_path(tmp_path, domain_id):
    arguments = {"reward": "classifier", "reward_model": "/nowhere/classifier.safetensors"}
    with LaunchedGraph("peg_insertion", arguments=arguments, folder=tmp_path, domain_id=domain_id) as graph:
        assert graph.wait_until_over(LIMIT_S) == USAGE_STATUS
    lines = _lines_of("reward_node", graph.output)
    (sentence,) = [line for line in lines if "error: " in line]
    assert "/nowhere/classifier.safetensors" in sentence and "train_reward" in sentence
    assert not any("Traceback" in line for line in lines)


def test_run_folder_that_cannot_be_made_is_named(tmp_path, domain_id):
    (tmp_path / "file").write_text("")
    arguments = {"run": tmp_path / "file" / "run"}
    with LaunchedGraph("peg_insertion", arguments=arguments, folder=tmp_path, domain_id=domain_id) as graph:
        assert graph.wait_until_over(LIMIT_S) == USAGE_STATUS
    lines = _lines_of("progress_node", graph.output)
    assert any("error: " in line and str(graph.run_folder) in line for line in lines)
    assert not any("Traceback" in line for line in lines)


def test_limiter_that_would_deadlock_is_refused_before_the_first_step(tmp_path, domain_id):
    settings = {"pipeline.slack_steps": 1, "pipeline.updates_at_once": 1000}
    config = write_params(tmp_path / "mine.yaml", {"learner_node": settings})
    arguments = {"config": config, "pipeline": "paced"}
    with LaunchedGraph("peg_insertion", arguments=arguments, folder=tmp_path, domain_id=domain_id) as graph:
        assert graph.wait_until_over(LIMIT_S) == USAGE_STATUS
    lines = _lines_of("learner_node", graph.output)
    assert any("pipeline.slack_steps" in line for line in lines)
    assert not any("Traceback" in line for line in lines)


def _lines_of(node: str, output: str) -> list[str]:
    """Return what one node wrote; the others may be interrupted in the middle of their imports."""
    return [line for line in output.splitlines() if line.startswith(f"[{node.removesuffix('_node')}")]
