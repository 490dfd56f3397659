"""A run in which a person has the last word, over the real graph: everybody waits for it, and nothing gets stuck."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.support.launched_graph import LaunchedGraph
from user_core.log.kinds import RecordKind
from user_core.log.label import EpisodeLabel
from user_core.log.reader import BagReader
from user_core.ros.records import decode
from user_core.types import EpisodeSummary, StepType, Transition

pytestmark = [pytest.mark.ros, pytest.mark.slow, pytest.mark.timeout(400)]


def test_every_episode_is_judged_by_the_person_before_the_next_one_begins(tmp_path, domain_id):
    arguments = {
        "algorithm": "sac",
        "policy": "mlp",
        "verdict": "human",
        "max_environment_steps": 250,
        "evaluation_episodes": 1,
    }
    with LaunchedGraph("peg_insertion", arguments=arguments, folder=tmp_path, domain_id=domain_id) as graph:
        assert graph.wait_until_over(350) == 3
    order, outcomes = [], {}
    labels: Counter[str] = Counter()
    with BagReader(graph.run_folder / "transitions") as bag:
        for stored in bag.records():
            record = None if stored.kind is RecordKind.REJECTED else decode(stored.kind, stored.payload)
            if isinstance(record, Transition) and record.step_type is StepType.FIRST:
                order.append(("begins", record.observation.episode))
            elif isinstance(record, Transition) and record.step_type is StepType.LAST:
                assert record.awaits_verdict
                order.append(("ends", record.observation.episode))
            elif isinstance(record, EpisodeLabel):
                labels[record.episode] += 1
                order.append(("judged", record.episode))
            elif isinstance(record, EpisodeSummary):
                outcomes[record.episode] = (record.outcome.value, record.ground_truth)
    episodes = [episode for what, episode in order if what == "begins"]
    assert len(episodes) >= 3
    wanted = [(what, episode) for episode in episodes for what in ("begins", "ends", "judged")]
    assert [item for item in order if labels[item[1]] == 1 or item[0] != "judged"] == wanted
    assert {truth == "success" for _, truth in outcomes.values()} == {
        said == "success" for said, _ in outcomes.values()
    }
