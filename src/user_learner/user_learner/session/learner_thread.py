"""The learner's thread: waits for a spec, then runs the session; whatever ends it is seen in the snapshot."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from dataclasses import replace

import torch

from user_core.errors import UserRosError
from user_core.spec import EnvironmentSpec
from user_learner.session.demonstration_source import DemonstrationSource
from user_learner.session.inbox import Inbox, LogNews
from user_learner.session.learning_session import LearningSession
from user_learner.session.snapshot import LearnerSnapshot, LearnerState
from user_policies.shared_batch import ProcessLostError

MakeSession = Callable[[EnvironmentSpec, list[LogNews], threading.Event], LearningSession]
_REST_S = 0.05


class LearnerThread:
    """Runs one LearningSession.

    Args:
        initial: What is known before the session is made.
        torch_threads: Of this thread; torch counts them per thread.
        niceness: Of this thread, which Linux counts per thread too: the executor's keeps its priority.
        inbox: News of the log.
        demonstrations: A recording to learn from first.
        make_session: Makes the session for a spec; gets the news that came before it, and the wish to stop.
        complain: Takes a sentence that says what is wrong, for the node's log.
    """

    def __init__(
        self,
        *,
        initial: LearnerSnapshot,
        torch_threads: int,
        niceness: int,
        inbox: Inbox,
        demonstrations: DemonstrationSource,
        make_session: MakeSession,
        complain: Callable[[str], None],
    ) -> None:
        self._torch_threads = torch_threads
        self._niceness = niceness
        self._inbox = inbox
        self._demonstrations = demonstrations
        self._make_session = make_session
        self._complain = complain
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._work, name="learner", daemon=True)
        self._session: LearningSession | None = None
        self._own = initial

    @property
    def snapshot(self) -> LearnerSnapshot:
        """State and counters now."""
        failed = self._own.state is LearnerState.FAILED
        return self._own if self._session is None or failed else self._session.snapshot

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self, *, timeout_s: float = 8.0) -> None:
        """End after the update at hand, with a last checkpoint."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join(timeout=timeout_s)

    def _work(self) -> None:
        torch.set_num_threads(self._torch_threads)
        os.nice(self._niceness)
        try:
            early: list[LogNews] = []
            spec = self._find_spec(early)
            if spec is None:
                return
            self._session = self._make_session(spec, early, self._stopping)
            while not self._stopping.is_set():
                self._session.turn()
            self._session.finish()
        except ProcessLostError as error:
            self._complain(f"{error}; all are started anew, and go on from the last checkpoint")
        except UserRosError as error:
            self._fail(str(error))
        except Exception as error:
            self._fail(f"{type(error).__name__}: {error}")
            raise

    def _find_spec(self, early: list[LogNews]) -> EnvironmentSpec | None:
        """Wait for the first spec, of the demonstrations or of the log; None when asked to stop before."""
        looked_at_demonstrations = False
        while not self._stopping.is_set():
            detail = "waiting for an environment, whose spec comes through the log, or for demonstrations"
            self._own = replace(self._own, detail=detail)
            if not looked_at_demonstrations and self._demonstrations.available():
                looked_at_demonstrations = True  # a recording without a spec, which the log may have, is read once
                for record in self._demonstrations.records():
                    if isinstance(record, EnvironmentSpec):
                        return record
            news = self._inbox.take(wait_s=_REST_S)
            if news is not None:
                early.append(news)
                for record in news.records:
                    if isinstance(record, EnvironmentSpec):
                        return record
        return None

    def _fail(self, reason: str) -> None:
        self._complain(reason)
        self._own = replace(self.snapshot, state=LearnerState.FAILED, detail=reason)
