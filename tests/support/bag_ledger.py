"""Which records a bag and the outboxes of a run hold, read with the mcap library and the outbox's own reader."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

from mcap.exceptions import McapError
from mcap.records import Channel, Message
from mcap.stream_reader import StreamReader

from tests.support.json_lines import whole_rows
from tests.support.record_head import record_head
from user_hardware.environment.outbox import Outbox

Ledger = dict[str, Counter[int]]
"""How often each source_sequence occurs, by source."""

RECORD_TOPICS = ("/replay/spec", "/replay/transition", "/replay/episode")


def bag_messages(bag: Path) -> Iterator[tuple[str, bytes]]:
    """Yield (topic, CDR bytes) of every whole message, also of a bag whose writer was killed."""
    (file,) = bag.glob("*.mcap")
    topics: dict[int, str] = {}
    with file.open("rb") as stream:
        try:
            for record in StreamReader(stream).records:
                if isinstance(record, Channel):
                    topics[record.id] = record.topic
                elif isinstance(record, Message):
                    yield topics[record.channel_id], record.data
        except (McapError, EOFError):
            return


def bag_ledger(bag: Path) -> Ledger:
    """Count the records of environments in a bag."""
    return _count(record_head(payload) for topic, payload in bag_messages(bag) if topic in RECORD_TOPICS)


def outbox_ledger(folder: Path) -> Ledger:
    """Count the records that the outboxes below a run folder still hold."""
    pairs = []
    for path in sorted(folder.rglob("*.outbox")):
        outbox = Outbox(path)
        pairs += [(outbox.source, record.source_sequence) for record in outbox.pending(range(1 << 40), 1 << 40)]
        outbox.close()
    return _count(pairs)


def witness_ledger(recording: Path) -> Ledger:
    """Count what a recorder noted; a record that was sent again counts again."""
    rows = (row for row in whole_rows(recording) if "source_sequence" in row)
    return _count((row["source"], row["source_sequence"]) for row in rows)


def disagreements(*, bag: Ledger, outboxes: Ledger, witness: Ledger) -> list[str]:
    """Return what contradicts "each record once, no gap", one sentence per source and kind; empty when all is well.

    A record may be in the bag and still in an outbox: it was written, and its acknowledgement never arrived.
    """
    found = []
    for source in sorted(set(bag) | set(outboxes) | set(witness)):
        written, kept, seen = (ledger.get(source, Counter()) for ledger in (bag, outboxes, witness))
        twice = sorted(sequence for sequence, count in written.items() if count > 1)
        if twice:
            found.append(f"{source}: {len(twice)} records twice in the bag, the first is {twice[0]}")
        lost = sorted(set(seen) - set(written) - set(kept))
        if lost:
            found.append(f"{source}: {len(lost)} records seen, but in neither bag nor outbox, the first is {lost[0]}")
        present = set(written) | set(kept)
        gaps = sorted(set(range(max(present, default=-1) + 1)) - present)
        if gaps:
            found.append(f"{source}: {len(gaps)} missing below {max(present)}, the first is {gaps[0]}")
    return found


def _count(pairs: Iterable[tuple[str, int]]) -> Ledger:
    ledger: Ledger = defaultdict(Counter)
    for source, sequence in pairs:
        ledger[source][sequence] += 1
    return dict(ledger)
