"""A station's params file keeps what it had, and is refused before anybody has brought the arm to its poses."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import yaml

from user_bringup.teaching.station import Station, taught_station
from user_bringup.teaching.station_file import check_station_file, save_station, section_of
from user_core.configuration import build
from user_core.errors import ConfigurationError
from user_core.ros.params_files import params_in_file
from user_core.transforms import Pose
from user_hardware.environment.config import EnvironmentConfig

CONFIG = EnvironmentConfig()
EVERY = "/**/environment_node"


def station(x: float = 0.41) -> Station:
    target = Pose(position=np.array([x, -0.12, 0.13]), quaternion=np.array([1.0, 0.0, 0.0, 0.0]))
    return taught_station(config=CONFIG, target=target, start=None)


def test_the_file_is_read_back_by_the_environment_and_keeps_what_it_had(tmp_path: Path) -> None:
    file = tmp_path / "stations" / "mine.yaml"
    file.parent.mkdir()
    mine = {"teleop.take_over": "dead_man", "guard.box_low_m": [0.0, 0.0, 0.0]}
    file.write_text(
        yaml.safe_dump(
            {"/**/environment_node": {"ros__parameters": mine}, "/**/learner_node": {"ros__parameters": {"seed": 3}}}
        )
    )
    save_station(file, station())
    content = yaml.safe_load(file.read_text())
    config = build(EnvironmentConfig, content["/**/environment_node"]["ros__parameters"], where="a test")
    assert config.task.nominal_target[:3] == (0.41, -0.12, 0.13)
    assert config.guard.box_low_m == CONFIG.guard.box_low_m
    assert config.teleop.take_over == "dead_man"
    assert content["/**/learner_node"]["ros__parameters"]["seed"] == 3
    assert not list(file.parent.glob("*.part"))


def test_a_file_that_is_no_params_file_is_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "notes.yaml"
    file.write_text("- a list")
    with pytest.raises(ConfigurationError, match="params file"):
        save_station(file, station())
    assert file.read_text() == "- a list"


@pytest.mark.parametrize(
    "text", ["a: [1,\n", "- a list", "a word", f"{EVERY}: [1]", f"{EVERY}: {{ros__parameters: [1]}}", "\x00"]
)
def test_what_is_no_params_file_is_refused_before_and_left_alone(tmp_path: Path, text: str) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text(text)
    with pytest.raises(ConfigurationError, match=r"station = '.*mine.yaml' is not allowed: a params file"):
        check_station_file(file)
    with pytest.raises(ConfigurationError, match="params file"):
        save_station(file, station())
    assert file.read_text() == text


def test_a_file_that_cannot_be_written_or_read_is_refused_before(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for path in (tmp_path / "file" / "mine.yaml", Path("/proc/nowhere/mine.yaml"), tmp_path):
        with pytest.raises(ConfigurationError, match="a file (in a folder )?that can be"):
            check_station_file(path)


@pytest.mark.parametrize("text", ["", f"{EVERY}:\n", f"{EVERY}: {{ros__parameters: }}\n"])
def test_an_empty_file_and_an_empty_section_will_do(tmp_path: Path, text: str) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text(text)
    check_station_file(file)
    assert save_station(file, station()) is None
    assert params_in_file(file, node_name="/arm_0/environment_node")["task.nominal_target"][0] == 0.41


def test_looking_at_a_file_that_is_not_there_makes_nothing(tmp_path: Path) -> None:
    check_station_file(tmp_path / "stations" / "mine.yaml")
    assert not list(tmp_path.iterdir())


def test_a_file_with_comments_is_kept_as_it_was(tmp_path: Path) -> None:
    file, text = tmp_path / "mine.yaml", f"# measured in May\n{EVERY}: {{ros__parameters: {{guard.speed_m_s: 0.1}}}}\n"
    for expected in ("mine.yaml.bak", "mine.yaml.bak1"):
        file.write_text(text)
        backup = save_station(file, station())
        assert backup == tmp_path / expected and backup.read_text() == text
    assert save_station(file, station()) is None


def test_each_arm_has_its_own_station_whichever_was_taught_first(tmp_path: Path) -> None:
    for order in (("arm_0", "arm_1"), ("arm_1", "arm_0"), ("arm_1", "arm_0", "arm_1", "arm_0")):
        file = tmp_path / f"{len(list(tmp_path.iterdir()))}.yaml"
        for arm in order:
            x = 0.4 if arm == "arm_0" else 0.6
            save_station(file, station(x), section=section_of(file, arm, default="arm_0"))
        targets = [
            params_in_file(file, node_name=f"/{arm}/environment_node")["task.nominal_target"][0]
            for arm in ("arm_0", "arm_1", "arm_2")
        ]
        assert targets == [0.4, 0.6, 0.4]


def test_what_was_taught_wins_over_the_same_spelt_or_placed_otherwise(tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    target = {"task.nominal_target": [0.0] * 7}
    nested = {**target, "task": {"nominal_target": [0.1] * 7, "max_episode_steps": 50}}
    own = {"/arm_0/environment_node": {"ros__parameters": target}}
    file.write_text(yaml.safe_dump({**own, EVERY: {"ros__parameters": nested}}, sort_keys=False))
    for arm in ("arm_0", "arm_1"):
        save_station(file, station(), section=section_of(file, arm, default="arm_0"))
        values = params_in_file(file, node_name=f"/{arm}/environment_node")
        assert (values["task.nominal_target"][0], values["task.max_episode_steps"]) == (0.41, 50)
