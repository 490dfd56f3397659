"""A person takes the arm at every phase of an episode and gives it back; the log says what the arm was sent."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from tests.support.arm_client import ArmClient
from tests.support.domains import leased_domain
from tests.support.launched_graph import START_S, LaunchedGraph
from tests.support.params_file import write_params
from tests.support.patience import PATIENCE
from tests.support.space_mouse import SpaceMouse, steps_of
from tests.support.wait import wait_for

pytestmark = [pytest.mark.ros, pytest.mark.slow, pytest.mark.timeout(300)]

PERIOD_S, HOLD_TICKS, BLEND_TICKS, STEPS = 0.1, 4, 3, 60
SCALE = np.array([0.02, 0.02, 0.02, 0.1, 0.1, 0.1])
STALE_S = 0.5
SLACK_S = 0.6
"""What a busy machine may add between a hand and a record."""


class Bench:
    """One simulated arm in real time, its policy stood in for, and a person at its devices."""

    def __init__(self, *, client: ArmClient, hand: SpaceMouse) -> None:
        self.client = client
        self.hand = hand

    def wait_until_autonomous(self, *, steps: int = 3) -> str:
        """Wait until a fresh episode has gone on for some steps by itself; return its UUID."""

        def going() -> bool:
            status = self.client.status
            return status is not None and status.state == "AUTONOMOUS" and steps <= status.step < STEPS // 2

        wait_for(going, 60.0, what=lambda: f"an episode at step {steps}; it is {self.client.describe()}")
        assert self.client.status is not None
        return str(self.client.status.episode)

    def wait_for_end(self, episode: str) -> Any:
        """Wait for an episode's summary and its last record."""
        wait_for(lambda: any(s.episode == episode for s in self.client.episodes), 60.0, what="the episode's end")
        summary = next(s for s in self.client.episodes if s.episode == episode)
        wait_for(lambda: len(self.records_of(episode)) > summary.length, 10.0, what="record T")
        return summary

    def records_of(self, episode: str) -> list[Any]:
        return steps_of(self.hand.records, episode)

    def sources(self, episode: str) -> list[str]:
        return [record.action_source for record in self.records_of(episode)]


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    folder = tmp_path_factory.mktemp("take_over")
    settings: dict[str, Any] = {
        **PATIENCE,
        "task.max_episode_steps": STEPS,
        "arbiter.hold_ticks": HOLD_TICKS,
        "arbiter.blend_ticks": BLEND_TICKS,
        "arbiter.max_missed_deadlines": 20,
        # The arm drives to its start, so that there is a reset to push into.
        "reset.method": "legs",
        "reset.still_ticks": 5,
        "resume": "manual",
        # A policy that acts at random presses hard; the wrench limit is not what is tested here.
        "guard.force_limit_n": 500.0,
        "teleop.take_over": "motion",
        "teleop.stale_s": STALE_S,
        # What a Python process can send is not much of a flood.
        "teleop.max_rate_hz": 250.0,
        # What the stand-in policy does at random must not happen to insert the peg.
        "reward.hold_ticks": 1000,
    }
    config = write_params(folder / "take_over.yaml", {"environment_node": settings})
    arguments = {"robot": "simulation", "role": "robot", "real_time_factor": 1.0, "policy": "mlp", "config": config}
    with (
        leased_domain() as domain_id,
        ArmClient(domain_id=domain_id) as client,
        SpaceMouse(domain_id=domain_id) as hand,
        LaunchedGraph("peg_insertion", arguments=arguments, folder=folder, domain_id=domain_id) as graph,
    ):
        graph.companion("stand_in_learning_side")
        wait_for(lambda: client.status is not None, START_S, what="the environment")
        client.resume(timeout_s=60.0)
        yield Bench(client=client, hand=hand)


@pytest.fixture(autouse=True)
def _hands_off_afterwards(bench: Bench) -> Iterator[None]:
    yield
    for device in ("spacenav", "keyboard"):
        bench.hand.let_go(device)
    if bench.client.state == "HOLD":
        bench.client.resume(timeout_s=60.0)


def test_a_push_in_mid_action_takes_over_and_a_hand_let_go_gives_back_within_the_hold_time(bench: Bench) -> None:
    episode = bench.wait_until_autonomous()
    bench.hand.push(x=0.5)
    bench.client.wait_for_state("TAKEOVER", timeout_s=5.0)
    time.sleep(10 * PERIOD_S)
    released_s = bench.hand.let_go()
    bench.client.wait_for_state("HANDBACK", "AUTONOMOUS", timeout_s=5.0)
    assert time.monotonic() - released_s < (HOLD_TICKS + 1) * PERIOD_S + SLACK_S
    assert bench.wait_for_end(episode).interventions == 1
    sources = bench.sources(episode)
    first, last = sources.index("human"), len(sources) - 1 - sources[::-1].index("human")
    assert set(sources[first : last + 1]) == {"human"}
    handed_back = sources.index("blend", last)
    assert set(sources[last + 1 : handed_back]) <= {"hold"}, "after letting go nobody decides"
    assert handed_back - last <= HOLD_TICKS
    assert sources[handed_back : handed_back + BLEND_TICKS] == ["blend"] * BLEND_TICKS
    assert sources[handed_back + BLEND_TICKS] == "policy"
    pushed = np.array([record.executed_action for record in bench.records_of(episode)[first + 1 : first + 6]])
    assert np.all(pushed[:, 0] > 0.2), "the arm went where the hand pushed, within its box"


def test_the_last_step_of_an_episode_can_be_a_persons(bench: Bench) -> None:
    episode = bench.wait_until_autonomous()
    status = bench.client.status
    assert status is not None
    wait_for(lambda: bench.client.status.step >= STEPS - 5, 30.0, what="the end of the episode coming near")  # type: ignore[union-attr]
    bench.hand.push(z=0.4)
    summary = bench.wait_for_end(episode)
    assert (summary.outcome, summary.length) == ("timeout", STEPS)
    sources = bench.sources(episode)
    assert sources[STEPS - 1] == "human", "recorded, and then the episode ended"
    assert len(bench.records_of(episode)[STEPS].executed_action) == 0
    wait_for(lambda: "let go" in bench.client.describe(), 5.0, what="the request to let go before the reset")
    bench.hand.let_go()
    bench.client.wait_for_state("RESET", timeout_s=5.0)


def test_a_push_during_a_reset_holds_the_arm_until_resume(bench: Bench) -> None:
    bench.wait_until_autonomous()
    bench.client.wait_for_state("RESET", timeout_s=60.0)
    bench.hand.push(y=0.5)
    bench.client.wait_for_hold("moved during the reset", timeout_s=5.0)
    bench.hand.let_go()
    _assert_holds(bench)
    bench.client.resume()
    bench.client.wait_for_state("RESET", timeout_s=10.0)


def test_a_push_while_holding_moves_nothing(bench: Bench) -> None:
    episode = bench.wait_until_autonomous()
    assert bench.client.call("hold")[0]
    bench.client.wait_for_state("HOLD", timeout_s=5.0)
    bench.hand.push(x=1.0)
    _assert_holds(bench)
    assert bench.wait_for_end(episode).outcome == "incomplete"


def test_the_second_of_two_devices_waits_until_the_first_is_let_go(bench: Bench) -> None:
    episode = bench.wait_until_autonomous()
    bench.hand.push("spacenav", z=0.6)
    bench.client.wait_for_state("TAKEOVER", timeout_s=5.0)
    bench.hand.push("keyboard", y=-0.6)
    time.sleep(6 * PERIOD_S)
    both = len(bench.records_of(episode))
    bench.hand.let_go("spacenav")
    time.sleep(6 * PERIOD_S)
    alone = len(bench.records_of(episode))
    bench.hand.let_go("keyboard")
    bench.wait_for_end(episode)
    records = bench.records_of(episode)
    during, after = records[both - 3].executed_action, records[alone - 2].executed_action
    assert during[2] > 0.2 and abs(during[1]) < 0.05, "the SpaceMouse, which came first"
    assert after[1] < -0.2 and abs(after[2]) < 0.05, "the keyboard, once the SpaceMouse is let go"
    assert "policy" not in [record.action_source for record in records[both - 3 : alone - 1]]


def test_a_device_that_falls_silent_in_mid_push_is_zero_and_control_returns(bench: Bench) -> None:
    episode = bench.wait_until_autonomous()
    bench.hand.push(x=-0.5)
    bench.client.wait_for_state("TAKEOVER", timeout_s=5.0)
    silent_s = bench.hand.unplug()
    bench.client.wait_for_state("HANDBACK", "AUTONOMOUS", timeout_s=10.0)
    assert time.monotonic() - silent_s < STALE_S + (HOLD_TICKS + 1) * PERIOD_S + SLACK_S
    bench.wait_for_end(episode)


def test_a_device_that_floods_is_left_alone_and_the_arm_goes_on(bench: Bench) -> None:
    episode = bench.wait_until_autonomous()
    misses = bench.client.status.deadline_misses  # type: ignore[union-attr]
    bench.hand.flood("keyboard", seconds=1.0)
    wait_for(
        lambda: "keyboard floods" in bench.client.describe(), 5.0, what=lambda: f"the flood; {bench.client.describe()}"
    )
    assert bench.client.status is not None
    assert bench.client.state == "AUTONOMOUS"
    bench.wait_for_end(episode)
    assert "human" not in bench.sources(episode)[-10:]
    assert bench.client.status.deadline_misses - misses <= 10
    wait_for(lambda: "floods" not in bench.client.describe(), 10.0, what="the end of the rest")


def test_the_log_says_what_a_subscriber_received(bench: Bench) -> None:
    """Over all that happened above: each commanded pose is a target that was sent, and each action is its motion."""
    sent = {_key(message.pose) for message in bench.hand.targets}
    measured = {_key(message.pose) for message in bench.hand.poses}
    records = [record for record in bench.hand.records if len(record.executed_action)]
    assert {"policy", "human", "blend"} <= {record.action_source for record in records}
    for record in records:
        assert _key(record.commanded_pose) in sent
        assert _key(record.reference_pose) in measured
        expected = _difference(record.commanded_pose, record.reference_pose) / SCALE
        np.testing.assert_allclose(np.array(record.executed_action), expected, atol=1e-6)


def _assert_holds(bench: Bench) -> None:
    """The target does not move for a second."""
    time.sleep(3 * PERIOD_S)
    count = len(bench.hand.targets)
    time.sleep(1.0)
    assert len({_key(message.pose) for message in bench.hand.targets[count - 1 :]}) == 1
    assert bench.client.state == "HOLD"


def _key(pose: Any) -> tuple[float, ...]:
    point, turn = pose.position, pose.orientation
    return (point.x, point.y, point.z, turn.x, turn.y, turn.z, turn.w)


def _difference(pose: Any, reference: Any) -> np.ndarray:
    """Metres, and the rotation vector about the base axes that turns one into the other."""
    values, origin = np.array(_key(pose)), np.array(_key(reference))
    turn = Rotation.from_quat(values[3:]) * Rotation.from_quat(origin[3:]).inv()
    return np.concatenate([values[:3] - origin[:3], turn.as_rotvec()])
