"""Run by an interpreter that has lerobot, as a program of its own: what its loader makes of a dataset, as one .npz.

Usage: read_with_lerobot.py DATASET OUT.npz
"""

from __future__ import annotations

import json
import sys

import numpy as np
from lerobot.datasets.lerobot_dataset import LeRobotDataset  # type: ignore[import-not-found]


def main() -> None:
    dataset = LeRobotDataset("ours/test", root=sys.argv[1])
    frames = [dataset[index] for index in range(len(dataset))]
    arrays = {name: np.stack([np.asarray(frame[name]) for frame in frames]) for name in frames[0] if name != "task"}
    arrays["task"] = np.array([frame["task"] for frame in frames])
    said = {
        "episodes": dataset.num_episodes,
        "frames": dataset.num_frames,
        "fps": dataset.fps,
        "features": sorted(dataset.features),
        "lengths": list(dataset.meta.episodes["length"]),
        "statistics": {name: found["mean"].shape for name, found in dataset.meta.stats.items()},
    }
    arrays["said"] = np.array(json.dumps(said))
    np.savez(sys.argv[2], allow_pickle=False, **arrays)


main()
