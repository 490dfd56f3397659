"""A device that sends more than anybody can push: it must not take the control loop's time, nor the arm."""

from __future__ import annotations

import logging
from collections.abc import Callable

from user_core.interfaces import Stamped, TeleopDevice, TeleopSample, Topics
from user_core.watched_topics import WatchedTopics

_LOGGER = logging.getLogger(__name__)
_WINDOW_S = 1.0


class FloodGuard:
    """A device whose messages are counted. One that floods is unplugged for a while, and reads as nobody's.

    Args:
        device: The device.
        name: Its name in teleop.devices.
        most_hz: Messages a second, all its topics together, that a device may send.
        rest_s: Wall seconds for which one that sent more is not listened to.
        wall_s: The machine's monotonic clock.

    Attributes:
        problem: What is wrong with the device, for people; "" = nothing.
    """

    def __init__(
        self, *, device: TeleopDevice, name: str, most_hz: float, rest_s: float, wall_s: Callable[[], float]
    ) -> None:
        self._device = device
        self._name = name
        self._most_hz = most_hz
        self._rest_s = rest_s
        self._wall_s = wall_s
        self._topics: Topics | None = None
        self._rests_until_s: float | None = None
        self._window_began_s = wall_s()
        self._count = 0
        self.problem = ""

    def connect(self, topics: Topics) -> None:
        """Subscribe."""
        self._topics = topics
        self._device.connect(WatchedTopics(topics=topics, after=self._on_message))

    def read(self) -> Stamped[TeleopSample] | None:
        """Return the newest input; None while the device is not listened to."""
        if self._rests_until_s is None and self._count > self._most_hz * _WINDOW_S:
            self._unplug()
        if self._rests_until_s is None:
            return self._device.read()
        if self._topics is not None and self._wall_s() >= self._rests_until_s:
            self._rests_until_s, self._count, self.problem = None, 0, ""
            self._window_began_s = self._wall_s()
            self.connect(self._topics)
        return None

    def disconnect(self) -> None:
        """End the subscriptions and forget the input."""
        self._device.disconnect()
        self._topics = None

    def _on_message(self, topic: str) -> None:
        now_s = self._wall_s()
        if now_s - self._window_began_s > _WINDOW_S and self._count <= self._most_hz * _WINDOW_S:
            self._window_began_s, self._count = now_s, 0
        self._count += 1

    def _unplug(self) -> None:
        self._device.disconnect()
        self._rests_until_s = self._wall_s() + self._rest_s
        self.problem = (
            f"the device {self._name} floods: {self._count} messages within {_WINDOW_S:g} s (allowed: "
            f"teleop.max_rate_hz = {self._most_hz:g}); it is not listened to for {self._rest_s:g} s"
        )
        _LOGGER.warning(self.problem)
