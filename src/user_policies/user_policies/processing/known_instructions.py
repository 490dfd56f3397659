"""The instructions that a policy was trained on, kept with its weights."""

from __future__ import annotations

import torch
from torch import Tensor, nn

_TEXTS = 64
_BYTES = 192


class KnownInstructions(nn.Module):
    """A set of up to 64 sentences in a buffer, so that it travels and is checkpointed like any weight."""

    texts: Tensor

    def __init__(self) -> None:
        """Starts empty."""
        super().__init__()
        self.register_buffer("texts", torch.zeros(_TEXTS, _BYTES, dtype=torch.uint8))

    def __contains__(self, instruction: str) -> bool:
        return bool((self.texts == self._row(instruction)).all(dim=1).any())

    def add(self, instruction: str) -> None:
        """Notes an instruction; one beyond the 64th is left out, and will be warned of."""
        free = (self.texts == 0).all(dim=1).nonzero()
        if instruction and instruction not in self and len(free):
            self.texts[int(free[0])] = self._row(instruction)

    def sentences(self) -> list[str]:
        """Returns what is known, in the order in which it was noted."""
        rows = [bytes(row).rstrip(b"\0").decode(errors="ignore") for row in self.texts.cpu().numpy()]
        return [text for text in rows if text]

    def _row(self, instruction: str) -> Tensor:
        encoded = instruction.encode()[:_BYTES].ljust(_BYTES, b"\0")
        return torch.frombuffer(bytearray(encoded), dtype=torch.uint8).to(self.texts.device)
