"""What nodes would refuse is refused before they start, in the words that they would use."""

from __future__ import annotations

from pathlib import Path

import pytest

from user_bringup.launcher.configurations import configurations
from user_bringup.launcher.errors import LaunchArgumentError
from user_bringup.launcher.process_description import ProcessDescription


def process(folder: Path, node: str, text: str, *, namespace: str = "") -> ProcessDescription:
    path = folder / f"{node}.yaml"
    path.write_text(text)
    command = ["/bin/any", "--ros-args", "-r", f"__node:={node}"]
    command += ["-r", f"__ns:=/{namespace}"] if namespace else []
    return ProcessDescription(label=node, command=(*command, "--params-file", str(path)), environment={})


def section(node: str, *settings: str) -> str:
    return "\n    ".join([f"/**/{node}:\n  ros__parameters:", *settings])


def test_a_configuration_is_what_the_node_would_have(tmp_path: Path) -> None:
    text = section(
        "learner_node", "run_folder: 2026-11-22", "algorithm: hg_dagger", "hyperparameters.learning_rate: 1e-3"
    )
    (config,) = configurations([process(tmp_path, "learner_node", text)])
    assert (config.run_folder, config.hyperparameters.learning_rate) == ("2026-11-22", 0.001)


def test_processes_that_are_none_of_our_nodes_and_parameters_of_ros_are_not_looked_at(tmp_path: Path) -> None:
    talker = process(tmp_path, "talker", section("talker", "rate: 3"))
    text = section("replay_node", "use_sim_time: true", "qos_overrides./parameter_events.publisher.depth: 5")
    assert len(configurations([talker, process(tmp_path, "replay_node", text)])) == 1


@pytest.mark.parametrize(
    ("node", "text", "said"),
    [
        ("environment_node", section("environment_node", "guard.box_low: 1.0"), "did you mean guard.box_low_m"),
        ("learner_node", section("learner_node", "algorithm: dqn"), "dqn"),
        ("learner_node", section("learner_node", "hyperparameters.tau: many"), "of type float"),
        ("operator_node", section("operator_node", "task: tea"), "tea"),
        ("operator_node", section("operator_node", "expert.hover: 1.0"), "did you mean expert.hover_m"),
        ("policy_node", section("policy_node", "keep_version: 8"), "did you mean keep_versions"),
        ("progress_node", section("progress_node", "evaluation.episodes: many"), "of type int"),
        ("recorder_node", section("recorder_node", "record.split_gb: 0"), r"record\.split_gb = 0"),
        ("replay_node", section("replay_node", "no_such_key: 1"), r"no such parameter\. There are"),
        ("reward_node", section("reward_node", "torch_threads: 1"), "train_reward"),
        ("simulation_node", section("simulation_node", "task: charger", "scene.hole: 1.0"), r"scene\.hole"),
        ("replay_node", section("replay_nod", "low_water_mb: 1.0"), r"this node's is /\*\*/replay_node"),
        ("environment_node", "environment_node: {ros__parameters: {seed: 1}}", "nothing reads this"),
        ("replay_node", "a: [", r"replay_node\.yaml is no YAML"),
    ],
)
def test_what_a_node_would_refuse_is_refused(node: str, text: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(LaunchArgumentError, match=said):
        configurations([process(tmp_path, node, text, namespace="arm_0" if node == "environment_node" else "")])
