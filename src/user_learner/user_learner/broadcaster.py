"""When weights go out, under which version, and how soon they are used."""

from __future__ import annotations

import math
import statistics
import time
from collections import deque
from collections.abc import Callable

from user_core.interfaces import Tensors
from user_policies.weights.payload import WeightsPayload, pack
from user_policies.weights.version import WeightsVersion

_REMEMBERED = 1000


class Broadcaster:
    """Packs a version every `every_updates` updates and hands it on.

    Args:
        run: UUID of the run.
        incarnation: Of this start of the learner.
        policy: Registry name of the policy.
        spec_digest: Of the environment.
        every_updates: Updates between two versions; weights that change too often were unstable in the reference.
        send: Takes the payload to whoever publishes it.
        clock: Monotonic seconds.
    """

    def __init__(
        self,
        *,
        run: str,
        incarnation: int,
        policy: str,
        spec_digest: str,
        every_updates: int,
        send: Callable[[WeightsPayload], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._run = run
        self._incarnation = incarnation
        self._policy = policy
        self._spec_digest = spec_digest
        self._every_updates = every_updates
        self._send = send
        self._clock = clock
        self._sent_s: dict[str, float] = {}
        self._delays_s: deque[float] = deque(maxlen=_REMEMBERED)
        self._newest: WeightsVersion | None = None
        self.versions_published = 0

    @property
    def newest(self) -> str:
        """Return the newest version sent, "" before the first."""
        return "" if self._newest is None else str(self._newest)

    @property
    def publish_to_use_p50_ms(self) -> float:
        """Return the median of publish → first logged record acted with it, NaN before the first."""
        return statistics.median(self._delays_s) * 1000 if self._delays_s else math.nan

    def staleness(self, *, updates: int) -> int:
        """Return the updates since the last version was sent."""
        return updates - (0 if self._newest is None else self._newest.update)

    def due(self, *, updates: int) -> bool:
        """Tell whether the next version is due; the first one always is."""
        return self._newest is None or self.staleness(updates=updates) >= self._every_updates

    def send(self, tensors: Tensors, *, updates: int, name: str = "") -> WeightsPayload:
        """Pack and send weights as version <incarnation>.<updates>; with a name they are kept, and never the newest.

        Raises:
            NotFiniteError: When a number in them is not finite; nothing is sent then.
        """
        version = WeightsVersion(incarnation=self._incarnation, update=updates)
        payload = pack(
            tensors, run=self._run, version=version, name=name, policy=self._policy, spec_digest=self._spec_digest
        )
        self._send(payload)
        self.versions_published += 1
        if name:
            return payload
        self._newest = version
        self._sent_s[str(version)] = self._clock()
        while len(self._sent_s) > _REMEMBERED:
            self._sent_s.pop(next(iter(self._sent_s)))
        return payload

    def used(self, version: str) -> None:
        """Note that the log shows a step acted with `version`."""
        sent_s = self._sent_s.pop(version, None)
        if sent_s is not None:
            self._delays_s.append(self._clock() - sent_s)
