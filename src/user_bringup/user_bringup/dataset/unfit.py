"""What is said of a file of a dataset that cannot be read, or does not hold what it should."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa

from user_core.errors import ConfigurationError

AS_EXPORTED = "what export wrote beside the frames; without meta/user the dataset is read as anyone's"

# Pillow says SyntaxError of a broken PNG; the others are what wrong JSON, tables and values lead to.
_OF_DAMAGE = (OSError, pa.ArrowException, SyntaxError, ValueError, TypeError, LookupError, AttributeError)


def unfit(path: Path, found: str, allowed: str) -> ConfigurationError:
    """Return the error that names a file or folder of the dataset, what was found in it, and what should be."""
    return ConfigurationError(key=str(path), value=found, allowed=allowed, where="the dataset")


@contextmanager
def readable(path: Path, allowed: str) -> Iterator[None]:
    """Say `unfit` of whatever goes wrong while a file is read and understood."""
    try:
        yield
    except _OF_DAMAGE as error:
        said = repr(error) if isinstance(error, LookupError) else str(error)
        raise unfit(path, f"unreadable ({said})", allowed) from error
