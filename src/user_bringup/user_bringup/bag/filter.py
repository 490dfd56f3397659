"""`bag filter`: a new bag of chosen episodes, with unchanged bytes, that demonstrations:= reads."""

from __future__ import annotations

from pathlib import Path

from user_bringup.bag.episodes import Catalogue, EpisodeEntry
from user_bringup.bag.new_log import new_log
from user_bringup.bag.selection import Selection
from user_bringup.bag.transition_log import TransitionLog
from user_core.errors import LogError
from user_core.log.kinds import RecordKind
from user_core.log.reader import BagRecord
from user_core.ros.records import identify


def filter_log(path: Path, output: Path, selection: Selection) -> list[EpisodeEntry]:
    """Copy the chosen episodes with their specs, summaries and labels; return them.

    The copy appears under its name when it is complete. Records keep their source_sequence, so that a copy has gaps
    where episodes were left out; rejected records stay behind.

    Args:
        path: The log.
        output: Folder of the new bag; must not exist.
        selection: Which episodes.

    Raises:
        LogError: When the log cannot be read, nothing is chosen, or the output cannot be written.
    """
    log, catalogue = TransitionLog(path), Catalogue()
    if output.exists():
        raise LogError(f"{output} exists already; name a new folder, since nothing is overwritten.")
    catalogue.read(log)
    chosen = selection.choose(catalogue, path=path)
    if not chosen:
        raise LogError(
            f"none of the {len(catalogue.episodes)} episodes of {path} is chosen, nothing was written; "
            f"./user bag info --episodes {path} lists them."
        )
    _copy(log, output, episodes={entry.episode for entry in chosen}, specs={entry.spec_digest for entry in chosen})
    return chosen


def _copy(log: TransitionLog, output: Path, *, episodes: set[str], specs: set[str]) -> None:
    with new_log(output, key="OUTPUT") as writer:
        for record in log.records():
            if _is_wanted(record, episodes=episodes, specs=specs):
                writer.append(record.kind, record.payload, stamp_ns=record.stamp_ns)


def _is_wanted(record: BagRecord, *, episodes: set[str], specs: set[str]) -> bool:
    if record.kind is RecordKind.REJECTED:
        return False
    identity = identify(record.kind, record.payload)
    return identity.spec_digest in specs if record.kind is RecordKind.SPEC else identity.episode in episodes
