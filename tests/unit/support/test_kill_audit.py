"""The audit after a run finds what it is there to find."""

from __future__ import annotations

import json
from collections import Counter

from tests.support.bag_ledger import disagreements
from tests.support.chaos import PAIR_S, schedule
from tests.support.kill_audit import learner_resumptions

SOURCE = "environment"


def _found(*, bag, outboxes=(), witness=()):
    ledgers = {"bag": bag, "outboxes": outboxes, "witness": witness}
    return disagreements(**{name: {SOURCE: Counter(sequences)} for name, sequences in ledgers.items()})


def test_bag_and_outbox_that_hold_every_record_once_are_sound():
    assert _found(bag=[0, 1, 2], outboxes=[3, 4], witness=[0, 1, 2, 2, 3]) == []


def test_record_still_in_the_outbox_after_it_was_written_is_sound():
    assert _found(bag=[0, 1, 2], outboxes=[2], witness=[0, 1, 2]) == []


def test_record_twice_in_the_bag_is_found():
    (sentence,) = _found(bag=[0, 1, 1, 2])
    assert "twice" in sentence


def test_gap_is_found():
    (sentence,) = _found(bag=[0, 1, 3])
    assert "missing" in sentence


def test_record_that_a_witness_saw_and_nobody_has_is_found():
    (sentence,) = _found(bag=[0, 1], witness=[0, 1, 2])
    assert "neither bag nor outbox" in sentence


def test_learner_that_began_anew_after_its_kill_is_seen(tmp_path):
    rows = [(1.0, 100), (2.0, 180), (9.0, 0)]
    recording = tmp_path / "recording.jsonl"
    lines = [{"monotonic_s": at_s, "kind": "learner", "state": "training", "updates": count} for at_s, count in rows]
    recording.write_text("".join(json.dumps(line) + "\n" for line in lines))
    assert learner_resumptions(recording, [3.0]) == [(180, 0)]


def test_schedule_depends_on_its_seed_alone_and_kills_each_as_often_as_asked():
    kills, pairs = {"replay_node": 3, "learner_node": 2}, (("replay_node", "learner_node"),)
    first, again, other = (schedule(seed=seed, kills=kills, pairs=pairs, interval_s=10.0) for seed in (1, 1, 2))
    assert first == again != other
    assert Counter(node for strike in first for node in strike.nodes) == {"replay_node": 4, "learner_node": 3}
    assert [strike.at_s // 10.0 for strike in first] == [0, 1, 2, 3, 4, 5]
    assert all(strike.gap_s <= PAIR_S for strike in first)
