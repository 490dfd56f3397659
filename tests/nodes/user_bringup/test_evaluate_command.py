"""`evaluate` up to the launch: which weights are taken, what the folder gets, and what is refused in one sentence."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest

from tests.support.learning_records import small_spec
from tests.support.run_tables import Run, episode_row, progress_config
from tests.support.weights_samples import make_payload
from user_bringup.evaluate import command_line
from user_bringup.evaluate.trained_policy import find_trained_policy
from user_bringup.evaluation.evaluation_request import EvaluationRequest
from user_bringup.report.configuration_file import write_configuration
from user_core.log.kinds import RecordKind
from user_core.log.writer import BagWriter
from user_core.ros.definitions import log_definitions
from user_core.ros.spec_conversion import spec_to_message
from user_core.run import RunFolder
from user_core.types import Mode
from user_learner.checkpoint import Checkpoint, CheckpointStore
from user_policies.weights.store import WeightsStore

pytestmark = pytest.mark.ros

SPEC = dataclasses.replace(small_spec(), task="peg_insertion")


def make_checkpoint(updates: int) -> Checkpoint:
    tensors = {
        "trainer.learner.policy.actor.weight": np.full((2, 2), updates, np.float32),
        "trainer.learner.critic.weight": np.zeros(3, np.float32),
    }
    return Checkpoint(
        run="run",
        spec_digest=SPEC.digest,
        algorithm="rlpd",
        policy="mlp",
        updates=updates,
        log_position=1,
        tensors=tensors,
    )


@pytest.fixture
def trained(tmp_path: Path) -> Path:
    """A run of peg_insertion with policy mlp, without weights so far, whose log knows its spec."""
    from rclpy.serialization import serialize_message

    folder = tmp_path / "trained"
    Run(folder, progress_config(policy="mlp"))
    writer = BagWriter(folder / "transitions", run="run", definitions=log_definitions())
    message = spec_to_message(SPEC, run="run", source="source", source_sequence=0)
    writer.append(RecordKind.SPEC, bytes(serialize_message(message)), stamp_ns=1)
    writer.close()
    return folder


def add_checkpoints(folder: Path, *updates: int) -> CheckpointStore:
    store = CheckpointStore(folder=folder / "checkpoints", keep_newest=9)
    for count in updates:
        store.save(make_checkpoint(count))
    (folder / "checkpoints" / "incarnation").write_text("2")
    return store


def add_weights(folder: Path, *, update: int, name: str = "") -> Path:
    store = WeightsStore(folder=folder / "policy" / "policy_node")
    return store.save(make_payload(update=update, name=name, spec_digest=SPEC.digest)).path


def run_main(words: Sequence[str], monkeypatch: pytest.MonkeyPatch) -> tuple[int, list[list[str]]]:
    """Run the command with a launch that only notes its words."""
    launches: list[list[str]] = []

    def interrupted_launch(given: Sequence[str]) -> int:
        launches.append(list(given))
        return 130

    monkeypatch.setattr(command_line, "run_launch", interrupted_launch)
    return command_line.main(list(words)), launches


def test_a_run_gives_its_best_evaluated_weights_as_they_acted(trained: Path) -> None:
    store = add_checkpoints(trained, 100, 205, 300)
    store.evaluated(checkpoint=Checkpoint.name_of(205), version="1.200", success_rate=0.9, episodes=20)
    assert find_trained_policy(trained).source.name == Checkpoint.name_of(205)
    acted = add_weights(trained, update=200)
    add_weights(trained, update=299)
    found = find_trained_policy(trained)
    assert (found.source, str(found.version)) == (acted, "1.200")
    assert found.spec is not None
    assert found.spec["task"] == "peg_insertion"


def test_without_an_evaluation_it_is_the_newest(trained: Path) -> None:
    newest = add_weights(trained, update=64)
    add_weights(trained, update=32)
    add_weights(trained, update=96, name="imitation")
    assert find_trained_policy(trained).source == newest
    add_checkpoints(trained, 100, 300)
    found = find_trained_policy(trained)
    assert str(found.version) == "2.300"
    assert {name: tensor.tolist() for name, tensor in found.tensors.items()} == {"actor.weight": [[300, 300]] * 2}


def test_a_checkpoint_or_a_file_of_weights_can_be_named(trained: Path) -> None:
    add_checkpoints(trained, 100, 300)
    folder = trained / "checkpoints" / Checkpoint.name_of(100)
    for path in (folder, folder / "state.safetensors", folder / "checkpoint.json"):
        assert str(find_trained_policy(path).version) == "2.100"
    named = find_trained_policy(add_weights(trained, update=96, name="imitation"))
    assert (named.name, named.registry_name) == ("imitation", "mlp")
    assert named.facts is not None


def test_the_run_is_only_read_and_the_folder_gets_the_weights(
    trained: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_checkpoints(trained, 300)
    before = sorted(path for path in trained.rglob("*"))
    out = tmp_path / "out"
    given = ["peg_insertion", f"checkpoint:={trained}", "episodes:=4", "seed:=7", f"run:={out}", "robots:=2"]
    status, (words,) = run_main(given, monkeypatch)
    assert status == 130
    assert sorted(path for path in trained.rglob("*")) == before
    assert words[0] == "evaluate"
    expected = {
        "task:=peg_insertion",
        "policy:=mlp",
        "algorithm:=rlpd",
        "seed:=7",
        "evaluation_episodes:=4",
        "robots:=2",
    }
    assert expected | {f"run:={out}"} == set(words[1:])
    store = WeightsStore(folder=out / "policy" / "policy_node")
    store.open(RunFolder(path=out).identity())
    kept = store.newest(spec_digest=SPEC.digest)
    assert kept is not None
    assert kept.read().tensors()["actor.weight"].tolist() == [[300, 300]] * 2
    request = EvaluationRequest.read(out)
    assert request is not None
    assert request.misfit(SPEC) == ""
    assert run_main(given, monkeypatch)[1] == [words]


def test_the_operator_needs_no_weights(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = tmp_path / "out"
    _, (words,) = run_main(["peg_insertion", "policy:=operator", "episodes:=4", f"run:={out}"], monkeypatch)
    assert words == ["evaluate_operator", "task:=peg_insertion", f"run:={out}", "seed:=0", "evaluation_episodes:=4"]


def finish(folder: Path, *, seed: int = 7, task: str = "peg_insertion") -> Path:
    """Play a whole evaluation of four episodes."""
    EvaluationRequest(task=task, policy="operator", seed=seed, episodes=4).write(folder)
    run = Run(folder, progress_config(purpose="evaluate_operator", task=task, run_folder=str(folder)))
    run.counters.control_rate_hz = 10.0
    run.tick()
    while run.session.ending is None:
        run.finish_evaluation()
    run.record.sample_table.add(run.counters)
    return folder


def test_a_finished_evaluation_is_printed_and_not_run_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    out = finish(tmp_path / "out")
    words = ["peg_insertion", "policy:=operator", "episodes:=4", "seed:=7", f"run:={out}"]
    assert run_main(words, monkeypatch) == (0, [])
    printed = capsys.readouterr().out
    assert "success: 4 of 4" in printed
    assert "mean time to success: 1.00 s" in printed


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ("robot:=franka", "robot: franka, not left out"),
        ("reward:=dense", "reward: dense, not left out"),
        ("real_time_factor:=1.0", "real_time_factor: 1.0, not left out"),
        ("config:=CONFIG", "config: mine.yaml (sha256 "),
    ],
)
def test_a_folder_is_that_of_the_arguments_it_was_made_with(
    changed: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    config = tmp_path / "mine.yaml"
    config.write_text("{}")
    out = finish(tmp_path / "out")
    words = ["peg_insertion", "policy:=operator", "episodes:=4", "seed:=7", f"run:={out}"]
    assert run_main([*words, changed.replace("CONFIG", str(config))], monkeypatch) == (2, [])
    error = capsys.readouterr().err
    assert said in error and error.count("\n") == 1
    assert run_main([*words, "robot:=simulation", "record:=raw"], monkeypatch) == (0, [])


def test_other_robots_are_not_compared(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    a, b = finish(tmp_path / "a"), finish(tmp_path / "b")
    for folder, robot in ((a, "simulation"), (b, "franka")):
        write_configuration({"/arm_0/environment_node": {"robot": robot}}, path=folder / "configuration.yaml")
    assert command_line.main(["--compare", str(a), str(b)]) == 2
    assert "robot: 'simulation' and 'franka'" in capsys.readouterr().err


def test_compare_prints_and_keeps_what_it_finds(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    a, b = finish(tmp_path / "a"), finish(tmp_path / "b")
    assert command_line.main(["--compare", str(a), str(b)]) == 0
    assert "seeds won: A 0, B 0, drawn 4" in capsys.readouterr().out
    assert json.loads((a / "comparison-b.json").read_text())["success_p"] == 1.0
    assert "McNemar" in (a / "comparison-b.html").read_text()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["peg_insertion", "checkpoint:=/no/such/run"], "checkpoint = '/no/such/run' is not allowed"),
        (["peg_insertion", "checkpoint:=TRAINED"], "this one has no checkpoint yet"),
        (["peg_insertion", "checkpoint:=EMPTY"], "this folder is none"),
        (["peg_insertion", "checkpoint:=TEXT"], "this file is none"),
        (["peg_insertion", "checkpoint:=LEARNED", "policy:=cnn"], "mlp, which is what"),
        (["peg_insertion", "checkpoint:=LEARNED", "algorithm:=sac"], "rlpd, which trained"),
        (["peg_insertion", "checkpoint:=CHARGER"], "this one has learned charger"),
        (["peg_insertion", "checkpoint:=LEARNED", "episodes:=0"], "episodes = '0' is not allowed"),
        (["peg_insertion", "checkpoint:=LEARNED", "robbot:=franka"], "'robbot' is unknown (did you mean 'robot'?)"),
        (["peg_insertion", "checkpoint:=LEARNED", "run:=TRAINED"], "a folder that does not exist yet"),
        (["peg_insertion", "policy:=operator", "run:=TEXT"], "a folder that does not exist yet"),
        (["peg_insertion", "policy:=operator", "run:=TEXT/deeper"], "evaluation.json cannot be written"),
        (["peg_insertion", "policy:=operator", "seed:=7", "episodes:=4", "run:=TORN"], "Is a directory"),
        (["--compare", "FINISHED", "TORN"], "Is a directory"),
        (["peg_insertion", "policy:=operator", "seed:=8", "run:=FINISHED"], "seed: 8, not 7"),
        (["peg", "policy:=operator"], "unknown task 'peg'; there are:"),
        (["--compare", "FINISHED", "LEARNED"], "the folder of an evaluation"),
        (["--compare", "FINISHED", "SEED8"], "the same seeds"),
        (["--compare", "FINISHED", "OF_CHARGER"], "the same task"),
        (["--compare", "FINISHED", "TEXT"], "the report.json of an evaluation"),
    ],
)
def test_what_cannot_be_is_one_sentence_and_nothing_is_started(
    words: list[str],
    said: str,
    trained: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def learned(task: str) -> Path:
        Run(tmp_path / task, progress_config(policy="mlp", task=task))
        add_checkpoints(tmp_path / task, 300)
        return tmp_path / task

    def torn() -> Path:
        facts = finish(tmp_path / "torn") / "progress" / "run.json"
        facts.unlink()
        facts.mkdir()
        return tmp_path / "torn"

    places: dict[str, Callable[[], Path]] = {
        "TRAINED": lambda: trained,
        "TEXT": lambda: trained / "progress" / "run.json",
        "TEXT/deeper": lambda: trained / "progress" / "run.json" / "deeper",
        "TORN": torn,
        "EMPTY": lambda: tmp_path / "empty",
        "LEARNED": lambda: learned("peg_insertion"),
        "CHARGER": lambda: learned("charger"),
        "FINISHED": lambda: finish(tmp_path / "finished"),
        "SEED8": lambda: finish(tmp_path / "seed8", seed=8),
        "OF_CHARGER": lambda: finish(tmp_path / "of_charger", task="charger"),
    }
    (tmp_path / "empty").mkdir()
    parts = [word.rpartition(":=") for word in words]
    given = [head + separator + str(places[value]() if value in places else value) for head, separator, value in parts]
    assert run_main(given, monkeypatch) == (2, [])
    error = capsys.readouterr().err
    assert said in error
    assert error.startswith("evaluate: ")
    assert error.count("\n") == 1


def test_an_unfinished_evaluation_cannot_be_compared(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "out"
    EvaluationRequest(task="peg_insertion", policy="operator", seed=7, episodes=4).write(out)
    run = Run(out, progress_config(purpose="evaluate_operator", run_folder=str(out)))
    run.record.episodes.add(episode_row(episode="a", mode=Mode.COLLECT))
    assert command_line.main(["--compare", str(out), str(finish(tmp_path / "b"))]) == 2
    assert "it is not complete" in capsys.readouterr().err
