"""Where each record of our own log lies: a number is a position in these arrays (29 bytes a record)."""

from __future__ import annotations

from array import array
from collections import Counter


class RecordIndex:
    """Offsets, sizes, kinds and stamps of all records of one file, by number."""

    def __init__(self) -> None:
        self.kinds = array("B")
        self.sizes = array("I")
        self.payload_offsets = array("Q")
        self.chunk_offsets = array("Q")
        self.stamps_ns = array("Q")
        self.counts: Counter[int] = Counter()

    def __len__(self) -> int:
        return len(self.kinds)

    @property
    def last_stamp_ns(self) -> int:
        """Return the newest log time, 0 for an empty log."""
        return self.stamps_ns[-1] if self.stamps_ns else 0

    def add(self, *, kind: int, size: int, payload_offset: int, chunk_offset: int, stamp_ns: int) -> None:
        """Note the record with the next number."""
        self.kinds.append(kind)
        self.sizes.append(size)
        self.payload_offsets.append(payload_offset)
        self.chunk_offsets.append(chunk_offset)
        self.stamps_ns.append(stamp_ns)
        self.counts[kind] += 1

    def portion(self, from_number: int, max_bytes: int) -> range:
        """Return the numbers from `from_number` on whose bytes fit `max_bytes`; at least one if there is one."""
        stop = from_number
        total = 0
        while stop < len(self):
            total += self.sizes[stop]
            if total > max_bytes and stop > from_number:
                break
            stop += 1
        return range(from_number, stop)
