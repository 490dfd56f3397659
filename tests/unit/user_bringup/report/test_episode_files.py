from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

from PIL import Image

from tests.support.learning_records import make_episode, small_spec
from user_bringup.report.episode_files import EpisodeFiles
from user_core.log.label import EpisodeLabel
from user_core.spec import EnvironmentSpec, StateGroup
from user_core.types import ActionSource, SafetyFlag, Transition


def gripper_spec() -> EnvironmentSpec:
    spec = small_spec(cameras=2)
    gripper = StateGroup(name="gripper", element_names=("width",), low=(0.0,), high=(0.08,))
    return dataclasses.replace(spec, state_groups=(*spec.state_groups, gripper))


def read(folder: Path, episode: str) -> dict[str, Any]:
    script = (folder / "report_files" / f"episode_{episode}.js").read_text()
    content: dict[str, Any] = json.loads(script.removeprefix("showEpisode(").removesuffix(");\n"))
    return content


def feed(files: EpisodeFiles, *episodes: list[Transition]) -> EpisodeFiles:
    for transition in (item for episode in episodes for item in episode):
        files.on_transition(transition)
    return files


def test_an_episode_is_told_step_by_step(tmp_path: Path) -> None:
    spec = gripper_spec()
    records = make_episode(spec, episode="a", length=5, human_steps=(2, 3))
    records[1] = dataclasses.replace(records[1], safety_flags=SafetyFlag.CLIPPED_BOX | SafetyFlag.CLIPPED_STEP, stage=1)
    files = EpisodeFiles(run=tmp_path, chosen={"a"})
    files.on_spec(spec)
    feed(files, records)
    found = read(tmp_path, "a")
    assert found["reward"] == [round(float(record.reward), 4) for record in records[:-1]]
    assert found["who"] == "".join("h" if r.action_source is ActionSource.HUMAN else "p" for r in records[:-1])
    assert "h" in found["who"]
    assert found["safety"] == [[1, "clipped box"], [1, "clipped step"]]
    assert found["stage"] == [0, 1, 0, 0, 0]
    assert found["gripper"] == [round(float(record.observation.state[-1]), 4) for record in records[:-1]]
    assert found["frames"] == [0, 1, 2, 3, 4, 5]
    picture = Image.open(tmp_path / found["strip"])
    assert picture.width > picture.height


def test_only_chosen_episodes_have_files_and_old_ones_go(tmp_path: Path) -> None:
    spec = small_spec()
    files = EpisodeFiles(run=tmp_path, chosen={"a", "b"})
    feed(files, make_episode(spec, episode="a"), make_episode(spec, episode="b"), make_episode(spec, episode="c"))
    assert files.shown() == {"a", "b"}
    assert (files.strip("a"), files.strip("c")) == ("report_files/episode_a.webp", "")
    later = EpisodeFiles(run=tmp_path, chosen={"b"})
    later.finish()
    assert later.shown() == {"b"}
    assert files.strip("a") == ""


def test_an_episode_that_was_never_closed_is_shown_as_far_as_it_went(tmp_path: Path) -> None:
    spec = small_spec(cameras=0)
    files = EpisodeFiles(run=tmp_path, chosen={"cut", "next", "last"})
    feed(files, make_episode(spec, episode="cut")[:2], make_episode(spec, episode="next"))
    assert files.shown() == {"cut", "next"}
    feed(files, make_episode(spec, episode="last")[:3]).finish()
    assert read(tmp_path, "cut")["who"] == "pp"
    assert read(tmp_path, "last") | {"strip": "", "frames": []} == read(tmp_path, "last")


def test_two_arms_do_not_mix(tmp_path: Path) -> None:
    spec = small_spec(cameras=0)
    files = EpisodeFiles(run=tmp_path, chosen={"a", "b"})
    other = [dataclasses.replace(item, source="other") for item in make_episode(spec, episode="b", length=6)]
    for pair in zip(make_episode(spec, episode="a", length=6), other, strict=True):
        feed(files, list(pair))
    assert len(read(tmp_path, "a")["who"]) == len(read(tmp_path, "b")["who"]) == 6


def test_the_last_label_counts(tmp_path: Path) -> None:
    files = EpisodeFiles(run=tmp_path, chosen=())
    for label in ("success", "failure"):
        files.on_label(EpisodeLabel(stamp_ns=1, episode="a", label=label))
    files.on_label(EpisodeLabel(stamp_ns=1, episode="b", label="reward", reward=0.5))
    assert files.labels == {"a": "failure", "b": "reward 0.5"}
