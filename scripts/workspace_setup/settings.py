"""What the user asks of the set-up: role and build of torch."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from workspace_setup.errors import SetupError

_CHOICES = {
    "role": ("all", "robot"),
    "torch": ("cpu", "cuda"),
}


@dataclass(frozen=True, kw_only=True)
class Settings:
    """The choices of one machine, kept with its environment for later uses.

    Attributes:
        role: ``all``, or ``robot`` for a machine with drivers and environment only, which needs no torch.
        torch: Which build of torch to install where none is importable, ``cpu`` or ``cuda``.
    """

    role: str = "all"
    torch: str = "cpu"

    def changed_by(self, words: Iterable[str], environment: Mapping[str, str]) -> Settings:
        """Applies ``role:=…`` and ``torch:=…`` words, and the variable USER_TORCH below them.

        Raises:
            SetupError: A word is neither, or has a value that is not allowed.
        """
        given = [f"torch:={environment['USER_TORCH']}"] if environment.get("USER_TORCH") else []
        settings = self
        for word in [*given, *words]:
            name, separator, value = word.partition(":=")
            if not separator or name not in _CHOICES:
                raise SetupError(f"{word!r} is no setting of ./user build; allowed: role:=all|robot, torch:=cpu|cuda.")
            if value not in _CHOICES[name]:
                raise SetupError(f"{name} is {value!r}; allowed: {', '.join(_CHOICES[name])} (./user build {name}:=…).")
            settings = replace(settings, **{name: value})
        return settings
