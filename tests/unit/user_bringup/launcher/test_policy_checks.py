from __future__ import annotations

import sys
from pathlib import Path

import pytest

from user_bringup.launcher.configurations import configurations
from user_bringup.launcher.errors import LaunchArgumentError
from user_bringup.launcher.policy_checks import check_policies
from user_bringup.launcher.process_description import ProcessDescription


def learner(folder: Path, *texts: str, node: str = "learner_node") -> ProcessDescription:
    """A process that is given these params files, in this order, behind one that says where the run lies."""
    package = {"environment_node": "user_hardware", "policy_node": "user_policies"}.get(node, "user_learner")
    command = [f"/opt/lib/{package}/{node}", "--ros-args", "-r", f"__node:={node}"]
    where = f"/**:\n  ros__parameters:\n    run_folder: {folder / 'run'}\n"
    for number, text in enumerate((where, *texts)):
        path = folder / f"{number}.yaml"
        path.write_text(text)
        command += ["--params-file", str(path)]
    return ProcessDescription(label="learner", command=tuple(command), environment={})


def check(processes: list[ProcessDescription]) -> None:
    check_policies(configurations(processes))


def section(parameter: str, value: str) -> str:
    return f"/**/learner_node:\n  ros__parameters:\n    {parameter}: {value}\n"


def test_pair_that_goes_together_passes(tmp_path: Path) -> None:
    check([learner(tmp_path, section("algorithm", "sac_flow"), section("policy.name", "flow"))])


def test_other_pair_is_refused_with_what_is_allowed(tmp_path: Path) -> None:
    process = learner(tmp_path, section("algorithm", "sac_flow"), section("policy.name", "cnn"))
    allowed = "with sac_flow take one of flow, flow_state, vla_small; cnn is trained by"
    with pytest.raises(LaunchArgumentError, match=allowed):
        check([process])


def test_encoder_that_nothing_would_train_is_refused_with_what_learns(tmp_path: Path) -> None:
    settings = {"algorithm": "sac", "policy.name": "cnn", "policy.encoder": "small", "pretraining.demonstrations": "0"}
    files = [section(parameter, value) for parameter, value in settings.items()]
    with pytest.raises(
        LaunchArgumentError, match=r"policy\.encoder = 'small' is not allowed: small_trained or resnet10"
    ):
        check([learner(tmp_path, *files)])
    for allowed in (
        {"policy.encoder": "small_trained"},
        {"pretraining.begin_with": str(tmp_path)},
        {"policy.name": "mlp"},
    ):
        more = [section(parameter, value) for parameter, value in allowed.items()]
        check([learner(tmp_path, *files, *more)])


def test_the_last_file_counts(tmp_path: Path) -> None:
    files = [section("algorithm", "sac_flow"), section("policy.name", "cnn"), section("policy.name", "flow_state")]
    check([learner(tmp_path, *files)])


@pytest.mark.parametrize("node", ["policy_node", "learner_node"])
def test_library_that_is_missing_is_named_with_what_to_install(
    node: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "transformers", None)
    settings = f"/**/{node}:\n  ros__parameters:\n    policy.name: pi0\n"
    if node == "learner_node":
        settings += "    algorithm: bc\n"
    with pytest.raises(LaunchArgumentError, match=r"pip install -r requirements/pi0\.txt"):
        check([learner(tmp_path, settings, node=node)])


def environments(folder: Path, *tasks: str) -> list[ProcessDescription]:
    processes = []
    for task in tasks:
        (folder / task).mkdir()
        text = f"/**/environment_node:\n  ros__parameters:\n    task.name: {task}\n"
        processes.append(learner(folder / task, text, node="environment_node"))
    return processes


def common(policy: str) -> str:
    return section("algorithm", "bc") + f"    policy.name: {policy}\n    policy.embodiment: common\n"


@pytest.mark.parametrize(("policy", "why"), [("cnn", "reads no instruction"), ("mlp", "where the target really is")])
def test_several_tasks_ask_for_a_policy_that_can_tell_them_apart(policy: str, why: str, tmp_path: Path) -> None:
    arms = environments(tmp_path, "charger", "peg_insertion")
    with pytest.raises(LaunchArgumentError, match=rf"one of pi0, vla_small, .* charger, peg_insertion: .*{why}"):
        check([*arms, learner(tmp_path, common(policy))])
    check([*arms, learner(tmp_path, common("vla_small"))])


def test_different_arms_at_one_task_need_no_instruction(tmp_path: Path) -> None:
    check([*environments(tmp_path, "charger"), learner(tmp_path, common("cnn"))])


@pytest.mark.parametrize("policy", ["cnn", "mlp"])
def test_only_a_flow_can_continue_a_chunk(policy: str, tmp_path: Path) -> None:
    text = section("algorithm", "bc") + f"    policy.name: {policy}\n    policy.chunk_blending: real_time\n"
    text += "    policy.horizon: 8\n    policy.execute: 4\n"
    with pytest.raises(LaunchArgumentError, match="only the flow policies"):
        check([learner(tmp_path, text)])
