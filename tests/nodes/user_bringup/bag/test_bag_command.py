"""`bag` as it is typed: what it prints, what it writes, and one sentence for whatever is wrong."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path

import numpy as np
import pytest
from mcap.writer import Writer

from tests.support.foreign_records import foreign_messages
from tests.support.log_samples import abandon
from tests.support.run_logs import RUN, open_log, three_episodes, write_log, write_old_log
from user_bringup.bag.command_line import main
from user_core.log.kinds import RecordKind
from user_core.log.reader import BagReader, bag_file
from user_core.log.writer import BagWriter
from user_core.ros.definitions import log_definitions
from user_core.ros.records import decode
from user_core.types import EpisodeSummary, Transition
from user_learner.ros.bag_demonstrations import BagDemonstrations

pytestmark = pytest.mark.ros
SUBCOMMANDS = ("info", "play", "filter", "relabel", "check", "repair")
NEEDS_A_LOG = (["filter", "{bag}", "{out}"], ["relabel", "{bag}", "--episode", "all", "--label", "success"])


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return write_log(tmp_path / "run" / "transitions", three_episodes())


def foreign_bag(folder: Path, messages: int = 2) -> Path:
    folder.mkdir()
    with bag_file(folder).open("wb") as stream:
        writer = Writer(stream)
        writer.start(profile="ros2", library="recorder")
        schema = writer.register_schema("std_msgs/msg/String", "ros2msg", b"string data\n")
        channel = writer.register_channel("/chatter", "cdr", schema)
        for number in range(messages):
            writer.add_message(channel, log_time=number, data=b"\x00\x01\x00\x00\x02\x00\x00\x00a\x00", publish_time=0)
        writer.finish()
    return folder


def records(folder: Path) -> list[tuple[RecordKind, bytes]]:
    with BagReader(folder) as bag:
        return [(record.kind, record.payload) for record in bag.records()]


def error(capsys: pytest.CaptureFixture[str]) -> str:
    text = capsys.readouterr().err
    assert text.count("\n") == 1
    return text


def test_every_subcommand_explains_itself(capsys: pytest.CaptureFixture[str]) -> None:
    for command in SUBCOMMANDS:
        with pytest.raises(SystemExit) as ended:
            main([command, "--help"])
        assert ended.value.code == 0
        assert "folder" in capsys.readouterr().out


def test_info_tells_of_a_log_what_a_practitioner_asks(log: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (log.parent / "run_uuid").write_text(RUN)
    assert main(["info", str(log.parent), "--episodes"]) == 0
    text = capsys.readouterr().out
    for line in (
        r"Messages: +19",
        r"Duration: +1.800 s",
        r"/replay/transition +user_interfaces/msg/Transition +15",
        rf"Run: +{RUN}",
        r"Resumable: +yes, with run:=",
        r"Spec: .*test_task on arm_0, 10 Hz.*actions x y; cameras camera_0 16x16",
        r"collect 2: success 1, failure 1",
        r"train 1: success 1",
        r"Steps: +12: policy 10, human 2",
        r"aaaa-1 +arm_0 +collect +success +- +4 +2 +1 +0",
    ):
        assert re.search(line, text), line


def test_info_and_play_know_what_is_no_log_of_ours(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["info", str(foreign_bag(tmp_path / "bag"))]) == 0
    text = capsys.readouterr().out
    assert re.search(r"/chatter +std_msgs/msg/String +2", text)
    assert "Run:" not in text


@pytest.mark.parametrize(
    ("options", "episodes"),
    [
        (["--mode", "collect"], ["aaaa-1", "aabb-2"]),
        (["--successes-only"], ["aaaa-1", "cccc-3"]),
        (["--outcome", "failure"], ["aabb-2"]),
        (["--human-only"], ["aaaa-1"]),
        (["--first", "2"], ["aaaa-1", "aabb-2"]),
        (["--episodes", "c", "aab"], ["aabb-2", "cccc-3"]),
        (["--task", "test_task", "--robot", "arm_0", "--mode", "train"], ["cccc-3"]),
    ],
)
def test_filter_copies_the_bytes_of_whole_episodes(log: Path, options: list[str], episodes: list[str]) -> None:
    output = log.parent / "demonstrations" / "chosen"
    assert main(["filter", str(log), str(output), *options]) == 0
    numbers = {"aaaa-1": range(1, 7), "aabb-2": range(7, 13), "cccc-3": range(13, 19)}
    everything = records(log)
    assert records(output) == [everything[0], *(everything[n] for name in episodes for n in numbers[name])]
    assert [path.name for path in output.parent.iterdir()] == ["chosen"]


def test_a_filtered_bag_is_whole_and_read_as_demonstrations(log: Path) -> None:
    output = log.parent / "chosen"
    assert main(["filter", str(log), str(output), "--episodes", "aabb", "cccc"]) == 0
    assert main(["check", str(output)]) == 0
    source = BagDemonstrations(folder=output)
    assert source.available()
    found = list(source.records())
    assert [record.episode for record in found if isinstance(record, EpisodeSummary)] == ["aabb-2", "cccc-3"]
    assert [payload for _, _, payload, _ in foreign_messages(output)] == [payload for _, payload in records(output)]


def test_a_bag_of_ros2_bag_record_with_our_types_is_read_like_a_log(log: Path) -> None:
    recorded = log.parent / "recorded"
    recorded.mkdir()
    definitions = log_definitions()
    with bag_file(recorded).open("wb") as stream:
        writer = Writer(stream)  # many messages a chunk, compressed
        writer.start(profile="ros2", library="recorder")
        channels = {}
        for kind, definition in definitions.items():
            schema = writer.register_schema(kind.type_name, "ros2msg", definition.text.encode())
            channels[kind] = writer.register_channel(f"/arm_0/{kind.name}", "cdr", schema)
        for number, (kind, payload) in enumerate(records(log)):
            writer.add_message(channels[kind], log_time=number, data=payload, publish_time=number)
        writer.finish()
    assert main(["check", str(recorded)]) == 0
    assert main(["filter", str(recorded), str(log.parent / "chosen")]) == 0
    assert records(log.parent / "chosen") == records(log)


def test_labels_go_with_their_episodes_and_decide(log: Path) -> None:
    assert main(["relabel", str(log), "--episode", "aabb", "--label", "success"]) == 0
    output = log.parent / "chosen"
    assert main(["filter", str(log), str(output), "--successes-only", "--mode", "collect"]) == 0
    assert [kind for kind, _ in records(output)][-1] is RecordKind.LABEL
    assert len(records(output)) == 1 + 6 + 6 + 1


def test_a_negative_number_of_episodes_is_refused(log: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["filter", str(log), str(log.parent / "chosen"), "--first", "-1"]) == 2
    assert "--first = -1 is not allowed" in error(capsys)


def test_filter_writes_nothing_when_nothing_is_chosen(log: Path, capsys: pytest.CaptureFixture[str]) -> None:
    output = log.parent / "chosen"
    assert main(["filter", str(log), str(output), "--robot", "arm_7"]) == 2
    assert "none of the 3 episodes" in error(capsys)
    assert not output.exists()
    output.mkdir()
    assert main(["filter", str(log), str(output)]) == 2
    assert "exists already" in error(capsys)


def test_relabel_appends_and_rewrites_nothing(log: Path) -> None:
    before = records(log)
    assert main(["relabel", str(log), "--episode", "cccc-3", "--label", "failure", "--author", "ada"]) == 0
    assert main(["relabel", str(log), "--episode", "cccc-3", "--label", "reward", "0.25"]) == 0
    after = records(log)
    assert after[: len(before)] == before
    first, second = (decode(kind, payload) for kind, payload in after[len(before) :])
    assert (first.episode, first.label, first.author) == ("cccc-3", "failure", "ada")  # type: ignore[union-attr]
    assert (second.label, second.reward) == ("reward", 0.25)  # type: ignore[union-attr]
    assert (log / "metadata.yaml").exists()
    with BagReader(log) as bag:
        list(bag.records())
        assert bag.run == RUN
    BagWriter(log, run=RUN, definitions=log_definitions()).close()  # and the run can go on with it


def test_relabel_of_all_labels_each_once(log: Path) -> None:
    assert main(["relabel", str(log), "--episode", "all", "--label", "success"]) == 0
    labels = [decode(kind, payload) for kind, payload in records(log) if kind is RecordKind.LABEL]
    assert [label.episode for label in labels] == ["aaaa-1", "aabb-2", "cccc-3"]  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("aaaa-2", "episode 'aaaa-2' is not in .*; the nearest is aaaa-1"),
        ("zzz", "there are 3: aaaa-1, aabb-2, cccc-3"),
        ("aa", "'aa' is the beginning of 2 episodes of .*: aaaa-1, aabb-2; write more of it"),
    ],
)
def test_a_label_for_an_unknown_episode_is_refused(
    log: Path, name: str, sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    before = records(log)
    assert main(["relabel", str(log), "--episode", name, "--label", "success"]) == 2
    assert re.search(sentence, error(capsys))
    assert records(log) == before


def test_a_log_without_episodes_has_none_to_label(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    log = write_log(tmp_path / "log", three_episodes()[:1])
    assert main(["relabel", str(log), "--episode", "all", "--label", "success"]) == 2
    assert "holds no episode yet" in error(capsys)


@pytest.mark.parametrize("label", [["maybe"], ["success", "1"], ["reward"], ["reward", "nan"], ["reward", "much"]])
def test_a_label_that_means_nothing_is_refused(log: Path, label: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["relabel", str(log), "--episode", "all", "--label", *label]) == 2
    assert "success, failure, or reward R" in error(capsys)


def test_a_log_in_use_is_labelled_by_the_service(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    writer = open_log(tmp_path / "transitions", three_episodes())
    for command in (["relabel", "{}", "--episode", "all", "--label", "success"], ["repair", "{}"]):
        assert main([word.format(tmp_path / "transitions") for word in command]) == 2
        assert re.search(r"is being written by a replay_node.*/replay/label", error(capsys))
    assert main(["check", str(tmp_path / "transitions")]) == 0
    assert len(writer) == 19
    writer.close()


def test_check_finds_what_must_not_be(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    spec, *rest = three_episodes()
    first = next(record for record in rest if isinstance(record, Transition))
    observation = dataclasses.replace(first.observation, episode="dddd-4")
    faulty = dataclasses.replace(first, observation=observation, source_sequence=30)
    small = dataclasses.replace(observation, step=1, images=(np.zeros((3, 3, 3), np.uint8),))
    strange = dataclasses.replace(observation, step=2, spec_digest="0123456789abcdef")
    infinite = dataclasses.replace(observation, step=3)
    log = write_log(
        tmp_path / "log",
        [
            spec,
            *rest,
            faulty,
            dataclasses.replace(faulty, observation=small, source_sequence=31),
            dataclasses.replace(faulty, observation=strange, source_sequence=32),
            dataclasses.replace(faulty, observation=infinite, source_sequence=33, reward=float("nan")),
        ],
    )
    assert main(["check", str(log)]) == 1
    text = capsys.readouterr().out
    for line in (
        r"digests that no spec explains +1 +record 21 .*step 2\): 0123456789ab",
        r"do not fit their spec +2 +record 20 .*step 1\): the shape of the observation's images",
        r"gaps in source_sequence +11 +11 of source, the first is 19",
        r"records that cannot be decoded +ok",
    ):
        assert re.search(line, text), line


def test_bytes_that_are_no_message_are_found(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    writer = open_log(tmp_path / "log", three_episodes())
    writer.append(RecordKind.TRANSITION, b"\x00\x01\x00\x00" + b"\xff" * 50, stamp_ns=1)
    writer.close()
    assert main(["check", str(tmp_path / "log")]) == 1
    assert re.search(r"cannot be decoded +1 +record 19 \(transition", capsys.readouterr().out)
    assert main(["relabel", str(tmp_path / "log"), "--episode", "all", "--label", "success"]) == 2
    assert "record 19" in error(capsys)


def test_a_bag_cut_in_the_middle_is_reported_and_mended(log: Path, capsys: pytest.CaptureFixture[str]) -> None:
    whole = records(log)
    file = bag_file(log)
    with BagReader(log) as bag:
        list(bag.records())
        log_id = bag.log_id
    content = file.read_bytes()
    file.write_bytes(content[: content.index(whole[10][1]) + 20])
    (log / "metadata.yaml").unlink()
    assert main(["check", str(log)]) == 1
    assert re.search(r"file cut short +1 +the last \d+ bytes", capsys.readouterr().out)
    assert main(["relabel", str(log), "--episode", "all", "--label", "success"]) == 2
    assert "bag repair" in error(capsys)
    cut = file.read_bytes()
    assert main(["repair", str(log)]) == 0
    said = capsys.readouterr().out
    assert re.search(r"10 whole records were kept, \d+ bytes of a record that the end cut short lost", said)
    assert records(log) == whole[:10]
    assert file.with_name("transitions_0.damaged_0").read_bytes() == cut
    assert (log / "metadata.yaml").exists()
    with BagReader(log) as bag:
        list(bag.records())
        assert bag.log_id == log_id  # no number has changed: learners go on
    assert main(["check", str(log)]) == 0
    assert main(["repair", str(log)]) == 0
    assert "nothing to repair" in capsys.readouterr().out


def test_damage_before_the_end_costs_its_record_alone(log: Path, capsys: pytest.CaptureFixture[str]) -> None:
    whole = records(log)
    content = bytearray(bag_file(log).read_bytes())
    content[content.index(whole[8][1]) + 100] ^= 0xFF
    bag_file(log).write_bytes(content)
    assert main(["check", str(log)]) == 1
    assert re.search(r"damaged places \(checksum\) +1 +byte \d+ to \d+", capsys.readouterr().out)
    assert main(["filter", str(log), str(log.parent / "chosen")]) == 2
    assert "is damaged from byte" in error(capsys)
    assert main(["repair", str(log)]) == 0
    assert "18 whole records were kept" in capsys.readouterr().out
    assert records(log) == whole[:8] + whole[9:]
    assert main(["check", str(log)]) == 1
    assert re.search(r"gaps in source_sequence +1", capsys.readouterr().out)


def test_the_log_of_a_killed_run_is_closed_where_it_lies(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    abandon(open_log(tmp_path / "transitions", three_episodes()))
    before = records(tmp_path / "transitions")
    assert main(["check", str(tmp_path / "transitions")]) == 0
    assert "not closed" in capsys.readouterr().out
    assert main(["repair", str(tmp_path / "transitions")]) == 0
    assert "nothing was lost" in capsys.readouterr().out
    assert records(tmp_path / "transitions") == before
    names = {path.name for path in (tmp_path / "transitions").iterdir()}
    assert names == {"transitions_0.mcap", "metadata.yaml"}


@pytest.mark.parametrize("command", [*NEEDS_A_LOG, ["check", "{bag}"]])
def test_a_bag_without_our_types_says_which_and_what_convert_is_for(
    tmp_path: Path, command: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    bag = foreign_bag(tmp_path / "bag")
    assert main([word.format(bag=bag, out=tmp_path / "out") for word in command]) == 2
    sentence = r"holds no user_interfaces/msg/Transition, only std_msgs/msg/String; .*\./user convert"
    assert re.search(sentence, error(capsys))


@pytest.mark.parametrize("command", [*NEEDS_A_LOG, ["check", "{bag}"], ["play", "{bag}"]])
@pytest.mark.parametrize("ours", [True, False])
def test_an_empty_bag_is_said_to_be_empty(
    tmp_path: Path, ours: bool, command: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    bag = write_log(tmp_path / "bag") if ours else foreign_bag(tmp_path / "bag", messages=0)
    assert main([word.format(bag=bag, out=tmp_path / "out") for word in command]) == 2
    assert re.search("empty bag|nothing of .* can be played", error(capsys))
    assert main(["info", str(bag)]) == 0
    assert re.search("Messages: +0", capsys.readouterr().out)


@pytest.mark.parametrize("command", [*NEEDS_A_LOG, *([name, "{bag}"] for name in SUBCOMMANDS if name[0] in "ipc")])
def test_a_folder_that_is_no_bag_is_one_sentence(
    tmp_path: Path, command: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([word.format(bag=tmp_path, out=tmp_path / "out") for word in command]) == 2
    assert "is no bag: it holds no .mcap" in error(capsys)


@pytest.mark.parametrize("command", [*NEEDS_A_LOG, ["check", "{bag}"]])
def test_a_bag_of_other_messages_is_refused_with_the_fields_that_differ(
    tmp_path: Path, command: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    bag = write_old_log(tmp_path / "bag")
    assert main([word.format(bag=bag, out=tmp_path / "out") for word in command]) == 2
    sentence = "another definition of user_interfaces/msg/Transition; these fields differ: Transition.awaits_verdict"
    assert sentence in error(capsys)
    assert main(["info", str(bag)]) == 0
    assert sentence in capsys.readouterr().out


def test_a_log_of_other_messages_is_repaired_without_being_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bag = write_old_log(tmp_path / "bag")
    before = records(bag)
    file = bag_file(bag)
    file.write_bytes(file.read_bytes()[: file.read_bytes().index(before[2][1]) + 9])
    assert main(["repair", str(bag)]) == 0
    assert records(bag) == before[:2]
    assert main(["filter", str(bag), str(tmp_path / "out")]) == 2
    assert "awaits_verdict" in error(capsys)


def test_repair_leaves_bags_of_others_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bag = foreign_bag(tmp_path / "bag")
    before = bag_file(bag).read_bytes()
    assert main(["repair", str(bag)]) == 2
    assert "was not written by us" in error(capsys)
    assert bag_file(bag).read_bytes() == before


def test_repair_of_a_log_whose_file_was_renamed_says_the_name(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_log(tmp_path / "bag", three_episodes()).rename(tmp_path / "kept")
    assert main(["repair", str(tmp_path / "kept")]) == 2
    assert "kept_0.mcap" in error(capsys)
