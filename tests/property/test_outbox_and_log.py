"""However sending, acknowledging, loss and crashes interleave, the log gets each record once and none is missing."""

from __future__ import annotations

import contextlib
import json
import os
import tempfile
from collections import Counter
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from tests.support.log_records import JsonCodec, spec_payload, transition_payload
from tests.support.log_samples import DEFINITIONS, read_all
from user_core.log.kinds import RecordKind
from user_core.run import RunFolder
from user_hardware.environment.outboxes import OutboxFolder
from user_learner.replay.log_keeper import LogKeeper


class OutboxAndLog(RuleBasedStateMachine):
    """One environment and one log; every message on the way may be lost, either process may die at any moment."""

    @initialize()
    def begin(self) -> None:
        self._folder = tempfile.TemporaryDirectory()
        self._run = RunFolder(path=Path(self._folder.name) / "run")
        self._now_s = 0.0
        self._sources = 0
        self._made: set[tuple[str, int]] = set()
        self._keeper = self._new_keeper()
        self._outboxes = self._new_source()

    @rule(count=st.integers(1, 4), lost=st.sets(st.integers(0, 3)))
    def make_records(self, count: int, lost: set[int]) -> None:
        for index in range(count):
            sequence = self._outboxes.next_sequence
            self._outboxes.append(RecordKind.TRANSITION, transition_payload(sequence, source=self._source))
            self._made.add((self._source, sequence))
            if index not in lost:
                self._deliver(RecordKind.TRANSITION, transition_payload(sequence, source=self._source))

    @rule(max_bytes=st.sampled_from([1, 500, 10**6]), lost=st.sets(st.integers(0, 5)), reverse=st.booleans())
    def send_again(self, max_bytes: int, lost: set[int], reverse: bool) -> None:
        self._now_s += 1.0
        due = self._outboxes.due(now_s=self._now_s, max_bytes=max_bytes)
        kept = [record for index, record in enumerate(due) if index not in lost]
        for record in reversed(kept) if reverse else kept:
            self._deliver(record.kind, record.payload)

    @rule()
    def acknowledge(self) -> None:
        self._outboxes.acknowledge(self._keeper.ledger.acknowledgements(), now_s=self._now_s)

    @rule()
    def kill_environment(self) -> None:
        for box in self._outboxes._all():
            os.close(box._descriptor)
        self._outboxes = self._new_source()

    @rule(torn=st.integers(0, 60))
    def kill_replay(self, torn: int) -> None:
        """Kill the replay node while it writes a record that nobody has seen acknowledged."""
        log = self._keeper._log
        assert log is not None
        path, end = log._file.path, log._file.end
        with path.open("r+b") as stream:
            stream.seek(end)
            stream.write(b"\x06" + b"\x37" * torn)
        log._file.close()
        self._keeper = self._new_keeper()

    @invariant()
    def nothing_acknowledged_is_missing(self) -> None:
        written = self._written()
        for source, highest in self._keeper.ledger.acknowledgements().items():
            assert all(written[source, sequence] == 1 for sequence in range(highest + 1))

    def teardown(self) -> None:
        if not hasattr(self, "_keeper"):
            return
        for _ in range(50):
            self.send_again(10**6, set(), False)
            self.acknowledge()
            if not self._outboxes.unacknowledged:
                break
        assert self._outboxes.unacknowledged == 0
        written = self._written()
        assert set(written) == self._made
        assert set(written.values()) == {1}
        self._outboxes.close()
        self._keeper.close()
        assert not list(self._run.outbox.glob("*"))
        with contextlib.suppress(OSError):
            self._folder.cleanup()

    @property
    def _source(self) -> str:
        return f"source_{self._sources}"

    def _new_keeper(self) -> LogKeeper:
        keeper = LogKeeper(run_folder=self._run, definitions=DEFINITIONS, codec=JsonCodec())
        assert keeper.error == ""
        return keeper

    def _new_source(self) -> OutboxFolder:
        self._sources += 1
        outboxes = OutboxFolder(path=self._run.outbox, run=self._run.identity(), source=self._source, limit_bytes=10**6)
        outboxes.append(RecordKind.SPEC, spec_payload(self._source))
        self._made.add((self._source, 0))
        return outboxes

    def _deliver(self, kind: RecordKind, payload: bytes) -> None:
        self._keeper.receive(kind, payload, stamp_ns=1)

    def _written(self) -> Counter[tuple[str, int]]:
        found = [json.loads(record.payload) for record in read_all(self._run.transitions)]
        return Counter((fields["source"], fields["source_sequence"]) for fields in found)


TestOutboxAndLog = OutboxAndLog.TestCase
TestOutboxAndLog.settings = settings(
    max_examples=15, stateful_step_count=20, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
