"""The tokenizer that comes with real weights of pi0."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import torch
from torch import Tensor

from user_core.errors import WeightsError
from user_policies.processing.instruction_words import PADDING

_FILE = "tokenizer.json"


def load_tokenizer(weights: str, *, length: int) -> Callable[[Sequence[str]], Tensor]:
    """Returns what maps B sentences to token numbers (B, length), padded; longer text is cut.

    Args:
        weights: Local folder or hub id, with a tokenizer.json in it.
        length: Tokens that are read.

    Raises:
        WeightsError: When there is none.
    """
    import huggingface_hub
    import tokenizers

    path = Path(weights).expanduser() / _FILE
    try:
        if not path.parent.is_dir():
            path = Path(huggingface_hub.hf_hub_download(weights, _FILE))
        tokenizer = tokenizers.Tokenizer.from_file(str(path))
    except Exception as error:  # the library raises bare Exception for a file that it cannot read
        raise WeightsError(
            f"policy.weights = {weights} has no readable {_FILE} ({error}); put PaliGemma's beside the weights"
        ) from error

    def tokens(instructions: Sequence[str]) -> Tensor:
        rows = [tokenizer.encode(f"<bos>{text}\n", add_special_tokens=False).ids[:length] for text in instructions]
        padded = [row + [PADDING] * (length - len(row)) for row in rows]
        return torch.tensor(padded, dtype=torch.int64).view(-1, length)

    return tokens
