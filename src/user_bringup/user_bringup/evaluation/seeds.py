"""Seeds of evaluations and demonstrations, disjoint from each other and from those of training.

Training draws from 1 000 000 upwards (the environment's rule), evaluations from [0, 1 000 000), demonstrations from
10^12 upwards. A keyed bijection of the evaluation range makes every position a different seed, so that disjoint
positions are disjoint seeds by construction: periodic evaluations count positions up, final ones down.
"""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass

from user_core.errors import ConfigurationError

EVALUATION_SEED_END = 1_000_000
DEMONSTRATION_SEED_START = 10**12
_DEMONSTRATIONS_PER_RUN = 10**6


@dataclass(frozen=True, kw_only=True)
class SeedPlan:
    """Which reset seeds a run uses outside training; depends on the run's seed alone.

    Attributes:
        run_seed: The run's `seed` parameter.
    """

    run_seed: int

    def periodic(self, *, used: int, count: int) -> tuple[int, ...]:
        """Return `count` seeds of the next periodic evaluation when `used` seeds were taken by those before."""
        self._check(used + count)
        return tuple(self._at(position) for position in range(used, used + count))

    def final(self, *, used: int, count: int) -> tuple[int, ...]:
        """Return `count` seeds of the next final evaluation when `used` seeds were taken by final ones before."""
        self._check(used + count)
        top = EVALUATION_SEED_END - 1
        return tuple(self._at(top - position) for position in range(used, used + count))

    def demonstrations(self, *, used: int, count: int) -> tuple[int, ...]:
        """Return `count` seeds to collect with when `used` were tried before."""
        start = DEMONSTRATION_SEED_START + self.run_seed * _DEMONSTRATIONS_PER_RUN + used
        return tuple(range(start, start + count))

    def _at(self, position: int) -> int:
        digest = hashlib.sha256(f"evaluation seeds of run {self.run_seed}".encode()).digest()
        factor = int.from_bytes(digest[:8], "big") % EVALUATION_SEED_END
        while math.gcd(factor, EVALUATION_SEED_END) != 1:
            factor += 1
        offset = int.from_bytes(digest[8:16], "big")
        return (factor * position + offset) % EVALUATION_SEED_END

    def _check(self, positions: int) -> None:
        if positions > EVALUATION_SEED_END // 2:
            raise ConfigurationError(
                key="evaluation seeds",
                value=positions,
                allowed=f"a run has {EVALUATION_SEED_END // 2} seeds for periodic and as many for final evaluations",
                where="evaluation.episodes of progress_node, or begin a new run folder",
            )
