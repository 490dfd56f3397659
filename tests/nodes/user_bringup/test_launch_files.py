"""What our own launch files start, expanded and not run."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from tests.support.params_file import write_params
from user_bringup.launcher.configurations import configurations
from user_bringup.launcher.errors import LaunchArgumentError
from user_bringup.launcher.expansion import expand
from user_bringup.launcher.launch_files import find_launch_file
from user_bringup.launcher.node_parameters import node_parameters
from user_bringup.launcher.parameters import ParameterFileWriter
from user_bringup.launcher.policy_checks import check_policies
from user_bringup.launcher.process_description import ProcessDescription

EXECUTABLES = ("user_bringup/progress", "user_hardware/environment_node", "user_learner/learner_node")
TASKS = ("peg_insertion", "charger", "cap_tightening", "pick_and_place", "table_cleanup")


def expanded(folder: Path, launch_file: str, **arguments: str) -> tuple[ProcessDescription, ...]:
    environment = dict(os.environ)
    path = find_launch_file(launch_file, environment=environment)
    arguments["run"] = str(folder / "run")
    writer = ParameterFileWriter(folder=folder)
    return tuple(expand(path, arguments=arguments, environment=environment, parameters=writer).processes)


def check(processes: tuple[ProcessDescription, ...]) -> None:
    check_policies(configurations(processes))


def parameters(processes: tuple[ProcessDescription, ...], node: str) -> list[dict[str, Any]]:
    return [values for _, name, values in node_parameters(processes, EXECUTABLES) if name == node]


@pytest.mark.parametrize("launch_file", ["multi", "evaluate", "collect"])
def test_several_tasks_are_several_arms_at_them_whatever_the_purpose(launch_file: str, tmp_path: Path) -> None:
    task = {} if launch_file == "multi" else {"task": "multi"}
    environments = parameters(expanded(tmp_path, launch_file, **task), "environment_node")
    assert [one["task.name"] for one in environments] == ["peg_insertion", "charger"]


@pytest.mark.parametrize(
    ("given", "settings", "said"),
    [
        ({"begin_with": "/nowhere"}, {}, "begin_with = '/nowhere' is not allowed"),
        ({"policy": "pi0", "size": "base"}, {}, "policy.weights = ''"),
        ({}, {"policy.horizn": 8}, "did you mean policy.horizon"),
        ({}, {"policy.horizon": 0}, "policy.horizon = 0 is not allowed"),
    ],
)
def test_what_is_wrong_with_a_policy_is_said_before_anything_starts(
    given: dict[str, str], settings: dict[str, object], said: str, tmp_path: Path
) -> None:
    if given.get("policy") == "pi0":
        pytest.importorskip("transformers")
    config = write_params(tmp_path / "mine.yaml", {"learner_node": settings})
    with pytest.raises(LaunchArgumentError, match=said):
        check(expanded(tmp_path, "pick_and_place", **{"algorithm": "hg_dagger", "config": str(config)} | given))


def test_a_number_that_ros_reads_is_one_before_the_start_too(tmp_path: Path) -> None:
    config = write_params(tmp_path / "mine.yaml", {"learner_node": {}})
    config.write_text("/**/learner_node: {ros__parameters: {policy.log_std_min: -1e1}}")
    check(expanded(tmp_path, "peg_insertion", config=str(config)))


def test_a_run_that_goes_on_needs_no_longer_what_it_began_with(tmp_path: Path) -> None:
    run = tmp_path / "run"
    (run / "checkpoints").mkdir(parents=True)
    (run / "checkpoints" / "any").write_text("")
    arguments = {"algorithm": "hg_dagger", "policy": "flow_chunks", "begin_with": "/gone"}
    check(expanded(tmp_path, "pick_and_place", **arguments))


@pytest.mark.parametrize("task", TASKS)
def test_one_task_is_one_arm_at_it(task: str, tmp_path: Path) -> None:
    environments = parameters(expanded(tmp_path, task), "environment_node")
    assert [one["task.name"] for one in environments] == [task]


@pytest.mark.parametrize("task", TASKS)
def test_sac_waits_for_no_demonstrations_and_needs_an_encoder_that_practice_trains(task: str, tmp_path: Path) -> None:
    processes = expanded(tmp_path, task, algorithm="sac", policy="cnn_trained")
    (learner,) = parameters(processes, "learner_node")
    (progress,) = parameters(processes, "progress_node")
    assert (learner["pretraining.enabled"], progress["collect.enabled"]) == (False, False)
    check(processes)
    with pytest.raises(LaunchArgumentError, match="small_trained or resnet10"):
        check(expanded(tmp_path, task, algorithm="sac", policy="cnn"))
