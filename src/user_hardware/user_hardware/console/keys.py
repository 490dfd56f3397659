"""What a terminal sends when keys are pressed, and what each key is for."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

_SEQUENCE = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|O[@-~])|\x1b|[^\x1b]")
_UNFINISHED = re.compile(r"\x1b(?:\[[0-?]*[ -/]*|O)?$")
_MOST_KEYS_AT_ONCE = 3


@dataclass(frozen=True, kw_only=True)
class Move:
    """Push along (0-2) or about (3-5) a base axis."""

    axis: int
    sign: float


@dataclass(frozen=True)
class StandStill:
    """Hold the dead-man button without motion."""


@dataclass(frozen=True, kw_only=True)
class ChangeSpeed:
    """Multiply the speed."""

    factor: float


@dataclass(frozen=True)
class ToggleGripper:
    """Open the gripper, or close it."""


@dataclass(frozen=True, kw_only=True)
class Mark:
    """Call the running episode, or else the last one, a success or a failure."""

    success: bool


@dataclass(frozen=True, kw_only=True)
class Ask:
    """Call a Trigger service of the environment."""

    service: str


@dataclass(frozen=True)
class TogglePicture:
    """Show what the cameras see, or no longer."""


@dataclass(frozen=True)
class ShowHelp:
    """List the keys."""


Intent = Move | StandStill | ChangeSpeed | ToggleGripper | Mark | Ask | TogglePicture | ShowHelp

_FASTER, _SLOWER = ChangeSpeed(factor=1.25), ChangeSpeed(factor=0.8)
KEYS: Mapping[str, Intent] = {
    **{key: Move(axis=0, sign=1.0) for key in ("w", "\x1b[A", "\x1bOA")},
    **{key: Move(axis=0, sign=-1.0) for key in ("s", "\x1b[B", "\x1bOB")},
    **{key: Move(axis=1, sign=1.0) for key in ("a", "\x1b[D", "\x1bOD")},
    **{key: Move(axis=1, sign=-1.0) for key in ("d", "\x1b[C", "\x1bOC")},
    **{key: Move(axis=2, sign=1.0) for key in ("r", "\x1b[5~")},
    **{key: Move(axis=2, sign=-1.0) for key in ("f", "\x1b[6~")},
    "l": Move(axis=3, sign=1.0),
    "j": Move(axis=3, sign=-1.0),
    "i": Move(axis=4, sign=1.0),
    "k": Move(axis=4, sign=-1.0),
    "u": Move(axis=5, sign=1.0),
    "o": Move(axis=5, sign=-1.0),
    "z": StandStill(),
    **dict.fromkeys("+=", _FASTER),
    **dict.fromkeys("-_", _SLOWER),
    "g": ToggleGripper(),
    "1": Mark(success=True),
    "0": Mark(success=False),
    " ": Ask(service="hold"),
    "c": Ask(service="resume"),
    "n": Ask(service="reset_done"),
    "v": TogglePicture(),
    **dict.fromkeys("?h", ShowHelp()),
}
HELP = (
    "  w s  a d  r f    along +-x, +-y, +-z of the base (also arrows and page up, page down)",
    "  l j  i k  u o    about +-x, +-y, +-z of the base",
    "  z                stand still, where a dead-man button is asked for",
    "  + -              faster, slower",
    "  g                open or close the gripper",
    "  1 0              the episode is a success, a failure; between episodes: the last one was",
    "  space            hold the arm",
    "  c                continue after a hold (resume)",
    "  n                the scene is ready (reset_done)",
    "  v                what the cameras see, here in the terminal",
    "  ? h              this list",
    "  Ctrl-C           leave the console",
)


class KeyDecoder:
    """Bytes of a terminal to keys; a sequence may come in two parts."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, received: bytes) -> list[str]:
        """Return the keys pressed, each once: a slow line delivers a key's repetitions together."""
        text = (self._rest + received).decode("utf-8", errors="ignore")
        unfinished = _UNFINISHED.search(text)
        end = unfinished.start() if unfinished else len(text)
        self._rest = text[end:].encode()
        return list(dict.fromkeys(_SEQUENCE.findall(text[:end])))


def is_paste(keys: Sequence[str]) -> bool:
    """Tell whether so many different keys came at once that no hand pressed them: text that must not move an arm."""
    return len(keys) > _MOST_KEYS_AT_ONCE
