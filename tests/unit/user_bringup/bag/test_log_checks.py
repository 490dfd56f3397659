"""Sequences and episodes: what is wrong, and what only looks so."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import pytest

from tests.support.learning_records import make_episode, small_spec
from tests.support.learning_summaries import make_summary
from user_bringup.bag import episode_check, sequence_check
from user_bringup.bag.episode_check import EpisodeCheck
from user_bringup.bag.findings import Findings
from user_bringup.bag.sequence_check import SequenceCheck
from user_core.log.identity import RecordIdentity
from user_core.types import Transition

SPEC = small_spec(cameras=0)
EPISODES = (
    *(episode_check.SUCCESSORS, episode_check.STEPS, episode_check.ENDS, episode_check.AFTER_END),
    *(episode_check.SUMMARIES, episode_check.LABELS),
)


def sequences(numbers: list[int], *, record_run: str = "run") -> Findings:
    findings = Findings.of([sequence_check.GAPS, sequence_check.DUPLICATES])
    check = SequenceCheck(findings)
    for number in numbers:
        check.take(RecordIdentity(source="arm", source_sequence=number, run=record_run), f"record {number}")
    check.finish(run="run")
    return findings


def test_numbers_in_any_order_without_gap_are_well() -> None:
    assert sequences([0, 2, 1, 3]).wrong == 0


def test_a_gap_is_counted_by_missing_records_and_its_first_is_named() -> None:
    finding = sequences([0, 1, 2, 3, 6, 8]).by_check[sequence_check.GAPS]
    assert (finding.count, finding.first) == (3, "3 of arm, the first is 4")


def test_a_number_that_comes_twice_is_a_duplicate() -> None:
    findings = sequences([0, 1, 1])
    assert findings.by_check[sequence_check.DUPLICATES].count == findings.wrong == 1


def test_an_excerpt_of_another_log_may_leave_records_out() -> None:
    findings = sequences([0, 1, 4], record_run="another run")
    assert findings.wrong == 0
    assert "2 records were left out" in findings.by_check[sequence_check.GAPS].note


def episodes(transitions: list[Transition]) -> Findings:
    findings = Findings.of(EPISODES)
    check = EpisodeCheck(findings)
    for transition in transitions:
        check.take_transition(transition, f"step {transition.observation.step}")
    check.finish()
    return findings


def two_episodes() -> list[Transition]:
    return make_episode(SPEC, episode="first") + make_episode(SPEC, episode="second")


@pytest.mark.parametrize(
    ("change", "check", "first"),
    [
        (lambda t: t[:2] + t[3:], episode_check.SUCCESSORS, "episode first, step 1"),
        (lambda t: t[1:], episode_check.SUCCESSORS, "episode first begins at step 1"),
        (lambda t: t[:3] + t[2:], episode_check.STEPS, "step 2 again"),
        (lambda t: t[:4] + t[5:], episode_check.ENDS, "episode first, after step 3"),
        (lambda t: [t[0], t[1], t[2], t[4], t[3], *t[5:]], "", ""),
    ],
)
def test_what_an_episode_lacks_is_named(change: Callable[..., list[Transition]], check: str, first: str) -> None:
    findings = episodes(change(two_episodes()))
    assert {name: finding.first for name, finding in findings.by_check.items() if finding.count} == (
        {check: first} if check else {}
    )


def test_a_record_behind_the_end_is_wrong() -> None:
    first = make_episode(SPEC, length=2)
    more = make_episode(SPEC, length=4)[3]
    assert episodes([*first, more]).by_check[episode_check.AFTER_END].count == 1


def test_the_episode_in_which_an_environment_ended_is_incomplete_and_not_wrong() -> None:
    findings = episodes(two_episodes()[:-2])
    assert findings.wrong == 0
    assert findings.by_check[episode_check.ENDS].note.startswith("1 in which their environment ended")


def test_an_end_that_another_environment_process_never_wrote_is_no_fault_of_the_next() -> None:
    respawned = [dataclasses.replace(item, source="respawned") for item in make_episode(SPEC, episode="second")]
    assert episodes(make_episode(SPEC, episode="first")[:-1] + respawned).wrong == 0


def test_summaries_and_labels_are_compared_with_what_is_there() -> None:
    findings = Findings.of(EPISODES)
    check = EpisodeCheck(findings)
    for transition in make_episode(SPEC, length=4):
        check.take_transition(transition, "")
    check.take_summary(make_summary(), "whole")
    check.take_label("episode", "known")
    assert findings.wrong == 0
    check.take_summary(dataclasses.replace(make_summary(), length=9), "longer")
    check.take_summary(make_summary(episode="nowhere"), "lost")
    check.take_label("nowhere", "label")
    assert findings.by_check[episode_check.SUMMARIES].count == 2
    assert "length 9, the episode ends at step 4" in findings.by_check[episode_check.SUMMARIES].first
    assert findings.by_check[episode_check.LABELS].first == "label: nowhere"


def test_the_table_has_a_row_for_everything_that_was_looked_for() -> None:
    findings = Findings.of(["one", "two", "three"])
    findings.add("two", "here", count=3)
    findings.note("three", "worth knowing")
    rows = [line.split(maxsplit=2) for line in findings.table()]
    assert rows[1:] == [["one", "ok"], ["two", "3", "here"], ["three", "ok", "worth knowing"]]
