"""Pulls the log by /replay/fetch and hands its records, decoded, to the learner's thread."""

from __future__ import annotations

import time
from functools import partial
from typing import Any

from rclpy.node import Node

from user_core.errors import InvalidRecordError, LogError
from user_core.log.kinds import RecordKind
from user_core.ros.records import decode
from user_interfaces.srv import FetchTransitions
from user_learner.config import FollowConfig
from user_learner.log_follower import FetchRequest, LogFollower, LogRecord
from user_learner.session.inbox import Inbox, LogNews, Record

SILENCE_S = 10.0
"""Without an answer for so long the client is made anew: on a busy machine one never got any (Kilted)."""


class LogLink:
    """A client of the log that never blocks: one request at a time, each with a time-out of its own.

    Args:
        node: Whose executor receives the answers.
        inbox: Where decoded records go; reading pauses while too many wait there.
        config: Sizes and times.
    """

    def __init__(self, *, node: Node, inbox: Inbox, config: FollowConfig) -> None:
        self._node = node
        self._inbox = inbox
        self._backlog_records = config.backlog_records
        self._follower = LogFollower(max_bytes=config.max_bytes, timeout_s=config.timeout_s, idle_s=config.idle_s)
        self._client = node.create_client(FetchTransitions, "/replay/fetch")
        self._heard_s = time.monotonic()
        self._pending: Any = None
        self.invalid_records = 0
        self._timer = node.create_timer(min(config.idle_s, 0.02), self._poll)

    @property
    def lost_requests(self) -> int:
        """Return how many requests were given up."""
        return self._follower.lost_requests

    def _poll(self) -> None:
        """Ask for what follows. The graph may show a server that is dead: then the time-out tells."""
        now_s = time.monotonic()
        if self._inbox.backlog >= self._backlog_records:
            self._heard_s = now_s
            return
        if now_s - self._heard_s > SILENCE_S:
            self._connect_anew(now_s)
        if not self._client.service_is_ready():
            return
        request = self._follower.next_request(now_s=now_s)
        if request is None:
            return
        self._give_up_pending()
        self._pending = self._client.call_async(
            FetchTransitions.Request(
                log_id=request.log_id, from_number=request.from_number, max_bytes=request.max_bytes
            )
        )
        self._pending.add_done_callback(partial(self._on_answer, request))

    def _connect_anew(self, now_s: float) -> None:
        self._give_up_pending()
        self._node.destroy_client(self._client)
        self._client = self._node.create_client(FetchTransitions, "/replay/fetch")
        self._heard_s = now_s

    def _give_up_pending(self) -> None:
        if self._pending is not None:
            self._client.remove_pending_request(self._pending)
            self._pending = None

    def _on_answer(self, request: FetchRequest, future: Any) -> None:
        if future is self._pending:
            self._pending = None
        answer = future.result()
        if answer is None:
            return
        self._heard_s = time.monotonic()
        try:
            fetched = self._follower.take(
                request,
                log_id=answer.log_id,
                content=answer.records.tobytes(),
                sizes=list(answer.sizes),
                kinds=list(answer.kinds),
                following=answer.next,
                last=answer.last,
            )
        except LogError as error:
            self._node.get_logger().error(str(error), throttle_duration_sec=5.0)
            return
        if fetched is None:
            return
        records = tuple(decoded for one in fetched.records if (decoded := self._decoded(one)) is not None)
        self._inbox.put(
            LogNews(
                rebuild=fetched.rebuild,
                records=records,
                position=self._follower.position,
                last=self._follower.last or 0,
            )
        )
        self._poll()

    def _decoded(self, record: LogRecord) -> Record | None:
        if record.kind is RecordKind.REJECTED:
            return None
        try:
            return decode(record.kind, record.payload)
        except InvalidRecordError as error:
            self.invalid_records += 1
            self._node.get_logger().warning(f"record {record.number}: {error}", throttle_duration_sec=1.0)
            return None
