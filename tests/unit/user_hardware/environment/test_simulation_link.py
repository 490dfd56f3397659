"""Calls to the simulation: sent anew, given up, answered once."""

from __future__ import annotations

from tests.support.environment_bench import LOCKSTEP, Bench
from user_hardware.environment.simulation_link import LinkState, SimulationLink, SimulationReply


def called() -> tuple[Bench, SimulationLink]:
    bench = Bench(base=LOCKSTEP)
    link = bench.environment.link
    assert link is not None
    link.begin_reset(source="s", episode="e", seed=1)
    return bench, link


def answer(stamp_ns: int = 5, simulation: str = "sim", accepted: bool = True) -> SimulationReply:
    return SimulationReply(stamp_ns=stamp_ns, simulation=simulation, accepted=accepted, reason="because")


def test_a_call_is_done_when_answered_and_every_stream_has_followed() -> None:
    bench, link = called()
    link.on_reply(bench.resets[0], answer())
    assert link.state is LinkState.ANSWERED
    bench.target_stamp_ns = 5
    bench.deliver(stamp_ns=4)
    assert link.poll() is LinkState.ANSWERED
    bench.deliver(stamp_ns=5)
    assert link.poll() is LinkState.DONE


def test_after_a_reset_the_true_target_must_have_followed_too() -> None:
    bench, link = called()
    link.on_reply(bench.resets[0], answer())
    bench.deliver(stamp_ns=5)
    assert link.poll() is LinkState.ANSWERED
    bench.target_stamp_ns = 5
    assert link.poll() is LinkState.DONE


def test_after_an_advance_the_true_target_stays_where_it_is() -> None:
    bench, link = called()
    link.begin_advance(source="s", target_stamp_ns=0, gripper_command=0.0)
    link.on_reply(bench.advances[0], answer())
    bench.deliver(stamp_ns=5)
    assert link.poll() is LinkState.DONE


def test_an_unanswered_call_is_sent_anew_unchanged_and_then_given_up() -> None:
    bench, link = called()
    bench.pass_time(2.1)
    link.poll()
    assert bench.resets == [bench.resets[0]] * 2
    bench.pass_time(8.0)
    assert link.poll() is LinkState.FAILED
    assert "has not answered" in link.failure


def test_an_answer_without_its_samples_is_asked_for_again_and_names_what_is_missing() -> None:
    bench, link = called()
    link.on_reply(bench.resets[0], answer())
    bench.robot.deliver(stamp_ns=5)
    bench.pass_time(2.1)
    link.poll()
    assert len(bench.resets) == 2
    link.on_reply(bench.resets[0], answer())
    bench.pass_time(8.0)
    assert link.poll() is LinkState.FAILED
    assert "wrist" in link.failure


def test_a_second_answer_and_one_to_an_older_call_change_nothing() -> None:
    bench, link = called()
    link.on_reply(bench.resets[0], answer(stamp_ns=5))
    link.on_reply(bench.resets[0], answer(stamp_ns=9))
    bench.target_stamp_ns = 5
    bench.deliver(stamp_ns=5)
    assert link.poll() is LinkState.DONE
    link.begin_advance(source="s", target_stamp_ns=0, gripper_command=0.0)
    link.on_reply(bench.resets[0], answer())
    assert link.state is LinkState.CALLED


def test_another_simulation_is_accepted_by_a_reset_and_refused_by_an_advance() -> None:
    bench, link = called()
    link.on_reply(bench.resets[0], answer(simulation="first"))
    link.begin_advance(source="s", target_stamp_ns=0, gripper_command=0.0)
    assert bench.advances[0].expected_simulation == "first"
    link.on_reply(bench.advances[0], answer(simulation="second", accepted=False))
    assert link.state is LinkState.FAILED and "restarted" in link.failure
    link.begin_reset(source="s", episode="f", seed=1)
    link.on_reply(bench.resets[-1], answer(simulation="second"))
    assert link.state is LinkState.ANSWERED


def test_a_refused_reset_says_why() -> None:
    bench, link = called()
    link.on_reply(bench.resets[0], answer(accepted=False))
    assert link.state is LinkState.FAILED and "because" in link.failure
