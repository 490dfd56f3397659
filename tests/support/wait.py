"""Waiting for what other processes do: a condition, a time-out, and an error that says what did not come."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

_POLL_S = 0.02


def wait_for(condition: Callable[[], Any], timeout_s: float, *, what: str | Callable[[], str] = "") -> None:
    """Return as soon as `condition` holds.

    Args:
        condition: Asked every 20 ms.
        timeout_s: Monotonic wall seconds.
        what: What is waited for, for the error; a callable is asked when the time is over.

    Raises:
        AssertionError: When it does not hold within the time.
    """
    deadline_s = time.monotonic() + timeout_s
    while not condition():
        if time.monotonic() > deadline_s:
            text = what() if callable(what) else what
            raise AssertionError(f"not within {timeout_s} s: {text or condition}")
        time.sleep(_POLL_S)
