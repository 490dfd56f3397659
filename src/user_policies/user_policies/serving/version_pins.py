"""Which weights an episode acts with: those it began with."""

from __future__ import annotations

from dataclasses import dataclass

from user_core.types import Observation


@dataclass(frozen=True, kw_only=True)
class Pin:
    """An episode and the version it is served with."""

    source: str
    episode: str
    version: str


class VersionPins:
    """One pin per robot: the newest version at the episode's first observation, unless one is asked for."""

    def __init__(self) -> None:
        self._pins: dict[str, Pin] = {}

    def resolve(self, *, robot: str, observation: Observation, newest: str) -> str:
        """Return the version or name that must answer; "" when there is none yet.

        Args:
            robot: Whose observation it is.
            observation: Its `policy_version` binds; empty means the episode's own version, which begins as `newest`.
            newest: Version of the newest weights at hand, "" for none.
        """
        if observation.policy_version:
            return observation.policy_version
        pin = self._pins.get(robot)
        if pin is not None and (pin.source, pin.episode) == (observation.source, observation.episode):
            return pin.version
        return newest

    def pin(self, *, robot: str, observation: Observation, version: str) -> None:
        """Note that an episode is served with `version`."""
        self._pins[robot] = Pin(source=observation.source, episode=observation.episode, version=version)

    @property
    def versions(self) -> set[str]:
        """Return all versions in use."""
        return {pin.version for pin in self._pins.values()}
