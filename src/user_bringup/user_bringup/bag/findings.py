"""What a check has found, as a table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from user_bringup.bag.table import columns

OK = "ok"


@dataclass(kw_only=True)
class Finding:
    """One thing that was looked for.

    Attributes:
        count: How often it is wrong.
        first: Where it was wrong first.
        note: What is worth knowing though nothing is wrong.
    """

    count: int = 0
    first: str = ""
    note: str = ""


@dataclass(kw_only=True)
class Findings:
    """Results by the name of the check, in the order of a table."""

    by_check: dict[str, Finding] = field(default_factory=dict)

    @classmethod
    def of(cls, checks: Sequence[str]) -> Findings:
        """Return findings in which all is well."""
        return cls(by_check={name: Finding() for name in checks})

    @property
    def wrong(self) -> int:
        """How many things are wrong."""
        return sum(finding.count for finding in self.by_check.values())

    def add(self, check: str, where: str, *, count: int = 1) -> None:
        """Note something wrong."""
        finding = self.by_check[check]
        finding.first = finding.first or where
        finding.count += count

    def note(self, check: str, text: str) -> None:
        """Note what is worth knowing and not wrong."""
        self.by_check[check].note = text

    def table(self) -> list[str]:
        """Return one line a check."""
        rows = [("check", "wrong", "first, or what to know")]
        for name, finding in self.by_check.items():
            rows.append((name, str(finding.count) if finding.count else OK, finding.first or finding.note))
        return columns(rows)
