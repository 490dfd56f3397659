"""Where a reader stands in the log: what to ask for next, and what an answer means. Catch-up and live are one path."""

from __future__ import annotations

from dataclasses import dataclass

from user_core.errors import LogError
from user_core.log.kinds import RecordKind


@dataclass(frozen=True, kw_only=True)
class FetchRequest:
    """Fields of FetchTransitions.srv, and the number of the attempt."""

    log_id: str
    from_number: int
    max_bytes: int
    attempt: int


@dataclass(frozen=True, kw_only=True, eq=False)
class LogRecord:
    """One stored record: its number, its kind and its CDR bytes."""

    number: int
    kind: RecordKind
    payload: bytes


@dataclass(frozen=True, kw_only=True, eq=False)
class FetchedRecords:
    """The news of one answer.

    Attributes:
        rebuild: The log's numbers changed: all that was read before is void, and reading begins at 0.
        records: In order, following those of the answer before.
    """

    rebuild: bool
    records: tuple[LogRecord, ...]


class LogFollower:
    """Asks for one piece of the log after the other, and again when no answer comes.

    Args:
        max_bytes: Size of a piece.
        timeout_s: Monotonic seconds after which a request counts as lost: a dead server looks like a slow one.
        idle_s: Pause before asking again when all has been read.
    """

    def __init__(self, *, max_bytes: int, timeout_s: float, idle_s: float) -> None:
        self._max_bytes = max_bytes
        self._timeout_s = timeout_s
        self._idle_s = idle_s
        self._attempt = 0
        self._pending = False
        self._asked_s = float("-inf")
        self.log_id = ""
        self.position = 0
        self.last: int | None = None
        self.lost_requests = 0

    @property
    def caught_up(self) -> bool:
        """Tell whether all that the log held at the last answer has been read."""
        return self.last is not None and self.position >= self.last

    def next_request(self, *, now_s: float) -> FetchRequest | None:
        """Return what to ask for now, or None while an answer is awaited or nothing new is likely."""
        waited_s = now_s - self._asked_s
        if self._pending and waited_s < self._timeout_s:
            return None
        if not self._pending and self.caught_up and waited_s < self._idle_s:
            return None
        self.lost_requests += self._pending
        self._attempt += 1
        self._pending = True
        self._asked_s = now_s
        return FetchRequest(
            log_id=self.log_id, from_number=self.position, max_bytes=self._max_bytes, attempt=self._attempt
        )

    def take(
        self,
        request: FetchRequest,
        *,
        log_id: str,
        content: bytes,
        sizes: list[int],
        kinds: list[int],
        following: int,
        last: int,
    ) -> FetchedRecords | None:
        """Take an answer; None when it answers a request that was given up.

        Args:
            request: What was asked.
            log_id: Of the log that answered.
            content: The records' bytes, one after the other.
            sizes: Bytes of each record.
            kinds: Kind of each record.
            following: Number of the record after these.
            last: Records in the log.

        Raises:
            LogError: When the numbers of the answer do not fit each other.
        """
        if request.attempt != self._attempt or not self._pending:
            return None
        self._pending = False
        if self.log_id and log_id != self.log_id:
            self.log_id, self.position, self.last = log_id, 0, last
            return FetchedRecords(rebuild=True, records=())
        if len(sizes) != len(kinds) or sum(sizes) != len(content) or following - request.from_number != len(sizes):
            raise LogError(
                f"/replay/fetch answered {len(sizes)} sizes, {len(kinds)} kinds and {len(content)} bytes for records "
                f"{request.from_number} to {following}; it is asked again"
            )
        self.log_id, self.position, self.last = log_id, following, last
        return FetchedRecords(rebuild=False, records=tuple(_records(request.from_number, content, sizes, kinds)))


def _records(first: int, content: bytes, sizes: list[int], kinds: list[int]) -> list[LogRecord]:
    records = []
    start = 0
    for number, (size, kind) in enumerate(zip(sizes, kinds, strict=True), start=first):
        records.append(LogRecord(number=number, kind=RecordKind(kind), payload=content[start : start + size]))
        start += size
    return records
