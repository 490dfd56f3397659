"""What nodes would refuse is refused before they start, in the words that they would use."""

from __future__ import annotations

from pathlib import Path

import pytest

from user_bringup.launcher.configurations import configurations
from user_bringup.launcher.errors import LaunchArgumentError
from user_bringup.launcher.process_description import ProcessDescription

PACKAGES = {
    "environment_node": "user_hardware",
    "learner_node": "user_learner",
    "operator_node": "user_hardware",
    "policy_node": "user_policies",
    "progress_node": "user_bringup",
    "recorder_node": "user_hardware",
    "replay_node": "user_learner",
    "reward_node": "user_policies",
    "simulation_node": "user_hardware",
}


def process(folder: Path, node: str, text: str, *more: str, namespace: str = "") -> ProcessDescription:
    path = folder / f"{node}.yaml"
    path.write_text(text)
    file = "progress" if node == "progress_node" else node
    command = [f"/opt/lib/{PACKAGES.get(node, 'another')}/{file}", "--ros-args", "-r", f"__node:={node}"]
    command += ["-r", f"__ns:=/{namespace}"] if namespace else []
    return ProcessDescription(label=node, command=(*command, "--params-file", str(path), *more), environment={})


def section(node: str, *settings: str) -> str:
    return "\n    ".join([f"/**/{node}:\n  ros__parameters:", *settings])


def test_a_configuration_is_what_the_node_would_have(tmp_path: Path) -> None:
    text = section(
        "learner_node", "run_folder: 2026-11-22", "algorithm: hg_dagger", "hyperparameters.learning_rate: 1e-3"
    )
    (config,) = configurations([process(tmp_path, "learner_node", text)])
    assert (config.run_folder, config.hyperparameters.learning_rate) == ("2026-11-22", 0.001)


def test_sections_are_merged_and_may_be_nested_and_a_later_word_counts_more(tmp_path: Path) -> None:
    text = "/**/replay_node: {ros__parameters: {low_water_mb: 1.0, status_rate_hz: 7.0}}\n"
    text += "/**: {replay_node: {ros__parameters: {low_water_mb: 2.0}}}\n---\n"
    text += "/**/replay_node: {ros__parameters: {robots: [arm_7]}}\n"
    (config,) = configurations([process(tmp_path, "replay_node", text, "-p", "status_rate_hz:=6")])
    assert (config.low_water_mb, config.status_rate_hz, config.robots) == (2.0, 6.0, ("arm_7",))


def test_another_package_s_node_of_the_same_name_is_not_looked_at(tmp_path: Path) -> None:
    ours = process(tmp_path, "operator_node", section("operator_node", "port: 5"))
    others = ProcessDescription(label="", command=("/opt/lib/mine/operator_node", *ours.command[1:]), environment={})
    assert configurations([others]) == []


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
        ("replay_node", "- a\n- b\n", r"the file = \['a', 'b'\] is not allowed: sections of nodes"),
        ("replay_node", "/**/replay_node: hello", "sections of nodes"),
        ("replay_node", section("replay_node", "robots: [1, 2.5]"), "a list of one kind"),
        ("replay_node", section("replay_node", "use_sim_times: true"), "no such parameter"),
        ("replay_node", "a: [", r"replay_node\.yaml is no YAML"),
    ],
)
def test_what_a_node_would_refuse_is_refused(node: str, text: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(LaunchArgumentError, match=said):
        configurations([process(tmp_path, node, text, namespace="arm_0" if node == "environment_node" else "")])
