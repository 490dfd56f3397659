"""The order of weights: a new incarnation of the learner supersedes all before it, then the update counts."""

from __future__ import annotations

from dataclasses import dataclass

from user_core.errors import WeightsError


@dataclass(frozen=True, kw_only=True, order=True)
class WeightsVersion:
    """Which weights, written "<incarnation>.<update>".

    Attributes:
        incarnation: Starts of the learner within a run, from 1.
        update: Updates that the learner had done.
    """

    incarnation: int
    update: int

    @classmethod
    def parse(cls, text: str) -> WeightsVersion:
        """Read "<incarnation>.<update>"; raises WeightsError for anything else."""
        incarnation, _, update = text.partition(".")
        if not (incarnation.isdecimal() and update.isdecimal()):
            raise WeightsError(f"{text!r} is no version of weights; write <incarnation>.<update>, such as 1.320")
        return cls(incarnation=int(incarnation), update=int(update))

    def __str__(self) -> str:
        """Return "<incarnation>.<update>"."""
        return f"{self.incarnation}.{self.update}"


@dataclass(frozen=True, kw_only=True)
class WeightsIdentity:
    """Which weights, and how they are asked for: kept ones by their name alone, all others by their version.

    Attributes:
        version: When they were made.
        name: "" or a kept name, such as `imitation`. Named weights are never the newest: they act only when asked for.
    """

    version: WeightsVersion
    name: str = ""

    @property
    def label(self) -> str:
        """The name, or the version as text: what observations ask for and actions carry."""
        return self.name or str(self.version)
