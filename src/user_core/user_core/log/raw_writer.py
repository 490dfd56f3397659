"""A bag of any topics, written as they come: split by size, limited in all, and whole after kill -9."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from mcap.reader import make_reader

from user_core.errors import LogError
from user_core.log.bag_metadata import FILE_NAME, BagFile, bag_metadata
from user_core.log.bag_topic import BagTopic
from user_core.log.chunk import ChannelTable
from user_core.log.definition import MessageDefinition
from user_core.log.framing import file_header, names_record
from user_core.log.log_file import LogFile, unwritable
from user_core.log.raw_file import RawScan
from user_core.run import write_atomically


class RawBagWriter:
    """Appends messages to the next file of a bag; files of earlier recorders stay, and one that was killed is closed.

    Args:
        folder: The bag; made when missing.
        run: UUID of the run that it belongs to.
        topics: What will be written.
        split_bytes: Size from which the next file is begun.
        limit_bytes: Size of the whole bag from which nothing more is written.

    Raises:
        LogError: When the folder cannot be written, or another process writes it.
    """

    def __init__(
        self, folder: Path, *, run: str, topics: Sequence[BagTopic], split_bytes: int, limit_bytes: int
    ) -> None:
        self.folder = folder
        self._run = run
        self._topics = tuple(topics)
        self._split_bytes = split_bytes
        self._limit_bytes = limit_bytes
        self._done: list[BagFile] = []
        self._known = {topic.name: topic for topic in topics}
        self._done_bytes = 0
        for path in sorted(folder.glob("*.mcap"), key=_number):
            self._adopt(path)
        self._number = 1 + max((_number(path) for path in folder.glob("*.mcap")), default=-1)
        self._file = self._next_file()

    @property
    def size_bytes(self) -> int:
        """Bytes of the whole bag."""
        return self._done_bytes + self._file.end

    @property
    def full(self) -> bool:
        """Whether the limit is reached."""
        return self.size_bytes >= self._limit_bytes

    def write(self, topic: int, payload: bytes, *, stamp_ns: int) -> bool:
        """Write a message; it survives the death of this process from then on.

        Args:
            topic: Its number.
            payload: Its bytes, kept unchanged.
            stamp_ns: Wall time of receipt.

        Returns:
            False when the bag is full, and nothing was written.

        Raises:
            LogError: When it cannot be written; the bag is then as it was before.
        """
        if self.full:
            return False
        if self._file.end >= self._split_bytes:
            self._finish(self._file)
            self._file = self._next_file()
        self._file.append(topic, payload, stamp_ns=stamp_ns, topics=self._topics)
        return True

    def close(self) -> None:
        """Write the last file's summary and metadata.yaml."""
        self._finish(self._file)

    def _adopt(self, path: Path) -> None:
        """Take a file of an earlier recorder into the bag; one that was killed gets its end."""
        with path.open("rb") as stream:
            try:
                summary = make_reader(stream).get_summary()
            except Exception:  # mcap has no common base of its errors; what has no end is mended below
                summary = None
        if summary is None or summary.statistics is None:
            self._mend(path)
            return
        table = ChannelTable()
        table.schemas, table.channels = dict(summary.schemas), dict(summary.channels)
        topics = _topics_of(table)
        statistics = summary.statistics
        counts = {topic.name: statistics.channel_message_counts.get(topic.number + 1, 0) for topic in topics}
        self._note(
            BagFile(
                name=path.name,
                counts=counts,
                first_ns=statistics.message_start_time,
                last_ns=statistics.message_end_time,
            ),
            topics,
            size_bytes=path.stat().st_size,
        )

    def _mend(self, path: Path) -> None:
        file = LogFile(path)
        scan = RawScan(file.descriptor, path=path, skip_damage=True)
        found = [(message.topic.name, message.stamp_ns, message.place) for message in scan.records()]
        topics = _topics_of(scan.channels)
        numbers = {topic.name: topic.number for topic in topics}
        for topic, log_ns, (chunk_offset, payload_offset, size) in found:
            file.note(
                kind=numbers[topic],
                size=size,
                payload_offset=payload_offset,
                chunk_offset=chunk_offset,
                stamp_ns=log_ns,
            )
        file.end = scan.end
        self._finish(file, topics=topics)

    def _next_file(self) -> LogFile:
        path = self.folder / f"{self.folder.name}_{self._number}.mcap"
        self._number += 1
        begin = file_header() + names_record(log_id="", run=self._run)
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            write_atomically(path, begin)
        except OSError as error:
            raise unwritable(path, error) from error
        file = LogFile(path)
        file.end = len(begin)
        return file

    def _finish(self, file: LogFile, *, topics: Sequence[BagTopic] | None = None) -> None:
        topics = self._topics if topics is None else topics
        try:
            file.cut_tail()
            file.finish(topics=topics, log_id="", run=self._run)
            described = BagFile.of(file.path.name, file.index, topics)
            self._note(described, topics, size_bytes=file.end)
            self._write_metadata()
        finally:
            file.close()

    def _note(self, file: BagFile, topics: Sequence[BagTopic], *, size_bytes: int) -> None:
        self._done.append(file)
        self._done_bytes += size_bytes
        self._known = {topic.name: topic for topic in topics} | self._known

    def _write_metadata(self) -> None:
        content = bag_metadata(
            files=self._done, topics=list(self._known.values()), ros_distro=os.environ.get("ROS_DISTRO", "unknown")
        )
        try:
            write_atomically(self.folder / FILE_NAME, content)
        except OSError as error:
            raise unwritable(self.folder / FILE_NAME, error) from error


def _topics_of(table: ChannelTable) -> list[BagTopic]:
    """Return the topics of a file of ours as its channels name them."""
    topics = []
    for number, channel in table.channels.items():
        schema = table.schemas.get(channel.schema_id)
        if schema is None:
            raise LogError(f"channel {channel.topic} names no type; the file is not one of record:=raw.")
        definition = MessageDefinition(
            type_name=schema.name,
            text=schema.data.decode(),
            type_hash=channel.metadata.get("topic_type_hash", ""),
        )
        latched = "offered_qos_profiles" in channel.metadata
        topics.append(BagTopic(number=number - 1, name=channel.topic, definition=definition, latched=latched))
    return topics


def _number(path: Path) -> int:
    tail = path.stem.rpartition("_")[2]
    return int(tail) if tail.isdigit() else -1
