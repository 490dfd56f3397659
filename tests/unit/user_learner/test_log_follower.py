from __future__ import annotations

import pytest

from user_core.errors import LogError
from user_core.log.kinds import RecordKind
from user_learner.log_follower import FetchedRecords, FetchRequest, LogFollower


class Server:
    """A log that serves at most two records at once."""

    def __init__(self, count: int, *, log_id: str = "log") -> None:
        self.records = [f"record {number}".encode() for number in range(count)]
        self.log_id = log_id

    def answer(self, follower: LogFollower, request: FetchRequest) -> FetchedRecords | None:
        served: list[bytes] = []
        if request.log_id in ("", self.log_id):
            served = self.records[request.from_number : request.from_number + 2]
        return follower.take(
            request,
            log_id=self.log_id,
            content=b"".join(served),
            sizes=[len(one) for one in served],
            kinds=[int(RecordKind.TRANSITION)] * len(served),
            following=request.from_number + len(served),
            last=len(self.records),
        )


def follower() -> LogFollower:
    return LogFollower(max_bytes=1000, timeout_s=2.0, idle_s=0.5)


def asked(one: LogFollower, *, now_s: float) -> FetchRequest:
    request = one.next_request(now_s=now_s)
    assert request is not None
    return request


def read_all(one: LogFollower, server: Server, *, now_s: float) -> list[bytes]:
    payloads = []
    while (request := one.next_request(now_s=now_s)) is not None:
        fetched = server.answer(one, request)
        assert fetched is not None
        payloads += [record.payload for record in fetched.records]
    return payloads


def test_catching_up_asks_again_at_once_until_all_is_read() -> None:
    one, server = follower(), Server(5)
    assert read_all(one, server, now_s=0.0) == server.records
    assert (one.position, one.caught_up) == (5, True)


def test_new_records_are_asked_for_after_the_pause_only() -> None:
    one, server = follower(), Server(2)
    read_all(one, server, now_s=0.0)
    server.records.append(b"new")
    assert one.next_request(now_s=0.4) is None
    assert read_all(one, server, now_s=0.5) == [b"new"]


def test_one_request_at_a_time_and_again_after_the_time_out() -> None:
    one, server = follower(), Server(3)
    first = asked(one, now_s=0.0)
    assert one.next_request(now_s=1.9) is None
    second = asked(one, now_s=2.0)
    assert one.lost_requests == 1
    assert server.answer(one, first) is None
    fetched = server.answer(one, second)
    assert fetched is not None
    assert [record.number for record in fetched.records] == [0, 1]


def test_an_answer_that_comes_twice_counts_once() -> None:
    one, server = follower(), Server(3)
    request = asked(one, now_s=0.0)
    assert server.answer(one, request) is not None
    assert server.answer(one, request) is None
    assert one.position == 2


def test_another_log_id_begins_anew_and_says_so() -> None:
    one = follower()
    read_all(one, Server(4), now_s=0.0)
    repaired = Server(3, log_id="repaired")
    fetched = repaired.answer(one, asked(one, now_s=1.0))
    assert fetched is not None
    assert (fetched.rebuild, fetched.records, one.position) == (True, (), 0)
    assert read_all(one, repaired, now_s=1.0) == repaired.records


@pytest.mark.parametrize(
    ("sizes", "kinds", "following"), [([3], [1, 1], 1), ([4], [1], 1), ([3], [1], 2)], ids=["kinds", "bytes", "next"]
)
def test_an_answer_whose_numbers_do_not_fit_is_refused(sizes: list[int], kinds: list[int], following: int) -> None:
    one = follower()
    request = asked(one, now_s=0.0)
    with pytest.raises(LogError, match="asked again"):
        one.take(request, log_id="log", content=b"abc", sizes=sizes, kinds=kinds, following=following, last=9)
    assert one.position == 0
