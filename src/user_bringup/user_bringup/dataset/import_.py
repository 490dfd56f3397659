"""A LeRobot dataset as a bag: exactly what it was if we exported it, else through a mapping onto a spec."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from user_bringup.bag.new_log import new_log
from user_bringup.dataset.bag_episode import ImportedEpisode
from user_bringup.dataset.foreign_import import ForeignDataset
from user_bringup.dataset.implied_spec import implied_spec
from user_bringup.dataset.layout import INFO, OWN_SPECS
from user_bringup.dataset.mapping import MappingFile
from user_bringup.dataset.own_import import OwnDataset
from user_bringup.dataset.reader import DatasetReader
from user_bringup.dataset.specs import LoggedSpec, read_specs
from user_core.errors import ConfigurationError, InvalidRecordError, LogError
from user_core.log.kinds import RecordKind
from user_core.log.reader import BagReader
from user_core.log.writer import BagWriter
from user_core.ros.records import decode, encode, encode_spec
from user_core.spec import EnvironmentSpec
from user_core.types import Outcome
from user_learner.replay.admission import check_transition

Say = Callable[[str], None]


@dataclass(frozen=True, kw_only=True)
class ImportRequest:
    """What shall be imported where.

    Attributes:
        mapping: File that names the features; None = by their names. With any of the four below a dataset of ours is
            read as anyone's.
        spec_bag: A bag of the task that the records shall fit; None = whatever the dataset implies.
        task: Name of the task for a spec that is implied, or which spec of `spec_bag`.
        last_frame: How every episode ended.
    """

    folder: Path
    bag: Path
    mapping: Path | None = None
    spec_bag: Path | None = None
    task: str | None = None
    last_frame: Outcome | None = None

    @property
    def as_foreign(self) -> bool:
        """Whether the dataset shall be read through a mapping."""
        return any(item is not None for item in (self.mapping, self.spec_bag, self.task, self.last_frame))


def import_dataset(request: ImportRequest, *, say: Say) -> None:
    """Write the bag; its folder appears when it is complete.

    Raises:
        ConfigurationError: When the bag's folder is taken, or the dataset does not fit.
        LogError: When a frame does not fit the spec, or the bag cannot be written.
    """
    dataset = DatasetReader(request.folder)
    whole = OwnDataset.is_whole(dataset)
    if whole and not request.as_foreign:
        own = OwnDataset(dataset)
        specs, episodes = own.specs, own.episodes()
    else:
        if (request.folder / OWN_SPECS).exists() and not whole:
            say("changed since we exported it: read through its features, without our records beside them")
        specs, episodes = _foreign_episodes(request, dataset)
    with new_log(request.bag, key="BAG") as writer:
        _write(writer, specs, episodes, total=len(dataset.episodes), say=say)
    say(f"{request.bag}: complete")


def _foreign_episodes(
    request: ImportRequest, dataset: DatasetReader
) -> tuple[tuple[LoggedSpec, ...], Iterator[ImportedEpisode]]:
    mapping = MappingFile() if request.mapping is None else MappingFile.read(request.mapping)
    if request.spec_bag is not None:
        spec = _spec_of_bag(request.spec_bag, request.task)
    elif (request.folder / OWN_SPECS).exists():
        spec = read_specs(request.folder / OWN_SPECS)[0].spec
    else:
        mapping = mapping.completed(dataset)
        spec = implied_spec(dataset, mapping, task=request.task or request.folder.name)
    foreign = ForeignDataset(
        dataset=dataset,
        spec=spec,
        mapping=mapping.resolve(dataset, spec),
        last_frame=request.last_frame,
        began_ns=(request.folder / INFO).stat().st_mtime_ns,
    )
    specs = (LoggedSpec(run="", source=foreign.source, source_sequence=0, spec=spec),)
    return specs, foreign.episodes()


def _write(
    writer: BagWriter, specs: tuple[LoggedSpec, ...], episodes: Iterator[ImportedEpisode], *, total: int, say: Say
) -> None:
    """Write the records episode by episode, one image at a time."""
    by_digest = {item.spec.digest: item.spec for item in specs}
    stamp_ns = frames = 0
    waiting = list(specs)
    try:
        for index, episode in enumerate(episodes):
            for logged in episode.records:
                stamp_ns = logged.logged_ns
                for item in waiting:
                    payload = encode_spec(
                        item.spec, run=item.run, source=item.source, source_sequence=item.source_sequence
                    )
                    writer.append(RecordKind.SPEC, payload, stamp_ns=stamp_ns - 1)
                waiting = []
                check_transition(by_digest[logged.transition.observation.spec_digest], logged.transition)
                writer.append(RecordKind.TRANSITION, encode(logged.transition), stamp_ns=stamp_ns)
                frames += 1
            if episode.summary is not None:
                writer.append(RecordKind.EPISODE, encode(episode.summary), stamp_ns=stamp_ns)
            for label in episode.labels:
                writer.append(RecordKind.LABEL, encode(label), stamp_ns=stamp_ns)
            if (index + 1) % 10 == 0 or index + 1 == total:
                say(f"{index + 1} of {total} episodes, {frames} records")
    except InvalidRecordError as error:
        raise LogError(
            f"after {frames} records of the dataset: {error.what} is {error.value}, allowed is {error.allowed}; "
            f"nothing was imported. Change the mapping file, or --spec."
        ) from error


def _spec_of_bag(path: Path, task: str | None) -> EnvironmentSpec:
    """Return the last spec of a bag, of a task if one is named."""
    with BagReader(path) as bag:
        found = [decode(item.kind, item.payload) for item in bag.records() if item.kind is RecordKind.SPEC]
    specs = [item for item in found if isinstance(item, EnvironmentSpec)]
    wanted = [item for item in specs if task in (None, item.task)]
    if not wanted:
        tasks = ", ".join(sorted({item.task for item in specs})) or "none"
        raise ConfigurationError(
            key="--spec",
            value=str(path),
            allowed=f"a bag with a spec of task {task}; it has {tasks}",
            where="the command line",
        )
    return wanted[-1]
