import contextlib
import os

import pytest

from user_core.log.kinds import RecordKind
from user_hardware.environment.outboxes import RESEND_AFTER_S, WINDOW_RECORDS, OutboxFolder

BIG = 10**9


@pytest.fixture
def make(tmp_path):
    made = []

    def make_folder(source="b", run="run", limit_bytes=1000):
        folder = OutboxFolder(path=tmp_path, run=run, source=source, limit_bytes=limit_bytes)
        made.append(folder)
        return folder

    yield make_folder
    for folder in made:
        kill(folder)


def kill(folder):
    """End as a killed process does: locks gone, files stay."""
    for box in folder._all():
        with contextlib.suppress(OSError):
            os.close(box._descriptor)
        box._descriptor = -1


def fill(folder, count, size=10):
    return [folder.append(RecordKind.TRANSITION, bytes(size)) for _ in range(count)]


def sequences(records):
    return [record.source_sequence for record in records]


def test_fresh_records_are_not_sent_again_before_a_second_without_progress(make):
    folder = make()
    folder.due(now_s=100.0, max_bytes=BIG)
    fill(folder, 3)
    assert folder.due(now_s=100.9, max_bytes=BIG) == []
    assert sequences(folder.due(now_s=101.0, max_bytes=BIG)) == [0, 1, 2]


def test_progress_puts_sending_again_off(make):
    folder = make()
    folder.due(now_s=100.0, max_bytes=BIG)
    fill(folder, 3)
    folder.acknowledge({"b": 0}, now_s=100.9)
    assert folder.due(now_s=101.5, max_bytes=BIG) == []
    assert sequences(folder.due(now_s=101.9, max_bytes=BIG)) == [1, 2]


def test_repeated_acknowledgement_is_no_progress(make):
    folder = make()
    folder.due(now_s=100.0, max_bytes=BIG)
    fill(folder, 3)
    folder.acknowledge({"b": 0}, now_s=100.1)
    folder.acknowledge({"b": 0}, now_s=101.0)
    assert sequences(folder.due(now_s=101.1, max_bytes=BIG)) == [1, 2]


def test_one_pass_spreads_over_ticks_and_the_next_begins_a_second_later(make):
    folder = make()
    folder.due(now_s=100.0, max_bytes=BIG)
    fill(folder, 5)
    assert sequences(folder.due(now_s=101.0, max_bytes=20)) == [0, 1]
    assert sequences(folder.due(now_s=101.1, max_bytes=20)) == [2, 3]
    assert sequences(folder.due(now_s=101.2, max_bytes=20)) == [4]
    assert folder.due(now_s=101.3, max_bytes=20) == []
    assert sequences(folder.due(now_s=101.2 + RESEND_AFTER_S, max_bytes=BIG)) == [0, 1, 2, 3, 4]


def test_records_made_during_a_pass_are_not_part_of_it(make):
    folder = make()
    folder.due(now_s=100.0, max_bytes=BIG)
    fill(folder, 3)
    assert sequences(folder.due(now_s=101.0, max_bytes=20)) == [0, 1]
    fill(folder, 2)
    assert sequences(folder.due(now_s=101.1, max_bytes=BIG)) == [2]


def test_record_larger_than_the_limit_is_sent_alone(make):
    folder = make()
    folder.due(now_s=100.0, max_bytes=BIG)
    fill(folder, 2, size=100)
    assert sequences(folder.due(now_s=101.0, max_bytes=20)) == [0]
    assert sequences(folder.due(now_s=101.1, max_bytes=20)) == [1]


def test_pass_waits_for_acknowledgements_before_it_outruns_the_topics_history(make):
    folder = make()
    folder.due(now_s=100.0, max_bytes=BIG)
    fill(folder, 3 * WINDOW_RECORDS)
    assert sequences(folder.due(now_s=101.0, max_bytes=BIG)) == list(range(WINDOW_RECORDS))
    assert folder.due(now_s=101.1, max_bytes=BIG) == []
    folder.acknowledge({"b": 9}, now_s=101.2)
    assert sequences(folder.due(now_s=101.2, max_bytes=BIG)) == list(range(WINDOW_RECORDS, WINDOW_RECORDS + 10))
    folder.acknowledge({"b": WINDOW_RECORDS + 9}, now_s=101.3)
    assert len(folder.due(now_s=101.3, max_bytes=BIG)) == WINDOW_RECORDS


def test_pass_begins_anew_when_its_records_were_lost(make):
    folder = make()
    folder.due(now_s=100.0, max_bytes=BIG)
    fill(folder, 2 * WINDOW_RECORDS)
    first = sequences(folder.due(now_s=101.0, max_bytes=BIG))
    assert folder.due(now_s=101.9, max_bytes=BIG) == []
    assert sequences(folder.due(now_s=102.0, max_bytes=BIG)) == first


def test_outbox_that_is_never_acknowledged_does_not_keep_the_others_back(make):
    first = make("a")
    fill(first, 2 * WINDOW_RECORDS)
    kill(first)
    folder = make("b")
    fill(folder, 3)
    assert len(folder.due(now_s=100.0, max_bytes=BIG)) == WINDOW_RECORDS + 3


def test_what_earlier_processes_left_is_sent_at_once_the_oldest_first(make):
    for source in ("z", "a"):
        folder = make(source)
        folder.append(RecordKind.SPEC, source.encode())
        kill(folder)
    folder = make("b")
    assert [record.payload for record in folder.due(now_s=5.0, max_bytes=BIG)] == [b"z", b"a"]


def test_outbox_of_an_earlier_process_is_removed_when_all_of_it_is_acknowledged(make, tmp_path):
    first = make("a")
    fill(first, 2)
    kill(first)
    folder = make("b")
    folder.acknowledge({"a": 0}, now_s=1.0)
    assert len(list(tmp_path.glob("*_a.outbox"))) == 1
    folder.acknowledge({"a": 1}, now_s=2.0)
    assert list(tmp_path.glob("*_a.outbox")) == []
    assert folder.unacknowledged == 0


def test_outbox_of_another_run_is_kept_reported_and_never_sent(make, tmp_path):
    first = make("a", run="yesterday")
    fill(first, 2)
    kill(first)
    folder = make("b")
    assert folder.due(now_s=10.0, max_bytes=BIG) == []
    assert len(folder.reports) == 1
    assert "2 records of run yesterday; it is kept and not sent" in folder.reports[0]
    folder.acknowledge({"a": 1}, now_s=11.0)
    folder.close()
    assert len(list(tmp_path.glob("*_a.outbox"))) == 1


def test_damaged_outbox_is_kept_and_reported(make, tmp_path):
    (tmp_path / "000000_x_y.outbox").write_bytes(b"nonsense")
    folder = make("b")
    assert "is not an outbox" in folder.reports[0]
    assert (tmp_path / "000000_x_y.outbox").exists()


@pytest.mark.parametrize("name", ["x.outbox", "x_run_a.outbox", "7.outbox"])
def test_file_that_is_not_named_as_an_outbox_is_reported_and_left_alone(make, tmp_path, name):
    first = make("a")
    fill(first, 1)
    kill(first)
    (tmp_path / name).write_bytes(next(tmp_path.glob("*_a.outbox")).read_bytes())
    folder = make("b")
    assert [name in report and "left alone" in report for report in folder.reports] == [True]
    assert len(folder.due(now_s=1.0, max_bytes=BIG)) == 1
    assert (tmp_path / name).exists()
    assert [file.name[:6] for file in tmp_path.glob("*_b.outbox")] == ["000001"]


def test_outbox_of_a_live_process_is_not_touched(make):
    live = make("a")
    fill(live, 1)
    assert make("b").due(now_s=1.0, max_bytes=BIG) == []


def test_episode_starts_only_if_it_fits_beside_what_waits(make):
    first = make("a", limit_bytes=100)
    fill(first, 3)
    kill(first)
    folder = make("b", limit_bytes=100)
    assert folder.may_start_episode(records=7, record_bytes=10)
    fill(folder, 1)
    assert not folder.may_start_episode(records=7, record_bytes=10)
    folder.acknowledge({"a": 2}, now_s=0.0)
    assert folder.may_start_episode(records=9, record_bytes=10)


def test_running_episode_is_never_refused_for_the_limit(make):
    folder = make(limit_bytes=10)
    assert fill(folder, 5) == [0, 1, 2, 3, 4]


def test_closing_removes_an_empty_outbox_and_keeps_a_full_one(make, tmp_path):
    folder = make("a")
    fill(folder, 1)
    folder.close()
    assert len(list(tmp_path.glob("*.outbox"))) == 1
    folder = make("b")
    folder.acknowledge({"a": 0}, now_s=0.0)
    folder.close()
    assert list(tmp_path.glob("*.outbox")) == []
