"""What the log knows of episodes that a person has yet to judge."""

from __future__ import annotations

from user_core.log.identity import RecordIdentity
from user_core.log.kinds import RecordKind
from user_learner.replay.ledger import Ledger

LAST = RecordIdentity(
    source="s", source_sequence=5, episode="one", step=5, mode="train", last=True, robot="arm_0", awaits_verdict=True
)
LABEL = RecordIdentity(episode="one")


def test_an_episode_is_listed_until_its_label_comes() -> None:
    ledger = Ledger()
    ledger.note(RecordKind.TRANSITION, LAST)
    assert ledger.awaited_verdicts == {"one": "arm_0"}
    ledger.note(RecordKind.LABEL, LABEL)
    assert ledger.awaited_verdicts == {}


def test_a_label_may_come_before_the_end_of_its_episode() -> None:
    ledger = Ledger()
    ledger.note(RecordKind.LABEL, LABEL)
    ledger.note(RecordKind.TRANSITION, LAST)
    assert ledger.awaited_verdicts == {}
