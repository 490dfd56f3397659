"""The bag that keeps a task's demonstrations for later runs, copied from the log of the run that collected them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from user_bringup.bag.new_log import new_log
from user_bringup.evaluation.config import ProgressConfig
from user_core.errors import ConfigurationError
from user_core.log.kinds import RecordKind
from user_core.log.reader import BagReader
from user_core.log.writer import BagWriter
from user_core.ros.records import decode_transition, identify
from user_core.types import Mode, Outcome, StepType


@dataclass(frozen=True, kw_only=True)
class DemonstrationBag:
    """Where demonstrations lie, and where they come from.

    Attributes:
        folder: The bag that is kept; complete once its metadata.yaml is there.
        log: The bag of the run in progress.
    """

    folder: Path
    log: Path

    @classmethod
    def of(cls, config: ProgressConfig, *, log: Path) -> DemonstrationBag:
        """Return the bag that the parameters name.

        Raises:
            ConfigurationError: When it is to be made and the folder holds something else, or has no name.
        """
        bag = cls(folder=Path(config.demonstrations), log=log)
        to_be_made = config.purpose in ("train", "collect") and config.collect.count > 0
        taken = bag.folder.exists() and not bag.present and any(bag.folder.iterdir())
        if to_be_made and (taken or not config.demonstrations):
            raise ConfigurationError(
                key="demonstrations",
                value=config.demonstrations,
                allowed="a bag of demonstrations, or a folder that does not exist yet",
                where="the launch argument demonstrations:=",
            )
        return bag

    @property
    def present(self) -> bool:
        """Whether a complete bag is there."""
        return (self.folder / "metadata.yaml").exists()

    def keep(self, count: int) -> bool:
        """Copy the first `count` successful demonstrations of the log, with their specs and summaries.

        Returns:
            False while the log does not hold that many yet; nothing is written then.

        Raises:
            ConfigurationError: When another run has filled the folder since.
            LogError: When the log cannot be read or the bag not be written.
        """
        chosen = self._first_successes(count)
        if len(chosen) < count:
            return False
        with new_log(self.folder, key="demonstrations") as writer:
            self._copy(chosen, writer)
        return True

    def _copy(self, chosen: set[str], writer: BagWriter) -> None:
        with BagReader(self.log) as bag:
            for record in bag.records():
                wanted = record.kind is RecordKind.SPEC
                if record.kind in (RecordKind.TRANSITION, RecordKind.EPISODE):
                    wanted = identify(record.kind, record.payload).episode in chosen
                if wanted:
                    writer.append(record.kind, record.payload, stamp_ns=record.stamp_ns)

    def _first_successes(self, count: int) -> set[str]:
        chosen: list[str] = []
        if not self.log.exists():
            return set()
        with BagReader(self.log) as bag:
            for record in bag.records():
                if record.kind is not RecordKind.TRANSITION or len(chosen) == count:
                    continue
                transition = decode_transition(record.payload)
                collected = transition.observation.mode is Mode.COLLECT and transition.step_type is StepType.LAST
                if collected and transition.outcome == Outcome.SUCCESS:
                    chosen.append(transition.observation.episode)
        return set(chosen)
