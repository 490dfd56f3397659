"""A log of ours that appears when all of it is written."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from user_bringup.bag.new_folder import new_folder
from user_core.log.writer import BagWriter
from user_core.ros.definitions import log_definitions


@contextmanager
def new_log(folder: Path, *, key: str, run: str = "") -> Iterator[BagWriter]:
    """Give the writer of a bag that takes its name at the end.

    Args:
        folder: As for `new_folder`, with its errors.
        key: What the command line calls it.
        run: UUID that the bag carries; "" = one of its own.

    Raises:
        LogError: When it cannot be written.
    """
    with new_folder(folder, key=key) as unfinished:
        with closing(BagWriter(unfinished, run=run or str(uuid.uuid4()), definitions=log_definitions())) as writer:
            yield writer
