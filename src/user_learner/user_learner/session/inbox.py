"""The queue between whoever reads the log and the learner's thread."""

from __future__ import annotations

import queue
import threading
from dataclasses import dataclass

from user_core.log.label import EpisodeLabel
from user_core.spec import EnvironmentSpec
from user_core.types import EpisodeSummary, Transition

Record = EnvironmentSpec | Transition | EpisodeSummary | EpisodeLabel


@dataclass(frozen=True, kw_only=True, eq=False)
class LogNews:
    """Records that follow those of the news before.

    Attributes:
        rebuild: All records before are void; these begin anew.
        records: Decoded.
        position: Number of the record after these.
        last: Records in the log when it answered.
    """

    rebuild: bool
    records: tuple[Record, ...]
    position: int
    last: int


class Inbox:
    """News in order; `backlog` tells the reader when to pause."""

    def __init__(self) -> None:
        self._queue: queue.SimpleQueue[LogNews] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._backlog = 0

    @property
    def backlog(self) -> int:
        """Return the number of records that wait."""
        with self._lock:
            return self._backlog

    def put(self, news: LogNews) -> None:
        """Add news."""
        with self._lock:
            self._backlog += len(news.records)
        self._queue.put(news)

    def take(self, *, wait_s: float) -> LogNews | None:
        """Return the next news, waiting for some at most `wait_s` seconds."""
        try:
            news = self._queue.get(timeout=wait_s) if wait_s > 0 else self._queue.get_nowait()
        except queue.Empty:
            return None
        with self._lock:
            self._backlog -= len(news.records)
        return news
