"""teach_pose as a person uses it: the arm is brought there, Enter, shown, saved or not."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import rclpy
import yaml
from geometry_msgs.msg import PoseStamped
from rclpy.context import Context
from rclpy.node import Node

from tests.support.spinning import Spinning
from user_bringup.nodes.teach_pose import main
from user_core.ros import qos

pytestmark = pytest.mark.ros


class Arm:
    """An arm that is moved by hand: it reports its pose at 50 Hz."""

    def __init__(self, context: Context) -> None:
        self.node = Node("arm", namespace="arm_0", context=context)
        self.position = (0.5, 0.0, 0.1)
        self._publisher = self.node.create_publisher(PoseStamped, "current_pose", qos.driver(reliable=True))
        self.node.create_timer(0.02, self._publish)

    def _publish(self) -> None:
        message = PoseStamped()
        point = message.pose.position
        point.x, point.y, point.z = self.position
        message.pose.orientation.x, message.pose.orientation.w = 1.0, 0.0
        self._publisher.publish(message)


@pytest.fixture
def arm(domain_id: int, monkeypatch: pytest.MonkeyPatch) -> Iterator[Arm]:
    monkeypatch.setenv("ROS_DOMAIN_ID", str(domain_id))
    context = Context()
    rclpy.init(context=context, domain_id=domain_id)
    arm = Arm(context)
    with Spinning(arm.node, context=context):
        yield arm
    context.try_shutdown()


def teach(monkeypatch: pytest.MonkeyPatch, answers: list[Any], *words: str) -> int:
    """Run the program; each answer is typed, or called and then Enter pressed. Return the exit status."""

    def answer(prompt: str) -> str:
        value = answers.pop(0)
        if callable(value):
            value()
            return ""
        return str(value)

    monkeypatch.setattr("builtins.input", answer)
    monkeypatch.setattr(sys, "argv", ["teach_pose", *words])
    with pytest.raises(SystemExit) as end:
        main()
    assert not answers
    return int(end.value.code or 0)


def test_a_taught_target_and_start_are_saved_as_a_params_file(arm, monkeypatch, tmp_path: Path, capsys) -> None:
    file = tmp_path / "mine.yaml"

    def move(*position: float) -> Any:
        def to_there() -> None:
            arm.position = position
            time.sleep(0.5)  # nobody presses Enter while the arm still moves

        return to_there

    answers = [move(0.42, 0.1, 0.09), move(0.42, 0.1, 0.17), "y"]
    assert teach(monkeypatch, answers, "robot:=simulation", "task:=peg_insertion", f"station:={file}") == 0
    parameters = yaml.safe_load(file.read_text())["/**/environment_node"]["ros__parameters"]
    assert parameters["task.nominal_target"][:3] == [0.42, 0.1, 0.09]
    assert parameters["reset.start_low_m"][2] == pytest.approx(0.07)
    assert "config:=" in capsys.readouterr().out


def test_nothing_is_saved_unless_asked_for(arm, monkeypatch, tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    assert teach(monkeypatch, ["", "s", "n"], "robot:=simulation", f"station:={file}") == 1
    assert not file.exists()


def test_a_file_that_could_not_be_saved_is_refused_before_the_first_prompt(monkeypatch, capsys, tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text("a: [1,")
    assert teach(monkeypatch, [], "robot:=simulation", f"station:={file}") == 2
    assert "this is no YAML" in capsys.readouterr().err


def test_comments_are_kept_beside_and_an_arm_of_another_name_has_its_section(
    arm, monkeypatch, tmp_path: Path, capsys
) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text("# careful: glass\n/arm_0/environment_node: {ros__parameters: {guard.speed_m_s: 0.1}}\n")
    assert teach(monkeypatch, ["", "s", "y"], "robot:=simulation", f"station:={file}") == 0
    said = capsys.readouterr().out
    assert f"{file} would get, in /arm_0/environment_node:" in said
    assert f"comments are not kept; as it was, it is {file}.bak" in said
    assert "careful" in (tmp_path / "mine.yaml.bak").read_text()
    assert list(yaml.safe_load(file.read_text())) == ["/arm_0/environment_node"]


@pytest.mark.parametrize(
    ("word", "said"),
    [("robot:=pr2", "franka, simulation"), ("task:=juggling", "peg_insertion"), ("speed:=2", "robot, task, name")],
)
def test_what_there_is_not_is_refused_with_the_choices(monkeypatch, capsys, word: str, said: str) -> None:
    assert teach(monkeypatch, [], word) == 2
    assert said in capsys.readouterr().err
