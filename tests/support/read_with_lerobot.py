"""Run by an interpreter that has lerobot, as a program of its own: what its loader makes of a dataset, as one .npz.

Usage: read_with_lerobot.py DATASET OUT.npz
"""

from __future__ import annotations

import json
import sys

import numpy as np
from lerobot.datasets.lerobot_dataset import LeRobotDataset  # type: ignore[import-not-found]
from lerobot.utils.feature_utils import dataset_to_policy_features  # type: ignore[import-not-found]


def main() -> None:
    dataset = LeRobotDataset("ours/test", root=sys.argv[1])
    frames = [dataset[index] for index in range(len(dataset))]
    arrays = {name: np.stack([np.asarray(frame[name]) for frame in frames]) for name in frames[0] if name != "task"}
    arrays["task"] = np.array([frame["task"] for frame in frames])
    said = {
        "episodes": dataset.num_episodes,
        "fps": dataset.fps,
        "lengths": list(dataset.meta.episodes["length"]),
        "policy_features": {
            name: feature.type.name for name, feature in dataset_to_policy_features(dataset.features).items()
        },
        "statistics": {
            name: {key: np.asarray(value).tolist() for key, value in found.items()}
            for name, found in dataset.meta.stats.items()
        },
    }
    arrays["said"] = np.array(json.dumps(said))
    np.savez(sys.argv[2], allow_pickle=False, **arrays)


main()
