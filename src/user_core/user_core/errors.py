"""The errors that a user can meet: each says what, the value, what is allowed and where to change it."""

from __future__ import annotations

from collections.abc import Sequence

_LISTED = 8
"""Names that a sentence lists before it counts the others."""


def listed(words: Sequence[str], *, separator: str) -> str:
    """Return the first words, and how many more there are."""
    more = (f"and {len(words) - _LISTED} more",) if len(words) > _LISTED else ()
    return separator.join((*words[:_LISTED], *more))


class UserRosError(Exception):
    """Base of all errors that this project raises on purpose."""


class ConfigurationError(UserRosError):
    """A parameter, argument or combination of them is not allowed."""

    def __init__(self, *, key: str, value: object, allowed: str, where: str) -> None:
        super().__init__(f"{key} = {value!r} is not allowed: {allowed}. Change it in {where}.")
        self.key = key
        self.value = value
        self.allowed = allowed
        self.where = where


class UnknownNameError(UserRosError):
    """A registry or a configuration has no such name."""

    def __init__(self, *, kind: str, name: str, choices: list[str], where: str = "") -> None:
        hint = f" Change it in {where}." if where else ""
        super().__init__(f"unknown {kind} {name!r}; there are: {', '.join(sorted(choices)) or 'none'}.{hint}")
        self.kind = kind
        self.name = name
        self.choices = choices


class InvalidRecordError(UserRosError):
    """A message or record breaks the contract of its spec and is dropped."""

    def __init__(self, *, what: str, value: object, allowed: str) -> None:
        super().__init__(f"{what} is {value}, allowed is {allowed}; the message is dropped")
        self.what = what
        self.value = value
        self.allowed = allowed


class SpecMismatchError(UserRosError):
    """Weights, checkpoints or records made for another environment spec."""

    def __init__(self, *, what: str, found: str, expected: str, where: str, difference: str = "") -> None:
        differs = f" ({difference})" if difference else ""
        super().__init__(
            f"{what} was made for spec {found[:12] or 'none'}, this environment is {expected[:12]}{differs}; "
            f"use {where} of the same task, cameras, state and action settings."
        )


class EpisodeOrderError(UserRosError):
    """A step was added after the end of an episode, or out of order."""


class LogError(UserRosError):
    """The log cannot be written or read."""


class LogInUseError(LogError):
    """Another process is writing the log."""


class WeightsError(UserRosError):
    """Weights are damaged, incomplete or of another policy."""


class NotFiniteError(WeightsError):
    """What was learned holds numbers that are not finite; it is neither sent nor written."""

    def __init__(self, *, what: str, names: list[str]) -> None:
        super().__init__(f"{what} hold numbers that are not finite, in {listed(names, separator=', ')}")
        self.names = names
