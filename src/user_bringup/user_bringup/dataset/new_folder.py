"""A folder that appears when all of it is written, and of which nothing is left when it cannot be."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from user_core.errors import ConfigurationError, LogError


@contextmanager
def new_folder(folder: Path, *, key: str) -> Iterator[Path]:
    """Give a folder to write into, which takes the name of `folder` at the end.

    Args:
        folder: It must not exist yet, or be empty.
        key: What the command line calls it.

    Yields:
        Of the same last name, since rosbag2 finds a bag's file by it.

    Raises:
        ConfigurationError: When the folder holds something.
        LogError: When it cannot be written.
    """
    folder = folder.absolute()
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise ConfigurationError(
            key=key,
            value=str(folder),
            allowed="a folder that does not exist yet, or is empty",
            where="the command line",
        )
    partial = folder.with_name(f"{folder.name}.partial")
    try:
        shutil.rmtree(partial, ignore_errors=True)
        (partial / folder.name).mkdir(parents=True)
        yield partial / folder.name
        if folder.exists():
            folder.rmdir()
        (partial / folder.name).rename(folder)
    except OSError as error:
        raise LogError(f"{folder} cannot be written: {error}") from error
    finally:
        shutil.rmtree(partial, ignore_errors=True)
