"""A folder that appears when all of it is written, and of which nothing is left when it cannot be."""

from __future__ import annotations

import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from user_core.errors import ConfigurationError, LogError


@contextmanager
def new_folder(folder: Path, *, key: str) -> Iterator[Path]:
    """Give a folder to write into, which takes the name of `folder` at the end.

    Until then it lies beside it under a name of its own: whoever writes there too, and whatever lies there, is left
    alone. After a kill NAME.partial.… stays behind, and may be deleted.

    Args:
        folder: It must not exist yet, or be empty.
        key: What the command line calls it.

    Yields:
        Of the same last name, since rosbag2 finds a bag's file by it.

    Raises:
        ConfigurationError: When the folder holds something.
        LogError: When it cannot be made or named. Errors of what is done inside come through as they are.
    """
    folder = folder.absolute()
    with writing(folder):
        taken = folder.exists() and (not folder.is_dir() or any(folder.iterdir()))
    if taken:
        raise ConfigurationError(
            key=key,
            value=str(folder),
            allowed="a folder that does not exist yet, or is empty",
            where="the command line",
        )
    partial = folder.with_name(f"{folder.name}.partial.{uuid.uuid4().hex}")
    unfinished = partial / folder.name
    try:
        with writing(folder):
            unfinished.mkdir(parents=True)
        yield unfinished
        with writing(folder):
            unfinished.rename(folder)  # over an empty folder too, never over one that holds something
    finally:
        shutil.rmtree(partial, ignore_errors=True)


@contextmanager
def writing(folder: Path) -> Iterator[None]:
    """Say of an OSError that this folder cannot be written."""
    try:
        yield
    except OSError as error:
        raise LogError(f"{folder} cannot be written: {error}") from error
