"""``train_reward BAG… out:=FILE``: makes the classifier that reward_node judges by, and says how good it is."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch
import yaml

from user_core.configuration import build, parameters_of
from user_core.errors import ConfigurationError, UserRosError
from user_learner.reward_training.config import WHERE, RewardTrainingConfig
from user_learner.reward_training.pictures import read_pictures
from user_learner.reward_training.plot import draw
from user_learner.reward_training.training import split_by_episode, train

_ALONE_EPOCHS = 0.5
"""Part of the epochs that each camera alone gets: it is compared, not used."""


def main(words: Sequence[str] | None = None) -> None:
    """Run the command line; status 2 after one sentence when something given is wrong."""
    words = sys.argv[1:] if words is None else words
    if not words or {"-h", "--help"} & set(words):
        print(_usage())
        sys.exit(0 if words else 2)
    try:
        run(words)
    except (UserRosError, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        sys.exit(2)


def run(words: Sequence[str]) -> None:
    """Read, train, measure and write."""
    bags, config = parse(words)
    torch.set_num_threads(config.torch_threads)
    begun_s = time.monotonic()
    names = tuple(name.strip() for name in config.cameras.split(",") if name.strip())
    pictures = read_pictures(bags, cameras=names, margin=config.margin)
    parts = split_by_episode(pictures, held_out=config.held_out, seed=config.seed)
    for title, part in (
        ("learned from", parts.training),
        ("threshold", parts.validation),
        ("held out", parts.held_out),
    ):
        episodes, successes = len(set(part.episode.tolist())), int(part.success.sum())
        print(f"{title}: {episodes} episodes, {successes} pictures of success, {len(part.success) - successes} others")
    trained = train(parts, config=config, say=lambda line: print(line, flush=True))
    alone: dict[str, float] = {}
    for index, camera in enumerate(pictures.cameras if len(pictures.cameras) > 1 else ()):
        one = replace(parts, **{part: getattr(parts, part).seen_by([index]) for part in _parts()})
        shorter = replace(config, epochs=max(1, int(config.epochs * _ALONE_EPOCHS)))
        alone[camera.name] = train(one, config=shorter, say=lambda line: None).figures.area_under_roc
    out = Path(config.out)
    trained.classifier.card.figures.update({f"area_under_roc_{name}": area for name, area in alone.items()})
    trained.classifier.save(out)
    plot = out.with_suffix(".png")
    draw(plot, trained=trained, held_out=parts.held_out, alone=alone)
    figures, card = trained.figures, trained.classifier.card
    print(f"held out: precision {figures.precision:.3f}, recall {figures.recall:.3f}, ", end="")
    print(f"false positives {figures.fooled} of {figures.negatives} ({100 * figures.false_positive_rate:.2f} %)")
    print(f"threshold {card.threshold:.3f}, chosen for at most {100 * card.false_positive_rate:g} % false positives")
    print(f"area under ROC {figures.area_under_roc:.4f}")
    for name, area in alone.items():
        print(f"{name} alone: area under ROC {area:.4f}")
    print(f"{out} and {plot} written in {time.monotonic() - begun_s:.0f} s")


def parse(words: Sequence[str]) -> tuple[list[Path], RewardTrainingConfig]:
    """Return bags and settings. Raises ConfigurationError for an unknown setting, or when no bag is named."""
    given = dict(word.split(":=", 1) for word in words if ":=" in word)
    bags = [Path(word) for word in words if ":=" not in word]
    if not bags:
        raise ConfigurationError(key="BAG", value="", allowed="one or more bags or run folders", where=WHERE)
    texts = {info.name for info in parameters_of(RewardTrainingConfig) if info.type is str}
    values: dict[str, Any] = {key: text if key in texts else yaml.safe_load(text) for key, text in given.items()}
    return bags, build(RewardTrainingConfig, values, where=WHERE)


def _parts() -> tuple[str, ...]:
    return ("training", "validation", "held_out")


def _usage() -> str:
    lines = ["train_reward BAG… [name:=value …]: makes a success classifier from labelled pictures", ""]
    lines += [f"  {info.name}:={info.default}  {info.description}" for info in parameters_of(RewardTrainingConfig)]
    return "\n".join(lines)


if __name__ == "__main__":
    main()
