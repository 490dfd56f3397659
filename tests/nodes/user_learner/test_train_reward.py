"""train_reward on real bags: what it learns, writes and refuses."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.support.reward_bags import LENGTH, SHOWN, reward_episode, some_episodes, write_bag
from user_core.errors import ConfigurationError, LogError
from user_core.log.label import EpisodeLabel
from user_core.types import Transition
from user_learner.reward_training.command_line import main, parse, run
from user_learner.reward_training.pictures import read_pictures
from user_learner.reward_training.training import split_by_episode
from user_policies.reward.classifier import RewardClassifier

pytestmark = pytest.mark.ros


def label(episode: str, kind: str, stamp_ns: int = 1) -> EpisodeLabel:
    return EpisodeLabel(stamp_ns=stamp_ns, episode=episode, label=kind)


def changed(
    records: list[Transition], *, reward_source: str, outcome: str = "success", awaits_verdict: bool = False
) -> list[Transition]:
    """The same episode, judged by something else: records k < T say by what, record T how it ended."""
    last = replace(records[-1], outcome=outcome, awaits_verdict=awaits_verdict)
    return [*(replace(record, reward_source=reward_source) for record in records[:-1]), last]


def test_it_finds_the_camera_that_shows_the_success_and_writes_what_reward_node_loads(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bag = write_bag(tmp_path / "bag", some_episodes(20))
    out = tmp_path / "classifier.safetensors"
    run([str(bag), f"out:={out}", "epochs:=20", "batch_size:=32", "shift_pixels:=0", "learning_rate:=0.01"])
    card = RewardClassifier.load(out).card
    assert [camera.name for camera in card.cameras] == ["camera_0", "camera_1"]
    assert card.figures["area_under_roc"] > 0.95
    assert card.figures["area_under_roc_camera_0"] > card.figures["area_under_roc_camera_1"] + 0.2
    assert card.figures["held_out_episodes"] == 6
    assert out.with_suffix(".png").stat().st_size > 10_000
    said = capsys.readouterr().out
    assert "precision" in said and "recall" in said and "camera_1 alone: area under ROC" in said


def test_observations_at_and_after_success_are_positive_and_those_just_before_are_left_out(tmp_path: Path) -> None:
    bag = write_bag(tmp_path / "bag", [reward_episode("a", succeeds=True)])
    pictures = read_pictures([bag], cameras=(), margin=2)
    assert pictures.success.tolist() == [False] * (LENGTH + 1 - SHOWN - 2) + [True] * SHOWN


def test_the_last_label_of_an_episode_wins(tmp_path: Path) -> None:
    episodes = [reward_episode("a", succeeds=True), reward_episode("b", succeeds=False)]
    labels = [label("a", "success"), label("b", "failure"), label("a", "failure"), label("b", "success")]
    pictures = read_pictures([write_bag(tmp_path / "bag", episodes, labels=labels)], cameras=(), margin=0)
    by_episode = [pictures.success[pictures.episode == number].tolist() for number in (0, 1)]
    assert by_episode == [[False] * (LENGTH + 1), [False] * LENGTH + [True]]


def test_a_success_that_the_person_took_back_is_none(tmp_path: Path) -> None:
    taken_back = changed(reward_episode("a", succeeds=True), reward_source="human", outcome="failure")
    bag = write_bag(tmp_path / "bag", [taken_back, reward_episode("b", succeeds=True)])
    pictures = read_pictures([bag], cameras=(), margin=0)
    assert not pictures.success[pictures.episode == 0].any()
    assert pictures.success[pictures.episode == 1].any()
    labelled = write_bag(tmp_path / "labelled", [taken_back], labels=[label("a", "success")])
    assert read_pictures([labelled], cameras=(), margin=0).success.any()


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"reward_source": "classifier"}, "judged by a classifier alone"),
        ({"reward_source": "pose", "awaits_verdict": True}, "awaiting a verdict"),
    ],
)
def test_only_what_somebody_has_confirmed_is_learned_from(tmp_path: Path, changes: dict[str, Any], reason: str) -> None:
    guessed = [changed(reward_episode(name, succeeds=True), **changes) for name in ("a", "b")]
    episodes = [*guessed, reward_episode("c", succeeds=True)]
    said: list[str] = []
    labels = [label("a", "failure"), label("b", "reward")]
    bag = write_bag(tmp_path / "bag", episodes, labels=labels)
    pictures = read_pictures([bag], cameras=(), margin=0, say=said.append)
    by_episode = [pictures.success[pictures.episode == number].tolist() for number in (0, 1)]
    assert by_episode == [[False] * (LENGTH + 1), [False] * (LENGTH + 1 - SHOWN) + [True] * SHOWN]
    assert len(set(pictures.episode.tolist())) == 2
    assert said == [f"episodes left out: 1 {reason}; label them with ./user bag relabel to use them"]
    with pytest.raises(LogError, match=f"no episode to learn from: 2 {reason}; label them"):
        read_pictures([write_bag(tmp_path / "guessed", guessed)], cameras=(), margin=0)


@pytest.mark.parametrize("step", [LENGTH - SHOWN, LENGTH - 1])
def test_a_persons_mark_confirms_what_a_classifier_judges_beside(tmp_path: Path, step: int) -> None:
    records = changed(reward_episode("a", succeeds=True), reward_source="classifier")
    records[step] = replace(records[step], reward_source="human")
    pictures = read_pictures([write_bag(tmp_path / "bag", [records])], cameras=(), margin=0)
    assert pictures.success[-1]


def test_no_episode_is_in_two_parts(tmp_path: Path) -> None:
    pictures = read_pictures([write_bag(tmp_path / "bag", some_episodes(12))], cameras=(), margin=0)
    parts = split_by_episode(pictures, held_out=0.3, seed=0)
    sets = [set(part.episode.tolist()) for part in (parts.training, parts.validation, parts.held_out)]
    assert sum(len(one) for one in sets) == len(set.union(*sets)) == 12


def test_a_run_folder_stands_for_its_bag(tmp_path: Path) -> None:
    write_bag(tmp_path / "transitions", some_episodes(2))
    assert read_pictures([tmp_path], cameras=("camera_1",), margin=0).cameras[0].name == "camera_1"


def test_a_bag_without_a_success_is_one_sentence(tmp_path: Path) -> None:
    bag = write_bag(tmp_path / "bag", [reward_episode("a", succeeds=False)])
    with pytest.raises(ConfigurationError, match="none with a success, collect some with ./user collect_reward_data"):
        read_pictures([bag], cameras=(), margin=0)


def test_a_bag_without_episodes_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(LogError, match="holds no episodes with their spec"):
        read_pictures([write_bag(tmp_path / "bag", [])], cameras=(), margin=0)


def test_a_camera_that_the_bag_lacks_is_named_with_those_that_it_has(tmp_path: Path) -> None:
    bag = write_bag(tmp_path / "bag", some_episodes(2))
    with pytest.raises(ConfigurationError, match="'overhead' is not allowed: of camera_0, camera_1"):
        read_pictures([bag], cameras=("overhead",), margin=0)


def test_too_few_episodes_for_a_split_are_one_sentence(tmp_path: Path) -> None:
    pictures = read_pictures([write_bag(tmp_path / "bag", some_episodes(4))], cameras=(), margin=0)
    with pytest.raises(ConfigurationError, match="4 episodes, 2 with a success"):
        split_by_episode(pictures, held_out=0.3, seed=0)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["nowhere"], "error: the bag nowhere cannot be read"),
        (["bag", "epoch:=3"], "did you mean epochs?"),
        (["out:=file"], "one or more bags"),
    ],
)
def test_what_is_given_wrongly_is_one_sentence_and_status_2(
    words: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(words)
    assert ended.value.code == 2
    assert said in capsys.readouterr().err


def test_settings_are_told_from_bags() -> None:
    bags, config = parse(["one", "out:=1.safetensors", "two", "false_positive_rate:=0.01", "cameras:=wrist"])
    assert [str(bag) for bag in bags] == ["one", "two"]
    assert (config.out, config.false_positive_rate, config.cameras) == ("1.safetensors", 0.01, "wrist")
