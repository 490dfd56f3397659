"""What can stop the set-up."""

from __future__ import annotations


class SetupError(Exception):
    """The set-up cannot go on; the message says why and what to do about it."""
