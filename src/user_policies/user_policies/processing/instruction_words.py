"""Instructions as word numbers, without a vocabulary to keep or to download."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence

import torch
from torch import Tensor

PADDING = 0
"""The number of no word."""
_WORD = re.compile(r"\w+")


def word_numbers(instructions: Sequence[str], *, length: int, vocabulary: int) -> Tensor:
    """Returns (B, length) int64: the number of each word in 1 .. vocabulary - 1, then padding; longer text is cut.

    A word's number is its hash: the same on every machine and in every run. Two of n words share one with a chance of
    about n² / 2 vocabulary, and even then the words around them tell instructions apart.

    Args:
        instructions: B sentences; case and punctuation do not count.
        length: Words that are read.
        vocabulary: Numbers there are, padding included.
    """
    rows = [[_number(word, vocabulary) for word in _WORD.findall(text.lower())[:length]] for text in instructions]
    return torch.tensor([row + [PADDING] * (length - len(row)) for row in rows], dtype=torch.int64).view(-1, length)


def _number(word: str, vocabulary: int) -> int:
    digest = hashlib.sha256(word.encode()).digest()
    return 1 + int.from_bytes(digest[:8], "little") % (vocabulary - 1)
