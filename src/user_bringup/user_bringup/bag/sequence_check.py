"""Whether each source's records are there once, without a gap."""

from __future__ import annotations

from collections import defaultdict

from user_bringup.bag.findings import Findings
from user_core.log.identity import RecordIdentity

GAPS = "gaps in source_sequence"
DUPLICATES = "duplicate records"


class SequenceCheck:
    """Takes the identity of every record.

    Args:
        findings: Where results go.
    """

    def __init__(self, findings: Findings) -> None:
        self._findings = findings
        self._sequences: defaultdict[str, set[int]] = defaultdict(set)
        self._runs: set[str] = set()

    def take(self, identity: RecordIdentity, where: str) -> None:
        """Look at the next record; one without source, such as a label, has no sequence."""
        if not identity.source:
            return
        self._runs |= {identity.run} - {""}
        numbers = self._sequences[identity.source]
        if identity.source_sequence in numbers:
            self._findings.add(DUPLICATES, f"{where}: sequence {identity.source_sequence} of {identity.source} again")
        numbers.add(identity.source_sequence)

    def finish(self, *, run: str) -> None:
        """Look for gaps once all records were taken.

        Args:
            run: UUID of the run whose log it is. Where the records name another run the bag is an excerpt, of chosen
                episodes, and gaps between them are as they should be.
        """
        missing = {source: max(numbers) + 1 - len(numbers) for source, numbers in self._sequences.items()}
        total = sum(missing.values())
        if not total:
            return
        if self._runs and run not in self._runs:
            self._findings.note(GAPS, f"{total} records were left out of this excerpt of another log")
            return
        for source, count in missing.items():
            if count:
                numbers = self._sequences[source]
                first = next(number for number in range(len(numbers) + 1) if number not in numbers)
                self._findings.add(GAPS, f"{count} of {source}, the first is {first}", count=count)
