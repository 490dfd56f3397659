"""sensor_msgs/Joy, as several devices publish it."""

from __future__ import annotations

from typing import Any

JOY_TYPE = "sensor_msgs/msg/Joy"
_NANOSECONDS = 1_000_000_000


def joy_stamp_ns(message: Any) -> int:
    """Return a Joy's header stamp in nanoseconds."""
    stamp = message.header.stamp
    return int(stamp.sec) * _NANOSECONDS + int(stamp.nanosec)
