"""What must be true of a run when it is over, whatever was killed in it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from tests.support.bag_ledger import bag_ledger, disagreements, outbox_ledger, witness_ledger
from tests.support.json_lines import whole_rows

_WORKING = ("training", "limited")


def audit(*, run_folder: Path, recording: Path, outbox_folders: Iterable[Path] = ()) -> list[str]:
    """Return what bag, outboxes and witness disagree about, one sentence each; empty when nothing was lost or doubled.

    Args:
        run_folder: Holds the bag, and outboxes where robot and log share a machine.
        recording: The recorder's file.
        outbox_folders: Run folders of other machines.
    """
    outboxes = outbox_ledger(run_folder)
    for folder in outbox_folders:
        outboxes |= outbox_ledger(folder)
    witness = witness_ledger(recording)
    if not witness:
        return ["the recorder has seen no record at all"]
    return disagreements(bag=bag_ledger(run_folder / "transitions"), outboxes=outboxes, witness=witness)


def learner_resumptions(recording: Path, killed_at_s: Sequence[float]) -> list[tuple[int, int]]:
    """Return (updates seen last before, updates seen first after working again) for each kill of the learner."""
    rows = [row for row in whole_rows(recording) if row["kind"] == "learner" and row["state"] in _WORKING]
    found = []
    for moment_s in killed_at_s:
        before = [row["updates"] for row in rows if row["monotonic_s"] < moment_s]
        after = [row["updates"] for row in rows if row["monotonic_s"] > moment_s + 0.5]
        if before and after:
            found.append((before[-1], after[0]))
    return found


def evaluation_kinds(run_folder: Path) -> list[str]:
    """Return the kind of each evaluation that was begun, in order: periodic, final, imitation or collection."""
    table = run_folder / "progress" / "evaluations.jsonl"
    return [row["kind"] for row in whole_rows(table) if row["event"] == "begun"]
