"""What record:=raw recorded becomes, through convert, the very transitions that the run logged."""

from __future__ import annotations

import shutil
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from rosbags.highlevel import AnyReader

from tests.support.classifiers import believes_anything
from tests.support.domains import leased_domain
from tests.support.launched_graph import LaunchedGraph
from tests.support.params_file import write_params
from tests.support.tools import run_tool
from tests.support.transition_fields import different_fields, transitions_of
from user_core.log.kinds import RecordKind
from user_core.log.reader import BagReader

pytestmark = [pytest.mark.ros, pytest.mark.slow, pytest.mark.timeout(300)]
EPISODES = 3


def recorded(folder: Path, what: str, settings: dict[str, Any], **arguments: Any) -> Path:
    """Return the folder of a run of a few episodes with two cameras, in lockstep, whose drivers were recorded.

    Args:
        folder: For everything.
        what: Launch file.
        settings: Of the environment.
        arguments: Of the launch.
    """
    settings = {"progress_node": {"collect.demonstrations_needed": EPISODES}, "environment_node": settings}
    given = {"config": write_params(folder / "few.yaml", settings), "record": "raw", "reward_episodes": EPISODES}
    with (
        leased_domain() as domain_id,
        LaunchedGraph(what, arguments={**given, **arguments}, folder=folder, domain_id=domain_id) as graph,
    ):
        assert graph.wait_until_over(200) == 0, graph.output[-3000:]
        assert "0 were lost on the way" in graph.output
    return graph.run_folder


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a run that collected demonstrations, judged by the pose."""
    return recorded(tmp_path_factory.mktemp("raw"), "collect", {})


@pytest.fixture
def raw(run: Path) -> Path:
    return run / "raw" / "arm_0"


@pytest.fixture(params=["pose", "person", "classifier"])
def judged(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """The folder of a run, by what judges it."""
    if request.param == "pose":
        return Path(request.getfixturevalue("run"))
    if request.param == "person":
        return recorded(tmp_path, "collect_reward_data", {})
    model = tmp_path / "any.safetensors"
    believes_anything(task="peg_insertion", cameras=("wrist",), size=64).save(model)
    return recorded(tmp_path, "collect", {"reward.consecutive": 8}, reward="classifier", reward_model=model)


def test_every_field_of_every_transition_is_that_of_the_run(judged, tmp_path):
    run, raw = judged, judged / "raw" / "arm_0"
    done = run_tool("convert", raw, tmp_path / "out")
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
    live, converted = transitions_of(run / "transitions"), transitions_of(tmp_path / "out")
    assert len(converted) > 15 and any(record.success for record in converted.values())
    assert converted.keys() == live.keys()
    differences = Counter(name for key in converted for name in different_fields(live[key], converted[key]))
    assert differences == {}
    with BagReader(tmp_path / "out") as bag:
        kinds = Counter(record.kind for record in bag.records())
    assert kinds[RecordKind.SPEC] == 1 and kinds[RecordKind.EPISODE] == EPISODES


def test_other_peoples_library_reads_every_message_with_the_types_in_the_bag(raw):
    with AnyReader([raw]) as bag:
        types = Counter(bag.deserialize(data, connection.msgtype).__msgtype__ for connection, _, data in bag.messages())
    assert types["sensor_msgs/msg/Image"] > 20 and types["user_interfaces/msg/StepTrace"] > 20


def test_same_recording_gives_other_cameras_and_another_reward(raw, tmp_path):
    smaller = {"cameras.names": ["wrist"], "cameras.height": 16, "cameras.width": 16}
    config = write_params(tmp_path / "smaller.yaml", {"environment_node": smaller})
    done = run_tool("convert", raw, tmp_path / "out", "--config", config, "--reward", "dense")
    assert done.returncode == 0, done.stderr
    records = transitions_of(tmp_path / "out").values()
    assert {tuple(image.shape for image in record.observation.images) for record in records} == {((16, 16, 3),)}
    assert {record.reward_source for record in records} == {"dense", ""}


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"action.scale_m": 0.03}, "the action's scale is 0.02, 0.02, 0.02"),
        ({"task.control_rate_hz": 20.0}, "control_rate_hz is 10 there and 20 here"),
    ],
)
def test_actions_of_another_scale_or_rate_are_refused_with_both_numbers(raw, tmp_path, settings, sentence):
    config = write_params(tmp_path / "other.yaml", {"environment_node": settings})
    done = run_tool("convert", raw, tmp_path / "out", "--config", config)
    assert done.returncode == 2 and done.stderr.count("\n") == 1
    assert sentence in done.stderr
    assert not list(tmp_path.glob("out*"))


def test_recording_that_is_cut_in_the_middle_gives_what_is_whole_and_says_what_is_lost(run, raw, tmp_path):
    cut = tmp_path / "arm_0"
    shutil.copytree(raw, cut)
    (file,) = cut.glob("*.mcap")
    with file.open("r+b") as stream:
        stream.truncate(round(0.6 * file.stat().st_size))
    done = run_tool("convert", cut, tmp_path / "out")
    assert done.returncode == 0, done.stderr
    assert "was cut short or damaged" in done.stdout
    live, converted = transitions_of(run / "transitions"), transitions_of(tmp_path / "out")
    assert 0 < len(converted) < len(live)
    ends = [key for key, record in converted.items() if record.outcome == "incomplete"]
    assert len(ends) <= 1
    for key in converted.keys() - set(ends):
        assert different_fields(live[key], converted[key]) == []
