"""Demonstrations are copied out of a run's log once, whole, and never over something else."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from tests.support.learning_records import make_episode, small_spec
from tests.support.run_tables import progress_config
from user_bringup.evaluation.demonstration_bag import DemonstrationBag
from user_core.errors import ConfigurationError
from user_core.log.kinds import RecordKind
from user_core.log.reader import BagReader
from user_core.log.writer import BagWriter
from user_core.ros.definitions import log_definitions
from user_core.ros.records import decode_transition, encode
from user_core.types import Mode

pytestmark = pytest.mark.ros


def write_log(folder: Path) -> None:
    """Three demonstrations, the second of which fails, and an episode of practice."""
    spec = small_spec()
    writer = BagWriter(folder, run="run", definitions=log_definitions())
    for number, outcome in enumerate(["success", "timeout", "success", "success"]):
        mode = Mode.TRAIN if number == 3 else Mode.COLLECT
        records = make_episode(spec, episode=f"episode {number}", outcome=outcome, mode=mode, sequence=10 * number)
        for record in records:
            writer.append(RecordKind.TRANSITION, encode(record), stamp_ns=1)
    writer.close()


def episodes_of(folder: Path) -> list[str]:
    with BagReader(folder) as bag:
        names = [decode_transition(record.payload).observation.episode for record in bag.records()]
    return list(dict.fromkeys(names))


@pytest.fixture
def bag(tmp_path: Path) -> DemonstrationBag:
    write_log(tmp_path / "transitions")
    return DemonstrationBag(folder=tmp_path / "demonstrations" / "task", log=tmp_path / "transitions")


def test_successful_demonstrations_are_kept_and_nothing_else(bag: DemonstrationBag) -> None:
    assert not bag.present
    assert bag.keep(2)
    assert bag.present
    assert episodes_of(bag.folder) == ["episode 0", "episode 2"]
    assert [path.name for path in bag.folder.parent.iterdir()] == ["task"]


def test_nothing_is_written_while_the_log_holds_too_few(bag: DemonstrationBag) -> None:
    assert not bag.keep(3)
    assert not bag.folder.parent.exists()


def test_a_copy_torn_by_a_kill_is_made_anew(bag: DemonstrationBag, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(BagWriter, "close", lambda writer: os.kill(os.getpid(), signal.SIGKILL))
    child = os.fork()
    if child == 0:
        try:
            bag.keep(2)
        finally:
            os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL
    monkeypatch.undo()
    assert not bag.present
    assert bag.keep(2)
    assert episodes_of(bag.folder) == ["episode 0", "episode 2"]


def test_somebody_elses_folder_beside_it_is_left_alone(bag: DemonstrationBag) -> None:
    thesis = bag.folder.with_name("task.partial") / "thesis.txt"
    thesis.parent.mkdir(parents=True)
    thesis.write_text("years of work")
    assert bag.keep(2)
    assert thesis.exists()


def test_a_folder_that_holds_something_else_is_refused_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("years of work")
    config = progress_config(demonstrations=str(tmp_path))
    with pytest.raises(ConfigurationError, match=r"demonstrations = .*demonstrations:="):
        DemonstrationBag.of(config, log=tmp_path / "transitions")
    assert (tmp_path / "thesis.txt").exists()


def test_a_bag_that_must_be_made_needs_a_name(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="demonstrations"):
        DemonstrationBag.of(progress_config(), log=tmp_path)
    DemonstrationBag.of(progress_config(collect__enabled=False), log=tmp_path)
    DemonstrationBag.of(progress_config(purpose="evaluate"), log=tmp_path)
