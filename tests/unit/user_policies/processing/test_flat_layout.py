from __future__ import annotations

import torch

from user_policies.processing.flat_layout import FlatLayout

LAYOUT = FlatLayout(shapes={"words": (3,), "views": (2, 4), "nothing": (0,)})


def test_what_is_packed_is_unpacked() -> None:
    words = torch.tensor([[1, 2**24, 0], [257152, 7, 8]])
    views = torch.randn(2, 2, 4)
    packed = LAYOUT.pack(words=words, views=views, nothing=torch.zeros(2, 0))
    assert packed.shape == (2, LAYOUT.outputs) == (2, 11)
    parts = LAYOUT.unpack(packed)
    assert torch.equal(parts["words"].long(), words)
    assert torch.equal(parts["views"], views)
    assert parts["nothing"].shape == (2, 0)
