"""Ways to join chunks, by name."""

from __future__ import annotations

from user_core.registry import Registry
from user_policies.blending.blender import ChunkBlender

BLENDERS = Registry(
    kind="way to blend chunks",
    entries={
        "none": "user_policies.blending.replacement:Replacement",
        "ensembling": "user_policies.blending.ensembling:Ensembling",
        "real_time": "user_policies.blending.real_time:RealTimeChunking",
    },
    where="policy.chunk_blending in the params files",
)


def make_blender(name: str) -> ChunkBlender:
    """Make the blender of that name. Raises UnknownNameError."""
    blender: ChunkBlender = BLENDERS.resolve(name)()
    return blender
