"""All outboxes of one robot: the running source's, and those that earlier processes of this run left behind."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from user_core.errors import LogError
from user_core.log.kinds import RecordKind
from user_hardware.environment.outbox import SUFFIX, Outbox, OutboxInUseError, OutboxRecord

RESEND_AFTER_S = 1.0
WINDOW_RECORDS = 64
"""Fewer than the history of the transition topic: a longer burst would push its own beginning out, every time."""


@dataclass(kw_only=True)
class _Part:
    """What one pass of sending again still has to send of one outbox."""

    outbox: Outbox
    next_sequence: int
    end_sequence: int

    def sendable(self) -> range:
        """Return the sequences that may be sent now: not more than the window beyond the acknowledged."""
        first = self.outbox.acknowledged + 1
        return range(max(self.next_sequence, first), min(self.end_sequence, first + WINDOW_RECORDS))


class OutboxFolder:
    """Appends for the running source; sends what is not acknowledged again, the oldest outbox first.

    Args:
        path: Folder of this robot alone; made when missing.
        run: UUID of the run; outboxes of other runs are kept and reported, never sent.
        source: UUID of this environment process in this run.
        limit_bytes: What may wait here before no further episode starts.

    Attributes:
        reports: One sentence for people on each file that was left alone.

    Raises:
        LogError: When the folder or the new file cannot be written.
    """

    def __init__(self, *, path: Path, run: str, source: str, limit_bytes: int) -> None:
        self._limit_bytes = limit_bytes
        self._old: list[Outbox] = []
        self._pass: list[_Part] = []
        self._quiet_since_s = float("-inf")
        self.reports: list[str] = []
        numbered = self._numbered(path)
        for _, file in numbered:
            self._take(file, run)
        ordinal = numbered[-1][0] + 1 if numbered else 0
        self._own = Outbox.create(path / f"{ordinal:06d}_{run}_{source}{SUFFIX}", run=run, source=source)

    @property
    def next_sequence(self) -> int:
        """The sequence that the next appended record has; the caller puts it into the record."""
        return self._own.next_sequence

    @property
    def unacknowledged(self) -> int:
        """How many records wait, those of earlier processes included."""
        return sum(len(outbox) for outbox in self._all())

    @property
    def unacknowledged_bytes(self) -> int:
        """How many bytes wait."""
        return sum(outbox.unacknowledged_bytes for outbox in self._all())

    def append(self, kind: RecordKind, payload: bytes) -> int:
        """Put a record on disk and return its sequence; publish it after that.

        Raises:
            LogError: When it cannot be written: hold, and append it again later; nothing was lost.
        """
        return self._own.append(kind, payload)

    def may_start_episode(self, *, records: int, record_bytes: int) -> bool:
        """Tell whether an episode of so many records fits; no running episode is ever stopped for lack of room."""
        return self.unacknowledged_bytes + records * record_bytes <= self._limit_bytes

    def acknowledge(self, acknowledgements: Mapping[str, int], *, now_s: float) -> None:
        """Drop what the log holds; an earlier process's outbox is removed once all of it is there.

        Args:
            acknowledgements: Per source the highest sequence written without a gap, from the ReplayStatus of this run.
            now_s: Monotonic seconds.
        """
        for outbox in self._all():
            sequence = acknowledgements.get(outbox.source, -1)
            if sequence > outbox.acknowledged:
                outbox.acknowledge(sequence)
                self._quiet_since_s = now_s
        for outbox in [outbox for outbox in self._old if not len(outbox)]:
            outbox.close()
            self._old.remove(outbox)

    def due(self, *, now_s: float, max_bytes: int) -> list[OutboxRecord]:
        """Return what to publish again in this tick.

        What earlier processes left is sent at once; the running source's records only when none has been acknowledged
        for a second. A pass goes on over several ticks, from the first unacknowledged record to the last, as fast as
        acknowledgements come back.

        Args:
            now_s: Monotonic seconds.
            max_bytes: Of records in one tick; one larger record is sent all the same.
        """
        if not self.unacknowledged:
            self._pass.clear()
            self._quiet_since_s = now_s
        elif now_s - self._quiet_since_s >= RESEND_AFTER_S:
            self._pass = [
                _Part(outbox=outbox, next_sequence=outbox.acknowledged + 1, end_sequence=outbox.next_sequence)
                for outbox in self._all()
            ]
        result = self._next_of_pass(max_bytes)
        if result:
            self._quiet_since_s = now_s
        return result

    def close(self) -> None:
        """Close all files; those with nothing left in them are removed."""
        for outbox in self._all():
            outbox.close()

    def _next_of_pass(self, max_bytes: int) -> list[OutboxRecord]:
        result: list[OutboxRecord] = []
        room = max_bytes
        for part in self._pass:
            records = part.outbox.pending(part.sendable(), room)
            size = sum(len(record.payload) for record in records)
            if result and size > room:
                break
            if records:
                part.next_sequence = records[-1].source_sequence + 1
            result.extend(records)
            room -= size
            if room <= 0:
                break
        self._pass = [part for part in self._pass if part.next_sequence < part.end_sequence]
        return result

    def _all(self) -> list[Outbox]:
        return [*self._old, self._own]

    def _numbered(self, path: Path) -> list[tuple[int, Path]]:
        """Return the outboxes by their numbers, the oldest first; whatever else lies here is reported."""
        found: list[tuple[int, Path]] = []
        for file in sorted(path.glob(f"*{SUFFIX}")):
            number, _, names = file.name.partition("_")
            if number.isdecimal() and names:
                found.append((int(number), file))
            else:
                self.reports.append(f"{file} is not named as an outbox is (number_run_source); it is left alone.")
        return sorted(found)

    def _take(self, file: Path, run: str) -> None:
        try:
            outbox = Outbox(file)
        except OutboxInUseError:
            return
        except LogError as error:
            self.reports.append(str(error))
            return
        if not len(outbox):
            outbox.close()
        elif outbox.run != run:
            self.reports.append(f"{file} holds {len(outbox)} records of run {outbox.run}; it is kept and not sent.")
            outbox.close()
        else:
            self._old.append(outbox)
