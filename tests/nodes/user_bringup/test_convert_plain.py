"""Bags that name no steps: a grid of ticks, the newest sample of each, and clear words about what cannot be."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from rosbags.rosbag2 import StoragePlugin

from tests.support.params_file import write_params
from tests.support.raw_recordings import START_NS, image_at, write_recording, write_station
from tests.support.transition_fields import transitions_of
from user_bringup.convert.arguments import parse
from user_bringup.convert.conversion import Conversion, convert
from user_core.errors import ConfigurationError, LogError, UserRosError
from user_core.log.kinds import RecordKind
from user_core.log.reader import BagReader
from user_core.ros.records import decode
from user_core.types import ActionSource, Mode, StepType, Transition

pytestmark = [pytest.mark.ros, pytest.mark.timeout(60)]


def run(raw: Path, *options: str, task: str = "peg_insertion") -> tuple[Conversion, Path]:
    station = write_station(raw.parent / "station.yaml")
    out = raw.parent / "out"
    named = ["--task", task] if task else []
    return convert(parse([str(raw), str(out), *named, "--config", str(station), *options])), out


def episodes_of(out: Path) -> list[list[Transition]]:
    found: dict[str, list[Transition]] = {}
    for (episode, _), record in sorted(transitions_of(out).items()):
        found.setdefault(episode, []).append(record)
    return sorted(found.values(), key=lambda records: records[0].observation.stamp_ns)


def test_ticks_lie_on_a_grid_with_the_newest_samples_before_each(tmp_path):
    result, out = run(write_recording(tmp_path / "raw"))
    (records,) = episodes_of(out)
    assert (result.episodes, result.steps, len(records)) == (1, 15, 16)
    assert [record.observation.stamp_ns - START_NS for record in records] == [k * 100_000_000 for k in range(16)]
    for k, record in enumerate(records):
        (image,) = record.observation.images
        np.testing.assert_array_equal(image, image_at(k / 10))
        assert {s.age_s for s in record.observation.streams} == {0.0}
        assert record.observation.state[2] == pytest.approx(0.09 - 0.005 * k, abs=1e-6)
    assert any("grid" in note for note in result.notes) and any("targets sent" in note for note in result.notes)


def test_actions_are_what_the_targets_asked_for_and_the_first_wrench_is_the_bias(tmp_path):
    _, out = run(write_recording(tmp_path / "raw"))
    (records,) = episodes_of(out)
    # The target is 10 mm ahead of the tool, and one unit is 20 mm.
    for record in records[:-1]:
        np.testing.assert_allclose(record.executed_action, [0, 0, -0.5, 0, 0, 0], atol=1e-5)
        assert (record.action_source, record.observation.mode) == (ActionSource.HUMAN, Mode.COLLECT)
    spec = _spec(out)
    assert not np.any(records[3].observation.state[spec.group_slices()["tcp_force"]])


def test_ticks_lie_just_before_the_targets_that_answer_them(tmp_path):
    _, out = run(write_recording(tmp_path / "raw", target_delay_s=0.04))
    (records,) = episodes_of(out)
    assert [record.observation.stamp_ns - START_NS for record in records] == [30_000_000 + k * 10**8 for k in range(15)]
    # The newest pose is 10 mm behind the target still: 20 ms are one sample, and 1 mm.
    for record in records[:-1]:
        np.testing.assert_allclose(record.executed_action, [0, 0, -0.45, 0, 0, 0], atol=1e-5)


def test_without_targets_the_measured_motion_is_the_action_and_it_is_said(tmp_path):
    result, out = run(write_recording(tmp_path / "raw", without=("target_pose",)))
    (records,) = episodes_of(out)
    for record in records[:-1]:
        np.testing.assert_allclose(record.executed_action, [0, 0, -0.25, 0, 0, 0], atol=1e-5)
    assert any("measured poses" in note for note in result.notes)


def test_end_of_the_recording_truncates_unless_it_is_called_a_success(tmp_path):
    raw = write_recording(tmp_path / "raw")
    _, out = run(raw)
    (records,) = episodes_of(out)
    assert (records[-1].outcome, records[-1].truncated, records[-2].discount) == ("timeout", True, 1.0)
    out.rename(tmp_path / "first")
    _, out = run(raw, "--reward", "none", "--outcome", "success")
    (records,) = episodes_of(out)
    assert (records[-1].outcome, records[-1].terminated) == ("success", True)
    assert [record.reward for record in records[:-1]] == [0.0] * 14 + [1.0]
    assert (records[-2].discount, records[-2].success, records[-1].step_type) == (0.0, True, StepType.LAST)


def test_task_reward_ends_the_episode_where_it_fires(tmp_path):
    _, out = run(write_recording(tmp_path / "raw", seconds=2.5))
    (records,) = episodes_of(out)
    # The tool is within 5 mm of the nominal target from 1.7 s on, and has to stay for two ticks.
    assert (records[-1].observation.step, records[-1].outcome, records[-2].reward) == (18, "success", 1.0)


def test_gripper_axis_is_what_stands_commanded_and_a_change_costs_what_it_costs_live(tmp_path):
    axes = {"action.names": ["x", "y", "z", "rx", "ry", "rz", "gripper"], "gripper.toggle_cost": 0.25}
    config = write_params(tmp_path / "axes.yaml", {"environment_node": axes})
    raw = write_recording(tmp_path / "raw", opens_at_s=0.55)
    _, out = run(raw, "--reward", "none", "--config", str(config))
    (records,) = episodes_of(out)
    assert [record.executed_action[6] for record in records[:-1]] == [-1.0] * 5 + [1.0] * 10
    assert [record.reward for record in records[:-1]] == [0.0] * 5 + [-0.25] + [0.0] * 9


def test_silence_cuts_episodes_and_spans_choose_them(tmp_path):
    raw = write_recording(tmp_path / "raw", silence_s=(0.51, 0.99))
    _, out = run(raw, "--episode-gap", "0.3")
    assert [len(records) for records in episodes_of(out)] == [6, 6]
    out.rename(tmp_path / "first")
    _, out = run(raw, "--span", "0.1:0.4", "--span", "1.1:1.3", "--episode-gap", "0.3")
    assert [len(records) for records in episodes_of(out)] == [4, 3]


def test_the_same_bag_gives_the_same_log_again(tmp_path):
    raw = write_recording(tmp_path / "raw")
    _, out = run(raw)
    out.rename(tmp_path / "first")
    _, out = run(raw)
    assert transitions_of(out).keys() == transitions_of(tmp_path / "first").keys()


def test_log_is_numbered_without_a_gap_as_an_environment_numbers_it(tmp_path):
    _, out = run(write_recording(tmp_path / "raw", silence_s=(0.51, 0.99)), "--episode-gap", "0.3")
    with BagReader(out) as bag:
        kinds = [record.kind for record in bag.records()]
    assert kinds == [RecordKind.SPEC, *[RecordKind.TRANSITION] * 6, RecordKind.EPISODE] + [
        *[RecordKind.TRANSITION] * 6,
        RecordKind.EPISODE,
    ]
    sequences = sorted(record.source_sequence for record in transitions_of(out).values())
    assert sequences == [*range(1, 7), *range(8, 14)]


def test_sqlite_bags_with_other_names_and_no_namespace_convert(tmp_path):
    theirs = {"current_pose": "/pose", "current_twist": "/twist", "target_pose": "/goal"}
    raw = write_recording(tmp_path / "raw", arm="", names=theirs, plugin=StoragePlugin.SQLITE3)
    remap = [f"--remap={name}:=/{topic}" for topic, name in theirs.items()]
    result, _ = run(raw, "--arm", "", *remap)
    assert result.steps == 15


@pytest.mark.parametrize(
    ("left_out", "options", "sentence"),
    [
        (("current_pose",), (), "no topic is called current_pose.* The bag has /arm_0/current_twist"),
        (("current_twist",), (), r"/arm_0/current_twist .*which current_twist needs, is not in it. The bag has"),
        (("wrist_camera/color/image_raw",), (), r"image_raw \(sensor_msgs/msg/Image\), which wrist needs, is not"),
        ((), ("--reward", "rule"), "task/state .* which the reward rule needs, is not in it"),
        ((), ("--remap=/arm_0/current_twist:=/arm_0/current_pose",), "a name that no other topic has: /arm_0/current_"),
    ],
)
def test_bag_without_what_is_needed_says_what_and_what_is_there(tmp_path, left_out, options, sentence):
    raw = write_recording(tmp_path / "raw", without=left_out)
    with pytest.raises(UserRosError, match=sentence):
        run(raw, *options)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["raw", "station.yaml"]


def test_empty_bag_is_called_empty(tmp_path):
    raw = write_recording(tmp_path / "raw", silence_s=(-1.0, 99.0))
    with pytest.raises(LogError, match="holds no messages"):
        run(raw)


def test_bag_that_says_nothing_of_its_task_asks_for_it(tmp_path):
    with pytest.raises(ConfigurationError, match="--task = ''.*the bag does not say"):
        run(write_recording(tmp_path / "raw"), task="")


def test_existing_output_and_a_transition_log_are_refused(tmp_path):
    raw = write_recording(tmp_path / "raw")
    _, out = run(raw)
    before = transitions_of(out).keys()
    with pytest.raises(ConfigurationError, match="a folder that does not exist yet"):
        run(raw)
    assert transitions_of(out).keys() == before
    with pytest.raises(LogError, match="is a transition log already"):
        convert(parse([str(out), str(tmp_path / "again"), "--task", "peg_insertion"]))


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--span", "2:1"], "--span = '2:1'.*FROM before TO"),
        (["--span", "a:b"], "--span = 'a:b'"),
        (["--remap", "/pose"], "--remap = '/pose'.*THEIRS:=OURS"),
        (["--reward", "best"], "unknown reward 'best'"),
    ],
)
def test_wrong_options_are_one_sentence(options: Sequence[str], sentence):
    with pytest.raises(UserRosError, match=sentence):
        parse(["raw", "out", *options])


def _spec(out: Path):
    with BagReader(out) as bag:
        first = next(record for record in bag.records() if record.kind is RecordKind.SPEC)
    return decode(first.kind, first.payload)


def test_no_folder_is_removed_that_it_has_not_made(tmp_path):
    thesis = tmp_path / "out.partial" / "thesis.txt"
    thesis.parent.mkdir()
    thesis.write_text("years of work")
    run(write_recording(tmp_path / "raw"))
    assert thesis.exists()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out", "out.partial", "raw", "station.yaml"]
