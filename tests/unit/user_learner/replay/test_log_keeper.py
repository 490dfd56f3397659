import json
import shutil
from collections import namedtuple

import pytest

from tests.support.log_records import JsonCodec, episode_payload, spec_payload, transition_payload
from tests.support.log_samples import DEFINITIONS, read_all
from user_core.log.kinds import RecordKind
from user_core.log.label import EpisodeLabel
from user_core.log.reader import bag_file
from user_core.run import RunFolder
from user_learner.replay.log_keeper import LogKeeper, Receipt

NAN = float("nan")


@pytest.fixture
def run_folder(tmp_path):
    return RunFolder(path=tmp_path / "run")


def make_keeper(run_folder, **more):
    return LogKeeper(run_folder=run_folder, definitions=DEFINITIONS, codec=JsonCodec(), **more)


@pytest.fixture
def keeper(run_folder):
    keeper = make_keeper(run_folder)
    yield keeper
    keeper.close()


def send(keeper, kind, payload):
    return keeper.receive(kind, payload, stamp_ns=1)


def send_episode(keeper, steps=3, source="source_a", **more):
    """A spec, `steps` transitions, record T and the summary."""
    receipts = [send(keeper, RecordKind.SPEC, spec_payload(source))]
    for sequence in range(1, steps + 2):
        payload = transition_payload(sequence, source=source, last=sequence == steps + 1, **more)
        receipts.append(send(keeper, RecordKind.TRANSITION, payload))
    receipts.append(send(keeper, RecordKind.EPISODE, episode_payload(steps + 2, source=source)))
    return receipts


def kill(keeper):
    keeper._log._file.close()


def test_empty_log_has_a_name_and_no_records(keeper):
    assert keeper.log_id
    assert keeper.next_number == 0


def test_whole_episode_is_written_and_acknowledged(keeper):
    assert set(send_episode(keeper)) == {Receipt.WRITTEN}
    assert keeper.ledger.acknowledgements() == {"source_a": 5}
    assert (keeper.ledger.training_steps, keeper.ledger.episodes, keeper.next_number) == (3, 1, 6)


def test_demonstrations_and_evaluations_are_no_training_steps(keeper):
    send_episode(keeper, mode="collect")
    send_episode(keeper, mode="evaluate", source="source_b")
    assert (keeper.ledger.training_steps, keeper.ledger.demonstration_steps, keeper.ledger.episodes) == (0, 3, 2)


def test_record_sent_twice_is_written_once_and_counted(keeper, run_folder):
    send_episode(keeper)
    assert set(send_episode(keeper)) == {Receipt.DUPLICATE}
    assert keeper.duplicates_dropped == 6
    keeper.close()
    assert len(read_all(run_folder.transitions)) == 6


def test_records_out_of_order_are_written_as_they_come_and_acknowledged_without_gap(keeper):
    send(keeper, RecordKind.SPEC, spec_payload())
    for sequence in (3, 2):
        assert send(keeper, RecordKind.TRANSITION, transition_payload(sequence)) == Receipt.WRITTEN
        assert keeper.ledger.acknowledgements() == {"source_a": 0}
    send(keeper, RecordKind.TRANSITION, transition_payload(1))
    assert keeper.ledger.acknowledgements() == {"source_a": 3}


def test_record_before_its_spec_is_left_to_be_sent_again(keeper):
    payload = transition_payload(1)
    assert send(keeper, RecordKind.TRANSITION, payload) == Receipt.DEFERRED
    assert keeper.next_number == 0
    send(keeper, RecordKind.SPEC, spec_payload())
    assert send(keeper, RecordKind.TRANSITION, payload) == Receipt.WRITTEN


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({"wrong": {"reward": NAN}}, "reward"),
        ({"wrong": {"spec_digest": "other"}}, "spec digest"),
        ({"spec_digest": "f" * 64}, "ffffffffffff is that of no spec"),
        ({"fault": "undecodable"}, "undecodable"),
    ],
)
def test_record_that_fails_the_check_is_kept_as_rejected_and_acknowledged(keeper, run_folder, more, reason):
    send(keeper, RecordKind.SPEC, spec_payload())
    payload = transition_payload(1, **more)
    assert send(keeper, RecordKind.TRANSITION, payload) == Receipt.REJECTED
    assert send(keeper, RecordKind.TRANSITION, payload) == Receipt.DUPLICATE
    assert keeper.ledger.acknowledgements() == {"source_a": 1}
    assert (keeper.ledger.rejected, keeper.ledger.training_steps) == (1, 0)
    assert reason in keeper.take_notes()[0]
    keeper.close()
    stored = read_all(run_folder.transitions)[1]
    assert stored.kind == RecordKind.REJECTED
    assert reason in json.loads(stored.payload)["reason"]


def test_same_step_under_another_sequence_is_rejected_so_that_no_step_is_trained_on_twice(keeper):
    send(keeper, RecordKind.SPEC, spec_payload())
    send(keeper, RecordKind.TRANSITION, transition_payload(1, step=0))
    assert send(keeper, RecordKind.TRANSITION, transition_payload(2, step=0)) == Receipt.REJECTED
    assert keeper.ledger.acknowledgements() == {"source_a": 2}
    assert keeper.ledger.training_steps == 1


def test_rejected_spec_makes_its_transitions_rejected_instead_of_waited_for(keeper):
    assert send(keeper, RecordKind.SPEC, spec_payload(fault="wrong digest")) == Receipt.REJECTED
    receipt = send(keeper, RecordKind.TRANSITION, transition_payload(1))
    assert receipt == Receipt.REJECTED
    assert keeper.ledger.acknowledgements() == {"source_a": 1}


def test_record_of_another_run_is_neither_written_nor_acknowledged(keeper):
    send(keeper, RecordKind.SPEC, spec_payload(run=keeper.run))
    assert send(keeper, RecordKind.TRANSITION, transition_payload(1, run="another")) == Receipt.FOREIGN
    assert keeper.ledger.acknowledgements() == {"source_a": 0}


@pytest.mark.parametrize("end", [LogKeeper.close, kill])
def test_restart_counts_exactly_and_knows_duplicates(run_folder, end):
    first = make_keeper(run_folder)
    send_episode(first)
    send_episode(first, source="source_b", mode="collect")
    send(first, RecordKind.TRANSITION, transition_payload(6, step=3, wrong={"reward": NAN}))
    before = (vars(first.ledger).copy(), first.log_id, first.run)
    end(first)
    second = make_keeper(run_folder)
    counts = ("training_steps", "demonstration_steps", "episodes", "rejected")
    assert [getattr(second.ledger, name) for name in counts] == [before[0][name] for name in counts]
    assert (second.log_id, second.run) == before[1:]
    assert second.ledger.acknowledgements() == {"source_a": 6, "source_b": 5}
    assert set(send_episode(second)) == {Receipt.DUPLICATE}
    assert send(second, RecordKind.TRANSITION, transition_payload(7, step=9)) == Receipt.WRITTEN
    second.close()


def test_fetch_returns_stored_bytes_and_where_to_go_on(keeper):
    send_episode(keeper)
    found = keeper.fetch(log_id="", from_number=0, max_bytes=10**6)
    assert found.records.tobytes().startswith(spec_payload())
    assert found.kinds.tolist() == [0, 1, 1, 1, 1, 2]
    assert (found.log_id, found.next_number, found.last_number) == (keeper.log_id, 6, 6)
    part = keeper.fetch(log_id=keeper.log_id, from_number=2, max_bytes=1)
    assert (part.records.tobytes(), part.next_number, part.last_number) == (transition_payload(2, last=False), 3, 6)


def test_fetch_beyond_the_end_is_empty(keeper):
    send_episode(keeper)
    found = keeper.fetch(log_id=keeper.log_id, from_number=6, max_bytes=10**6)
    assert (len(found.sizes), found.next_number, found.last_number) == (0, 6, 6)


@pytest.mark.parametrize(("log_id", "from_number"), [("another", 0), ("another", 3), ("", 3)])
def test_reader_of_another_numbering_gets_the_logs_own_name_and_no_records(keeper, log_id, from_number):
    send_episode(keeper)
    found = keeper.fetch(log_id=log_id, from_number=from_number, max_bytes=10**6)
    assert (found.log_id, len(found.sizes), found.next_number, found.last_number) == (keeper.log_id, 0, 0, 6)


def test_label_is_appended(keeper, run_folder):
    send_episode(keeper)
    label = EpisodeLabel(stamp_ns=5, episode="episode of source_a", label="success", author="me")
    assert keeper.label(label) == ""
    assert keeper.next_number == 7
    keeper.close()
    assert read_all(run_folder.transitions)[-1].kind == RecordKind.LABEL


def test_label_of_an_unknown_episode_or_word_is_refused_with_the_reason(keeper):
    send_episode(keeper)
    assert "is not in the log" in keeper.label(EpisodeLabel(stamp_ns=5, episode="x", label="success"))
    reason = keeper.label(EpisodeLabel(stamp_ns=5, episode="episode of source_a", label="fine"))
    assert "success | failure | reward" in reason
    assert keeper.next_number == 6


def test_unwritable_folder_is_an_error_that_ends_when_it_is_mended(tmp_path):
    (tmp_path / "run").write_text("a file where the folder should be")
    keeper = make_keeper(RunFolder(path=tmp_path / "run"))
    assert "cannot be written: File exists" in keeper.error
    assert send(keeper, RecordKind.SPEC, spec_payload()) == Receipt.REFUSED
    assert keeper.fetch(log_id="", from_number=0, max_bytes=1).last_number == 0
    (tmp_path / "run").unlink()
    keeper.open()
    assert keeper.error == ""
    assert send(keeper, RecordKind.SPEC, spec_payload()) == Receipt.WRITTEN
    keeper.close()


def test_low_disk_stops_writing_before_it_is_full(keeper, monkeypatch):
    send(keeper, RecordKind.SPEC, spec_payload())
    usage = namedtuple("usage", "free")
    keeper._low_water_bytes = 10**8
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage(free=99_000_000))
    keeper.check()
    assert "99 MB are free" in keeper.error
    assert "low_water_mb" in keeper.error
    assert send(keeper, RecordKind.TRANSITION, transition_payload(1)) == Receipt.REFUSED
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage(free=101_000_000))
    keeper.check()
    assert keeper.error == ""
    assert send(keeper, RecordKind.TRANSITION, transition_payload(1)) == Receipt.WRITTEN


def test_removed_log_is_an_error(keeper, run_folder):
    send(keeper, RecordKind.SPEC, spec_payload())
    bag_file(run_folder.transitions).unlink()
    keeper.check()
    assert "No such file" in keeper.error


def test_damaged_log_is_repaired_and_said(run_folder):
    first = make_keeper(run_folder)
    send_episode(first)
    log_id = first.log_id
    first.close()
    file = bag_file(run_folder.transitions)
    content = bytearray(file.read_bytes())
    content[content.index(transition_payload(2, last=False)) + 3] ^= 1
    file.write_bytes(content)
    second = make_keeper(run_folder)
    assert second.log_id != log_id
    assert "was damaged" in second.take_notes()[0]
    assert second.ledger.training_steps == 2
    assert second.ledger.acknowledgements() == {"source_a": 1}
    assert send(second, RecordKind.TRANSITION, transition_payload(2, last=False)) == Receipt.WRITTEN
    assert second.ledger.acknowledgements() == {"source_a": 5}
    second.close()


def test_log_whose_names_are_damaged_is_repaired_without_loss(run_folder):
    first = make_keeper(run_folder)
    send_episode(first)
    first.close()
    file = bag_file(run_folder.transitions)
    content = bytearray(file.read_bytes())
    content[content.index(first.run.encode())] = 0xFF  # no UTF-8
    file.write_bytes(content)
    second = make_keeper(run_folder)
    assert (second.error, second.next_number) == ("", 6)
    assert "was damaged" in second.take_notes()[0]
    assert second.ledger.acknowledgements() == {"source_a": 5}
    second.close()


def test_corrupt_log_holds_with_one_sentence(run_folder):
    run_folder.transitions.mkdir(parents=True)
    bag_file(run_folder.transitions).write_bytes(b"rubbish")
    keeper = make_keeper(run_folder)
    assert "is not an mcap file" in keeper.error


def test_progress_of_reading_a_long_log_is_told(run_folder, monkeypatch):
    monkeypatch.setattr("user_learner.replay.log_keeper.PROGRESS_EVERY", 2)
    first = make_keeper(run_folder)
    send_episode(first)
    first.close()
    told: list[int] = []
    make_keeper(run_folder, progress=told.append).close()
    assert told == [2, 4, 6]
