"""Quality of service of every topic of the design, by name."""

from __future__ import annotations

from rclpy.qos import DurabilityPolicy, HistoryPolicy, QoSProfile, ReliabilityPolicy


def _profile(*, depth: int, reliable: bool = True, transient_local: bool = False) -> QoSProfile:
    return QoSProfile(
        history=HistoryPolicy.KEEP_LAST,
        depth=depth,
        reliability=ReliabilityPolicy.RELIABLE if reliable else ReliabilityPolicy.BEST_EFFORT,
        durability=DurabilityPolicy.TRANSIENT_LOCAL if transient_local else DurabilityPolicy.VOLATILE,
    )


NEWEST = _profile(depth=1)
"""Observations and actions: only the newest counts."""

LATCHED = _profile(depth=1, transient_local=True)
"""Spec, status, target pose: a late joiner gets the last one."""

EPISODES = _profile(depth=50, transient_local=True)
"""Episode summaries."""

TRANSITIONS = _profile(depth=100)
"""Transitions: the outbox, not the history, is the memory."""

DRIVER = _profile(depth=10, reliable=False)
"""Subscriptions to drivers: best effort is compatible with every publisher."""

DRIVER_NEWEST = _profile(depth=1, reliable=False)
"""Images of drivers: only the newest frame counts."""

TELEOP = _profile(depth=10)
"""SpaceMouse and joystick, reliable as their drivers publish them."""

WEIGHTS_READER = _profile(depth=1024, transient_local=True)
"""Chunks of weights as a policy reads them."""


def weights_writer(chunk_count: int) -> QoSProfile:
    """Return the learner's side: room for two versions of `chunk_count` chunks each."""
    return _profile(depth=max(2 * chunk_count, 2), transient_local=True)


def driver(*, reliable: bool) -> QoSProfile:
    """Return the profile of a driver's topic."""
    return TELEOP if reliable else DRIVER


def recorder(*, reliable: bool, latched: bool, bulky: bool) -> QoSProfile:
    """Return how the recorder listens: it may be late by a second and must not lose anything for that.

    Args:
        reliable: The publisher is one of ours; drivers may be best effort, which only best effort is compatible with.
        latched: The last messages from before it came are wanted too.
        bulky: Images, of which a second's worth is many megabytes.
    """
    return _profile(depth=60 if bulky else 2000, reliable=reliable, transient_local=latched)
