"""The state of the loop for people and for the progress node."""

from __future__ import annotations

from dataclasses import dataclass

from user_core.types import ActionSource
from user_hardware.environment.arbiter import ControlState
from user_hardware.environment.assembly import Environment

_CONTROLLERS = {
    ControlState.AUTONOMOUS: ActionSource.POLICY,
    ControlState.TAKEOVER: ActionSource.HUMAN,
    ControlState.HANDBACK: ActionSource.BLEND,
    ControlState.RESET: ActionSource.RESET,
}


@dataclass(frozen=True, kw_only=True)
class LoopStatus:
    """See EnvironmentStatus.msg; the node adds run, source, robot, task and counters of its own."""

    stamp_ns: int
    run: str
    source: str
    robot: str
    task: str
    state: ControlState
    controller: ActionSource
    prompt: str
    hold_reason: str
    episode: str
    awaits_verdict: str
    mode: str
    evaluation: str
    step: int
    training_steps: int
    unacknowledged: int
    ticks: int
    deadline_misses: int
    safety_events: tuple[str, ...]
    safety_counts: tuple[int, ...]


def describe(environment: Environment, *, stamp_ns: int, run: str, source: str, unacknowledged: int) -> LoopStatus:
    """Return the state of an environment as it is now."""
    loop, attempt = environment.loop, environment.loop.attempt
    devices = environment.adapters.devices.values()
    skipped = 0 if environment.real_time is None else environment.real_time.schedule.skipped
    safety = {"rejected_action": loop.rejected_actions, "skipped_tick": skipped}
    troubles = (environment.gripper.problem(), environment.person.notice, *(device.problem for device in devices))
    return LoopStatus(
        stamp_ns=stamp_ns,
        run=run,
        source=source,
        robot=environment.spec.robot,
        task=environment.spec.task,
        state=loop.state,
        controller=_CONTROLLERS.get(loop.state, ActionSource.HOLD),
        prompt="; ".join(dict.fromkeys(filter(None, (loop.prompt, *troubles)))),
        hold_reason="" if loop.held is None else loop.held.reason,
        episode=loop.episode,
        awaits_verdict=loop.verdicts.awaited,
        mode=(environment.schedule.mode if attempt is None else attempt.request.mode).value,
        evaluation=environment.schedule.evaluation,
        step=0 if attempt is None else attempt.step,
        training_steps=environment.budget.own_training_steps,
        unacknowledged=unacknowledged,
        ticks=loop.ticks,
        deadline_misses=loop.deadline_misses,
        safety_events=tuple(safety),
        safety_counts=tuple(safety.values()),
    )
