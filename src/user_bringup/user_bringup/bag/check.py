"""`bag check`: reads all of a log and looks for what must not be."""

from __future__ import annotations

from pathlib import Path

from user_bringup.bag import episode_check, sequence_check
from user_bringup.bag.episode_check import EpisodeCheck
from user_bringup.bag.findings import Findings
from user_bringup.bag.log_inspection import LogInspection
from user_bringup.bag.resumption import is_being_written
from user_bringup.bag.sequence_check import SequenceCheck
from user_bringup.bag.transition_log import refuse_other_definition, without_records
from user_core.errors import InvalidRecordError
from user_core.log.identity import RecordIdentity
from user_core.log.kinds import RecordKind
from user_core.log.label import EpisodeLabel
from user_core.log.scan import ScannedRecord
from user_core.ros.records import RosRecordCodec
from user_core.spec import EnvironmentSpec
from user_core.types import EpisodeSummary, Transition
from user_learner.replay.admission import check_episode, check_label, check_transition

DAMAGE = "damaged places (checksum)"
END = "file cut short"
DECODING = "records that cannot be decoded"
DIGESTS = "digests that no spec explains"
CONTENT = "records that do not fit their spec"
REJECTED = "rejected on entry"
CHECKS = (
    *(DAMAGE, END, DECODING, DIGESTS, CONTENT),
    *(sequence_check.GAPS, sequence_check.DUPLICATES),
    *(episode_check.STEPS, episode_check.SUCCESSORS, episode_check.AFTER_END, episode_check.ENDS),
    *(episode_check.SUMMARIES, episode_check.LABELS, REJECTED),
)


def check_log(path: Path) -> Findings:
    """Check a bag of ours, or a run's log, as it lies on disk; nothing is changed.

    Raises:
        LogError: When there is no bag, none of ours, or one written with other message definitions.
    """
    inspection = LogInspection.of(path)
    findings = Findings.of(CHECKS)
    checks = _RecordChecks(findings)
    seen: set[RecordKind] = set()
    for number, record in enumerate(inspection.records()):
        if record.kind not in seen:
            seen.add(record.kind)
            refuse_other_definition(path, record.kind, inspection.definitions)
        checks.take(number, record)
    if not seen and not inspection.damage and not inspection.incomplete_bytes:
        raise without_records(path)
    checks.finish(run=inspection.run)
    _note_file(inspection, findings)
    return findings


def _note_file(inspection: LogInspection, findings: Findings) -> None:
    if inspection.damage:
        start, end = inspection.damage[0]
        where = f"byte {start} to {end}, {inspection.damaged_bytes} bytes in all: ./user bag repair"
        findings.add(DAMAGE, where, count=len(inspection.damage))
    if is_being_written(inspection.file):
        findings.note(END, "it is being written now")
    elif inspection.incomplete_bytes:
        findings.add(END, f"the last {inspection.incomplete_bytes} bytes are no whole record: ./user bag repair")
    elif not inspection.is_closed:
        findings.note(END, "not closed, its writer was killed; no record is lost")


class _RecordChecks:
    """Everything that is checked record by record."""

    def __init__(self, findings: Findings) -> None:
        self._findings = findings
        self._codec = RosRecordCodec()
        self._sequences = SequenceCheck(findings)
        self._episodes = EpisodeCheck(findings)
        self._specs: dict[str, EnvironmentSpec] = {}
        self._rejected = 0

    def take(self, number: int, record: ScannedRecord) -> None:
        examined = self._codec.examine(record.kind, record.payload)
        where = _where(number, record.kind, examined.identity)
        self._sequences.take(examined.identity, where)
        if record.kind is RecordKind.REJECTED:
            self._rejected += 1
        elif examined.record is None:
            self._findings.add(DECODING, f"{where}: {examined.reason}")
        else:
            self._look(examined.record, where)

    def finish(self, *, run: str) -> None:
        self._sequences.finish(run=run)
        self._episodes.finish()
        if self._rejected:
            self._findings.note(REJECTED, f"{self._rejected} records, kept and never learned from")

    def _look(self, record: object, where: str) -> None:
        try:
            if isinstance(record, EnvironmentSpec):
                self._specs[record.digest] = record
            elif isinstance(record, Transition):
                self._episodes.take_transition(record, where)
                self._check_transition(record, where)
            elif isinstance(record, EpisodeSummary):
                self._episodes.take_summary(record, where)
                check_episode(record)
            elif isinstance(record, EpisodeLabel):
                self._episodes.take_label(record.episode, where)
                check_label(record)
        except InvalidRecordError as error:
            self._findings.add(CONTENT, f"{where}: {str(error).removesuffix('; the message is dropped')}")

    def _check_transition(self, transition: Transition, where: str) -> None:
        digest = transition.observation.spec_digest
        if digest in self._specs:
            check_transition(self._specs[digest], transition)
        else:
            self._findings.add(DIGESTS, f"{where}: {digest[:12] or 'none'}")


def _where(number: int, kind: RecordKind, identity: RecordIdentity) -> str:
    step = f", episode {identity.episode} step {identity.step}" if kind is RecordKind.TRANSITION else ""
    return f"record {number} ({kind.name.lower()}{step})"
