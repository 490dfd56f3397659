"""Specs and episodes beside a dataset come back as they were."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from tests.support.log_records import SPEC, summary
from user_bringup.dataset.own_episodes import Judgement, OwnEpisode, read_own_episodes, write_own_episodes
from user_bringup.dataset.specs import LoggedSpec, read_specs, write_specs
from user_core.log.label import EpisodeLabel
from user_core.types import Mode, Outcome


def test_specs_keep_their_digest_and_what_it_leaves_open(tmp_path: Path) -> None:
    scale = (float(np.float32(0.02)), 1 / 3)
    spec = replace(SPEC, action_scale=scale, instruction="insérer", max_episode_steps=7)
    written = (LoggedSpec(run="run", source="a", source_sequence=3, spec=spec),)
    write_specs(tmp_path / "specs.json", written)
    (read,) = read_specs(tmp_path / "specs.json")
    assert (read.run, read.source, read.source_sequence) == ("run", "a", 3)
    assert read.spec.digest == spec.digest
    for name in ("state_groups", "cameras", "action_scale", "instruction", "robot", "max_episode_steps"):
        assert getattr(read.spec, name) == getattr(spec, name)
    assert np.array_equal(read.spec.nominal_target.as_array(), spec.nominal_target.as_array())


def test_episodes_keep_summary_and_labels(tmp_path: Path) -> None:
    delays = np.array([0.1, 0.2], np.float32)
    told = summary(mode=Mode.COLLECT, outcome=Outcome.TIMEOUT, policy_versions=("1.2",), action_delay_s=delays)
    label = EpisodeLabel(stamp_ns=5, episode="a", label="reward", reward=0.1, author="me")
    before = Judgement(reward=0.25, discount=1.0, success=False)
    rich = OwnEpisode(episode="a", length=4, outcome="timeout", before_label=before, labels=(label,), summary=told)
    bare = OwnEpisode(episode="b", length=1, outcome="success", before_label=before)
    write_own_episodes(tmp_path / "episodes.jsonl", [rich, bare])
    read, other = read_own_episodes(tmp_path / "episodes.jsonl")
    assert (read.episode, read.length, read.before_label, read.labels) == ("a", 4, before, (label,))
    assert read.summary is not None and read.summary.outcome is Outcome.TIMEOUT
    assert read.summary.mode is Mode.COLLECT and read.summary.policy_versions == ("1.2",)
    assert read.summary.action_delay_s.dtype == np.float32 and np.array_equal(read.summary.action_delay_s, delays)
    assert other.summary is None and other.labels == ()
