from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path

from tests.support.learning_records import make_episode, small_spec
from tests.support.learning_sessions import SPEC, RecordedDemonstrations, SessionBench, sac_config
from tests.support.wait import wait_for
from user_core.errors import WeightsError
from user_core.spec import EnvironmentSpec
from user_learner.session.demonstration_source import DemonstrationSource, NoDemonstrations
from user_learner.session.inbox import Inbox, LogNews, Record
from user_learner.session.learner_thread import LearnerThread, MakeSession
from user_learner.session.learning_session import LearningSession
from user_learner.session.snapshot import LearnerSnapshot, LearnerState
from user_policies.shared_batch import ProcessLostError

INITIAL = LearnerSnapshot(run="run", algorithm="sac", step_budget=77)


def news(records: Sequence[Record]) -> LogNews:
    return LogNews(rebuild=False, records=tuple(records), position=len(records), last=len(records))


def learner_thread(
    inbox: Inbox, make_session: MakeSession, said: list[str], *, recording: DemonstrationSource | None = None
) -> LearnerThread:
    return LearnerThread(
        initial=INITIAL,
        torch_threads=1,
        niceness=0,
        inbox=inbox,
        demonstrations=recording or NoDemonstrations(),
        make_session=make_session,
        complain=said.append,
    )


def test_it_learns_once_a_spec_comes_through_the_log_and_loses_no_record_before_it(tmp_path: Path) -> None:
    bench = SessionBench(sac_config(tmp_path))
    early_records: list[int] = []

    def make_session(spec: EnvironmentSpec, early: list[LogNews], stopping: threading.Event) -> LearningSession:
        early_records.append(sum(len(one.records) for one in early))
        for one in early:
            bench.inbox.put(one)
        return bench.session

    inbox = Inbox()
    thread = learner_thread(inbox, make_session, [])
    thread.start()
    wait_for(lambda: "waiting for an environment" in thread.snapshot.detail, 10.0)
    assert thread.snapshot.step_budget == 77
    inbox.put(news([SPEC, *make_episode(SPEC, length=8)]))
    wait_for(lambda: thread.snapshot.updates == 4, 30.0)
    thread.stop()
    assert early_records == [10]
    assert list(bench.folder.checkpoints.glob("updates-*4"))


def test_the_spec_of_a_recording_is_enough(tmp_path: Path) -> None:
    specs: list[EnvironmentSpec] = []

    def make_session(spec: EnvironmentSpec, early: list[LogNews], stopping: threading.Event) -> LearningSession:
        specs.append(spec)
        return SessionBench(sac_config(tmp_path)).session

    recording = RecordedDemonstrations([small_spec(cameras=0)])
    thread = learner_thread(Inbox(), make_session, [], recording=recording)
    thread.start()
    wait_for(lambda: bool(specs), 10.0)
    thread.stop()
    assert specs[0].digest == SPEC.digest


def test_a_recording_without_a_spec_is_read_once_and_the_spec_of_the_log_taken(tmp_path: Path) -> None:
    recording = RecordedDemonstrations(make_episode(SPEC))
    specs: list[EnvironmentSpec] = []

    def make_session(spec: EnvironmentSpec, early: list[LogNews], stopping: threading.Event) -> LearningSession:
        specs.append(spec)
        return SessionBench(sac_config(tmp_path)).session

    inbox = Inbox()
    thread = learner_thread(inbox, make_session, [], recording=recording)
    thread.start()
    for records in ([], [], [SPEC]):  # three rounds of its loop
        inbox.put(news(records))
    wait_for(lambda: bool(specs), 10.0)
    thread.stop()
    assert recording.times_read == 1
    assert specs[0].digest == SPEC.digest


def test_what_ends_it_is_seen_and_said(tmp_path: Path) -> None:
    def make_session(spec: EnvironmentSpec, early: list[LogNews], stopping: threading.Event) -> LearningSession:
        raise WeightsError("the checkpoint is of another algorithm")

    inbox, said = Inbox(), list[str]()
    inbox.put(news([SPEC]))
    thread = learner_thread(inbox, make_session, said)
    thread.start()
    wait_for(lambda: thread.snapshot.state is LearnerState.FAILED, 10.0)
    thread.stop()
    assert thread.snapshot.detail == said[-1] == "the checkpoint is of another algorithm"


def test_a_lost_process_of_the_learner_is_said_and_is_no_failure_of_learning() -> None:
    said: list[str] = []

    def make_session(spec: EnvironmentSpec, early: list[LogNews], stopping: threading.Event) -> LearningSession:
        raise ProcessLostError("a process of the learner is gone: reset by peer")

    inbox = Inbox()
    thread = learner_thread(inbox, make_session, said)
    thread.start()
    inbox.put(news([SPEC]))
    wait_for(lambda: bool(said), 10.0)
    assert "started anew" in said[0]
    assert thread.snapshot.state is not LearnerState.FAILED
    thread.stop()
