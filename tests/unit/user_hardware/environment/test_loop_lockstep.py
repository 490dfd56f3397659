"""The loop in lockstep: nothing moves on before it should, and nothing waits for wall time."""

from __future__ import annotations

import numpy as np

from tests.support.environment_bench import LOCKSTEP, Bench, action
from user_core.transforms import FloatArray
from user_core.types import NO_PLAN, ActionSource, Mode, Outcome, StateArray, StepType
from user_hardware.environment.arbiter import ControlState
from user_hardware.environment.goal import Goal, GoalProgress
from user_hardware.environment.simulation_link import SimulationReply


class LockstepBench(Bench):
    """Answers as a simulation does, when told to."""

    def __init__(self, **overrides: object) -> None:
        super().__init__({name.replace("__", "."): value for name, value in overrides.items()}, base=LOCKSTEP)
        assert self.environment.lockstep is not None
        self.driver = self.environment.lockstep

    def poll(self, seconds: float = 0.02) -> None:
        self.pass_time(seconds)
        self.driver.poll()

    def world_answers(self) -> None:
        """Answer the newest call, deliver its samples, and let the loop go on."""
        newest = self.calls[-1]
        self.reply(newest)
        self.driver.pump()

    def start(self) -> None:
        self.poll()
        for _ in range(10):
            if self.loop.attempt is not None:
                return
            self.world_answers()
        raise AssertionError(f"{self.loop.state} {self.loop.prompt}")

    def person_answers(self, twist: FloatArray | None) -> None:
        """Answer the newest pose as a device does; None = nobody moves it."""
        pose = self.robot.read().tcp_pose
        stamp_ns = 0 if pose is None else pose.stamp_ns
        self.device.hold(twist=twist, stamp_ns=stamp_ns)
        self.driver.pump()

    def person_acts(self, twist: StateArray) -> None:
        self.person_answers(twist.astype(np.float64))
        self.world_answers()

    def start_with_person(self) -> None:
        """Begin an episode with a person there who keeps the hands off."""
        self.device.release()
        self.poll()
        for _ in range(10):
            if self.loop.attempt is not None:
                return
            self.world_answers()
            self.person_answers(None)
        raise AssertionError(f"{self.loop.state} {self.loop.prompt}")

    def collect(self, seeds: tuple[int, ...] = (5,)) -> None:
        goal = Goal(mode=Mode.COLLECT, seeds=seeds, deterministic=True, policy_version="", evaluation="")
        self.environment.schedule.set_goal(GoalProgress(goal=goal, report=lambda _: None, finish=lambda *_: None))


def test_an_episode_opens_once_every_stream_has_followed_the_reset() -> None:
    bench = LockstepBench()
    bench.poll()
    assert bench.loop.state is ControlState.RESET
    assert len(bench.resets) == 1
    link = bench.environment.link
    assert link is not None
    link.on_reply(bench.resets[0], SimulationReply(stamp_ns=5, simulation="sim", accepted=True))
    bench.robot.deliver(stamp_ns=5)
    bench.gripper.deliver(stamp_ns=5)
    bench.driver.pump()
    assert link.busy
    bench.cameras["wrist"].deliver(stamp_ns=5)
    bench.target_stamp_ns = 5
    bench.driver.pump()
    assert not link.busy or bench.advances


def test_a_step_is_answer_then_target_then_advance_then_observation() -> None:
    bench = LockstepBench()
    bench.start()
    advances = len(bench.advances)
    bench.answer(action(x=0.5))
    assert len(bench.advances) == advances + 1
    assert bench.advances[-1].target_stamp_ns == bench.robot.target_stamps_ns[-1]
    assert bench.output.observations[-1].step == 0
    bench.world_answers()
    assert bench.output.observations[-1].step == 1
    assert bench.output.records[-1].observation.step == 0


def test_the_same_answers_give_the_same_records_however_long_they_take() -> None:
    def run(pause_s: float) -> list[bytes]:
        bench = LockstepBench()
        bench.start()
        for index in range(5):
            bench.pass_time(pause_s)
            bench.driver.poll()
            bench.answer(action(x=0.1 * index))
            bench.world_answers()
        records = bench.output.records
        return [record.observation.state.tobytes() + record.executed_action.tobytes() for record in records]

    assert run(0.0) == run(0.7)


def test_without_an_answer_the_observation_is_sent_again_each_second_and_nothing_is_missed() -> None:
    bench = LockstepBench()
    bench.start()
    for _ in range(300):
        bench.poll()
    assert 5 <= len(bench.output.observations) <= 8
    assert bench.loop.deadline_misses == 0 and bench.loop.state is ControlState.AUTONOMOUS


def test_a_silent_simulation_gets_target_and_call_again_and_then_the_episode_is_incomplete() -> None:
    bench = LockstepBench()
    bench.start()
    bench.answer(action(x=0.5))
    calls, targets = len(bench.advances), len(bench.robot.targets)
    bench.poll(2.1)
    assert len(bench.advances) == calls + 1 and bench.advances[-1] == bench.advances[-2]
    assert bench.robot.target_stamps_ns[targets] == bench.robot.target_stamps_ns[targets - 1]
    for _ in range(5):
        bench.poll(2.1)
    assert bench.output.records[-1].outcome == Outcome.INCOMPLETE or not bench.output.records
    assert bench.loop.attempt is None


def test_a_simulation_that_was_restarted_ends_the_episode() -> None:
    bench = LockstepBench()
    bench.start()
    bench.answer()
    bench.world_answers()
    bench.answer()
    bench.reply(bench.advances[-1], simulation="another", accepted=False)
    bench.driver.pump()
    assert bench.output.summaries[-1].outcome is Outcome.INCOMPLETE
    assert "restarted" in bench.output.summaries[-1].reason


def test_a_training_step_waits_for_the_budget_and_goes_on_when_it_grows() -> None:
    bench = LockstepBench()
    bench.environment.budget.on_learner(step_budget=1, required_version="")
    bench.environment.budget.on_replay(training_steps=0, acknowledged=-1, error="")
    bench.start()
    bench.answer()
    bench.environment.budget.on_training_record(0)
    bench.world_answers()
    advances = len(bench.advances)
    bench.answer()
    assert len(bench.advances) == advances
    bench.environment.budget.on_learner(step_budget=5, required_version="")
    bench.driver.pump()
    assert len(bench.advances) == advances + 1


def test_a_demonstration_begins_when_the_person_takes_hold_and_needs_no_policy() -> None:
    bench = LockstepBench()
    bench.collect()
    bench.start_with_person()
    bench.poll()
    bench.world_answers()
    assert bench.output.observations[-1].mode is Mode.COLLECT
    for _ in range(3):
        bench.person_acts(action(x=0.5))
    assert [record.action_source for record in bench.output.records] == [ActionSource.HUMAN] * len(bench.output.records)
    assert len(bench.output.records) >= 2
    assert bench.output.records[0].step_type is StepType.FIRST


def test_each_pose_waits_for_the_persons_answer() -> None:
    bench = LockstepBench()
    bench.collect()
    bench.start_with_person()
    bench.poll()
    bench.world_answers()
    bench.person_acts(action(x=0.5))
    advances = len(bench.advances)
    bench.driver.pump()
    assert len(bench.advances) == advances


def test_a_person_who_falls_silent_has_let_go() -> None:
    bench = LockstepBench()
    bench.start_with_person()
    bench.answer()
    bench.world_answers()
    bench.answer()
    advances = len(bench.advances)
    bench.poll(2.5)
    bench.driver.pump()
    assert len(bench.advances) == advances + 1


def test_actions_of_a_person_are_blended_back_to_the_policy() -> None:
    bench = LockstepBench(arbiter__hold_ticks=2, arbiter__blend_ticks=2)
    bench.start_with_person()
    sources = []
    for index in range(9):
        engaged = 2 <= index < 4
        bench.person_answers(np.array([0.5, 0, 0, 0, 0, 0]) if engaged else None)
        bench.answer(action(y=1.0))
        bench.world_answers()
        sources.append(bench.output.records[-1].action_source)
    assert sources[:6] == [ActionSource.POLICY] * 2 + [ActionSource.HUMAN] * 2 + [
        ActionSource.HOLD,
        ActionSource.BLEND,
    ]
    assert sources[-1] is ActionSource.POLICY
    assert bench.output.records[3].policy_action.size == 6


def test_each_reset_tells_the_gripper_anew_and_each_advance_names_what_was_told() -> None:
    bench = LockstepBench(reset__gripper=0.25, task__max_episode_steps=2)
    bench.start()
    for _ in range(2):
        bench.answer()
        bench.world_answers()
    bench.start()
    assert len(bench.resets) == 2
    assert bench.gripper.commands == [0.25, 0.25]
    assert {request.gripper_command for request in bench.advances} == {0.25}


def test_a_mark_ends_the_episode_with_the_step_that_was_marked() -> None:
    bench = LockstepBench()
    bench.start_with_person()
    for index in range(3):
        pose = bench.robot.read().tcp_pose
        assert pose is not None
        bench.device.hold(buttons=(index == 2,), stamp_ns=pose.stamp_ns)
        bench.driver.pump()
        bench.answer(action(y=1.0))
        bench.world_answers()
    marked, last = bench.output.records[-2:]
    assert (marked.observation.step, marked.reward, marked.reward_source) == (2, 1.0, "human")
    assert last.terminated and bench.output.summaries[-1].outcome is Outcome.SUCCESS


def chunk_of(*levels: float) -> StateArray:
    """A chunk (H, A) that asks for these x."""
    return np.stack([action(x=level) for level in levels])


def test_the_world_waits_for_an_answer_exactly_when_no_step_is_planned() -> None:
    bench = LockstepBench()
    bench.start()
    bench.answer(chunk_of(0.1, 0.2, 0.3, 0.4), execute=2)
    advances = len(bench.advances)
    bench.world_answers()
    advances += 1
    assert len(bench.advances) == advances  # step 1 was commanded without another answer
    bench.world_answers()
    bench.poll()
    assert len(bench.advances) == advances
    assert [one.planned_steps for one in bench.output.observations] == [NO_PLAN, 1, 0]
    assert {one.delay_steps for one in bench.output.observations} == {0}
    bench.answer(chunk_of(0.5, 0.6), execute=2)
    bench.world_answers()
    assert [round(float(one.executed_action[0]), 3) for one in bench.output.records] == [0.1, 0.2, 0.5]


def test_a_spare_step_is_never_acted_on_where_waiting_costs_nothing() -> None:
    bench = LockstepBench()
    bench.start()
    bench.answer(chunk_of(0.1, 0.2), execute=1)
    bench.world_answers()
    advances = len(bench.advances)
    for _ in range(100):
        bench.poll(0.1)
    assert len(bench.advances) == advances
    assert bench.loop.deadline_misses == 0


def test_while_a_person_controls_each_step_waits_for_what_the_policy_would_have_done() -> None:
    bench = LockstepBench()
    bench.start_with_person()
    bench.answer(chunk_of(0.1, 0.2, 0.3, 0.4, 0.5))
    bench.world_answers()
    bench.person_acts(action(y=0.5))  # a planned step, taken over: what the plan has for it stands beside
    bench.person_answers(action(y=0.5).astype(np.float64))
    assert bench.output.observations[-1].planned_steps == NO_PLAN
    advances = len(bench.advances)
    bench.poll()
    assert len(bench.advances) == advances
    bench.answer(chunk_of(-0.1, -0.2, -0.3, -0.4, -0.5))
    bench.world_answers()
    bench.person_answers(action(y=0.5).astype(np.float64))
    bench.answer(chunk_of(-0.6, -0.7, -0.8, -0.9, -1.0))
    bench.world_answers()
    records = bench.output.records
    assert [one.action_source for one in records] == [ActionSource.POLICY, *[ActionSource.HUMAN] * 3]
    assert [round(float(one.policy_action[0]), 3) for one in records] == [0.1, 0.2, -0.1, -0.6]
