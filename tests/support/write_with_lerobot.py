"""Run by an interpreter that has lerobot, as a program of its own: a dataset that lerobot itself has written.

Usage: write_with_lerobot.py DATASET image|video. State and action count frames; the picture is bluer with each.
"""

from __future__ import annotations

import sys

import numpy as np
from lerobot.datasets.lerobot_dataset import LeRobotDataset  # type: ignore[import-not-found]

LENGTHS = (6, 4)


def main() -> None:
    names = [f"joint_{index}" for index in range(3)]
    features = {
        "observation.state": {"dtype": "float32", "shape": (3,), "names": names},
        "action": {"dtype": "float32", "shape": (2,), "names": ["left", "right"]},
        "observation.images.front": {
            "dtype": sys.argv[2],
            "shape": (64, 96, 3),
            "names": ["height", "width", "channels"],
        },
    }
    dataset = LeRobotDataset.create(
        repo_id="others/test", root=sys.argv[1], fps=10, features=features, use_videos=sys.argv[2] == "video"
    )
    for episode, length in enumerate(LENGTHS):
        for step in range(length):
            picture = np.zeros((64, 96, 3), np.uint8)
            picture[:, :, 2] = 20 * (sum(LENGTHS[:episode]) + step)
            frame = {
                "observation.state": np.full(3, step, np.float32),
                "action": np.full(2, step / 10, np.float32),
                "observation.images.front": picture,
                "task": ("pour", "stir")[episode],
            }
            dataset.add_frame(frame)
        dataset.save_episode()
    dataset.finalize()


main()
