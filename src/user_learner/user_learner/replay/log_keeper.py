"""The keeper of a run's log: checks what comes, writes it once, serves it by number, and says what it holds."""

from __future__ import annotations

import shutil
from array import array
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import partial

from user_core.errors import InvalidRecordError, LogError
from user_core.log.definition import Definitions
from user_core.log.identity import ExaminedRecord, RecordIdentity
from user_core.log.kinds import RecordKind
from user_core.log.label import EpisodeLabel
from user_core.log.writer import BagWriter
from user_core.run import RunFolder
from user_core.spec import EnvironmentSpec
from user_core.types import EpisodeSummary, Transition
from user_learner.replay.admission import check_episode, check_label, check_transition
from user_learner.replay.codec import RecordCodec
from user_learner.replay.ledger import Ledger

PROGRESS_EVERY = 5000


class Receipt(StrEnum):
    """What became of a record that came in."""

    WRITTEN = "written"
    REJECTED = "rejected"
    DUPLICATE = "duplicate"
    DEFERRED = "deferred"
    FOREIGN = "foreign"
    REFUSED = "refused"


@dataclass(frozen=True, kw_only=True, eq=False)
class FetchedRecords:
    """Stored bytes, one after the other, with the size and kind of each; see FetchTransitions.srv."""

    log_id: str
    records: array[int]
    sizes: array[int]
    kinds: array[int]
    next_number: int
    last_number: int


class LogKeeper:
    """Owns the log of a run. It never raises for a log that cannot be written: `error` says why, and it tries again.

    Args:
        run_folder: Of the run whose log it is.
        definitions: Type of each kind, for the bag.
        codec: Reads and makes records.
        low_water_bytes: Free disk space below which nothing is written.
        progress: Called with how many records of an existing log have been counted, while it is opened.

    Attributes:
        error: "" or why nothing is written.
        receipts: How many records came to which end since the start.
    """

    def __init__(
        self,
        *,
        run_folder: RunFolder,
        definitions: Definitions,
        codec: RecordCodec,
        low_water_bytes: int = 0,
        progress: Callable[[int], None] = lambda count: None,
    ) -> None:
        self._run_folder = run_folder
        self._definitions = definitions
        self._codec = codec
        self._low_water_bytes = low_water_bytes
        self._progress = progress
        self._log: BagWriter | None = None
        self._low = False
        self._reset_account()
        self.run = ""
        self.error = ""
        self.receipts: Counter[Receipt] = Counter()
        self._notes: list[str] = []
        self.open()

    @property
    def log_id(self) -> str:
        """Name of the numbering, "" while there is no log."""
        return "" if self._log is None else self._log.log_id

    @property
    def next_number(self) -> int:
        """How many records the log holds."""
        return 0 if self._log is None else len(self._log)

    @property
    def duplicates_dropped(self) -> int:
        """How many records came again since the start."""
        return self.receipts[Receipt.DUPLICATE]

    def take_notes(self) -> list[str]:
        """Return what happened since the last call that people should read."""
        notes, self._notes = self._notes, []
        return notes

    def receive(self, kind: RecordKind, payload: bytes, *, stamp_ns: int) -> Receipt:
        """Check a record, write it if it is new, and say what became of it.

        Args:
            kind: SPEC, TRANSITION or EPISODE.
            payload: Its CDR bytes.
            stamp_ns: Wall time of receipt.
        """
        receipt = self._receive(kind, payload, stamp_ns)
        self.receipts[receipt] += 1
        return receipt

    def label(self, label: EpisodeLabel) -> str:
        """Append a person's word on an episode; return why it was refused, or ""."""
        if not self.ledger.knows_episode(label.episode):
            return f"episode {label.episode!r} is not in the log; allowed are the episodes of this run"
        try:
            check_label(label)
        except InvalidRecordError as error:
            return str(error)
        payload = self._codec.encode_label(label)
        written = self._write(RecordKind.LABEL, payload, RecordIdentity(episode=label.episode), label.stamp_ns)
        return "" if written else self.error

    def fetch(self, *, log_id: str, from_number: int, max_bytes: int) -> FetchedRecords:
        """Return stored records from a number on, at least one if there is one.

        A reader of another numbering gets the log's own name and no records; one that has no name yet may begin at 0.
        """
        known = log_id == self.log_id or (log_id == "" and from_number == 0)
        last = self.next_number
        if self._log is None or not known or from_number >= last:
            empty = array("B"), array("I"), array("B")
            return self._fetched(*empty, next_number=min(from_number, last) if known else 0)
        records, sizes, kinds = self._log.read(from_number, max_bytes)
        return self._fetched(records, sizes, kinds, next_number=from_number + len(sizes))

    def open(self) -> None:
        """Open the log if it is not; to be called about once a second, since a long log takes a while to read."""
        if self._log is None:
            self._note_error(self._try_to_open)

    def check(self) -> None:
        """Find out whether the log can be written; to be called a few times a second."""
        if self._log is not None:
            self._note_error(partial(self._check_open_log, self._log))

    def close(self) -> None:
        """Close the log with its summary and metadata.yaml."""
        if self._log is None:
            return
        try:
            self._log.close()
        except LogError as error:
            self._notes.append(f"the log was closed without its index, which the next start makes anew: {error}")
        self._log = None

    def _receive(self, kind: RecordKind, payload: bytes, stamp_ns: int) -> Receipt:
        if self._log is None or self._low:
            return Receipt.REFUSED
        examined = self._codec.examine(kind, payload)
        identity = examined.identity
        if identity.run and identity.run != self.run:
            return Receipt.FOREIGN
        if identity.source and self.ledger.holds(identity):
            return Receipt.DUPLICATE
        if kind != RecordKind.SPEC and identity.source and not self.ledger.knows_source(identity.source):
            return Receipt.DEFERRED  # its spec has not come yet: the source sends both again until acknowledged
        reason = examined.reason or self._objection(kind, examined)
        if reason:
            self._notes.append(f"a record of {identity.source or 'an unknown source'} was rejected: {reason}")
            rejected = self._codec.encode_rejected(
                stamp_ns=stamp_ns, kind=kind, identity=identity, reason=reason, payload=payload
            )
            done = self._write(RecordKind.REJECTED, rejected, identity, stamp_ns)
            return Receipt.REJECTED if done else Receipt.REFUSED
        if isinstance(examined.record, EnvironmentSpec):
            self._specs[examined.record.digest] = examined.record
        return Receipt.WRITTEN if self._write(kind, payload, identity, stamp_ns) else Receipt.REFUSED

    def _objection(self, kind: RecordKind, examined: ExaminedRecord) -> str:
        """Return why a record that could be read must not enter, or ""."""
        record, identity = examined.record, examined.identity
        if not identity.source:
            return "it names no source"
        try:
            if isinstance(record, Transition):
                if self.ledger.holds_step(identity):
                    return f"step {identity.step} of episode {identity.episode} is in the log already"
                spec = self._specs.get(identity.spec_digest)
                if spec is None:
                    return f"its spec digest {identity.spec_digest[:12]} is that of no spec its source has sent"
                check_transition(spec, record)
            elif isinstance(record, EpisodeSummary):
                check_episode(record)
        except InvalidRecordError as error:
            return str(error)
        return ""

    def _write(self, kind: RecordKind, payload: bytes, identity: RecordIdentity, stamp_ns: int) -> bool:
        if self._log is None:
            return False
        try:
            self._log.append(kind, payload, stamp_ns=stamp_ns)
        except LogError as error:
            self.error = str(error)
            return False
        self.error = ""
        self.ledger.note(kind, identity)
        return True

    def _fetched(
        self, records: array[int], sizes: array[int], kinds: array[int], *, next_number: int
    ) -> FetchedRecords:
        return FetchedRecords(
            log_id=self.log_id,
            records=records,
            sizes=sizes,
            kinds=kinds,
            next_number=next_number,
            last_number=self.next_number,
        )

    def _note_error(self, attempt: Callable[[], None]) -> None:
        try:
            attempt()
            self.error = ""
        except LogError as error:
            self.error = str(error)

    def _try_to_open(self) -> None:
        self._check_space()
        self._reset_account()
        self.run = self._run_folder.identity()
        self._log = BagWriter(
            self._run_folder.transitions, run=self.run, definitions=self._definitions, visit=self._recount
        )
        if self._log.repaired:
            self._notes.append(self._log.repaired)

    def _check_open_log(self, log: BagWriter) -> None:
        self._check_space()
        if self.error:
            log.check_writable()
        else:
            log.check_present()

    def _recount(self, number: int, kind: RecordKind, payload: bytes) -> None:
        examined = self._codec.examine(kind, payload)
        self.ledger.note(kind, examined.identity)
        if isinstance(examined.record, EnvironmentSpec):
            self._specs[examined.record.digest] = examined.record
        if (number + 1) % PROGRESS_EVERY == 0:
            self._progress(number + 1)

    def _reset_account(self) -> None:
        self.ledger = Ledger()
        self._specs: dict[str, EnvironmentSpec] = {}

    def _check_space(self) -> None:
        folder = self._run_folder.path
        while not folder.exists():
            folder = folder.parent
        free = shutil.disk_usage(folder).free
        self._low = free < self._low_water_bytes
        if self._low:
            raise LogError(
                f"{free // 1_000_000} MB are free for {folder}, allowed is {self._low_water_bytes // 1_000_000} MB or "
                f"more: free disk space, or change low_water_mb of replay_node; writing goes on by itself."
            )
