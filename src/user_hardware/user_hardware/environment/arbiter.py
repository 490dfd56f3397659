"""The arbiter: who controls the arm, as a table of states and events. It is the only way to the one publisher."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from user_core.types import ActionSource, StateArray
from user_hardware.environment.person import PersonInput
from user_hardware.environment.safety_config import ArbiterConfig


class ControlState(StrEnum):
    """Who controls the arm; WAITING = nobody yet: an episode may not begin."""

    WAITING = "WAITING"
    AUTONOMOUS = "AUTONOMOUS"
    TAKEOVER = "TAKEOVER"
    HANDBACK = "HANDBACK"
    RESET = "RESET"
    HOLD = "HOLD"


class ControlEvent(StrEnum):
    """What changes who controls the arm."""

    PERSON_MOVES = "person moves"
    PERSON_RELEASED = "person has let go for the hold time"
    BLENDED = "policy blended in"
    RESET_BEGINS = "reset begins"
    EPISODE_OPENS = "episode opens"
    EPISODE_ENDS = "episode ends"
    RESUME = "resume"
    FAULT = "fault or stop"


_STATE, _EVENT = ControlState, ControlEvent
TABLE: Mapping[tuple[ControlState, ControlEvent], ControlState] = {
    (_STATE.WAITING, _EVENT.RESET_BEGINS): _STATE.RESET,
    (_STATE.WAITING, _EVENT.FAULT): _STATE.HOLD,
    (_STATE.AUTONOMOUS, _EVENT.PERSON_MOVES): _STATE.TAKEOVER,
    (_STATE.AUTONOMOUS, _EVENT.EPISODE_ENDS): _STATE.WAITING,
    (_STATE.AUTONOMOUS, _EVENT.FAULT): _STATE.HOLD,
    (_STATE.TAKEOVER, _EVENT.PERSON_RELEASED): _STATE.HANDBACK,
    (_STATE.TAKEOVER, _EVENT.EPISODE_ENDS): _STATE.WAITING,
    (_STATE.TAKEOVER, _EVENT.FAULT): _STATE.HOLD,
    (_STATE.HANDBACK, _EVENT.PERSON_MOVES): _STATE.TAKEOVER,
    (_STATE.HANDBACK, _EVENT.BLENDED): _STATE.AUTONOMOUS,
    (_STATE.HANDBACK, _EVENT.EPISODE_ENDS): _STATE.WAITING,
    (_STATE.HANDBACK, _EVENT.FAULT): _STATE.HOLD,
    (_STATE.RESET, _EVENT.EPISODE_OPENS): _STATE.AUTONOMOUS,
    (_STATE.RESET, _EVENT.PERSON_MOVES): _STATE.HOLD,
    (_STATE.RESET, _EVENT.FAULT): _STATE.HOLD,
    (_STATE.HOLD, _EVENT.RESUME): _STATE.WAITING,
    (_STATE.HOLD, _EVENT.FAULT): _STATE.HOLD,
}
"""An event that has no row in a state is ignored there. WAITING is the door to RESET: it opens once nobody's hand is on
a device and an episode may begin."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Decision:
    """Who acts at a step, and how: `action` is (A,) in [-1, 1], or None to keep the target that stands."""

    source: ActionSource
    action: StateArray | None


class Arbiter:
    """Walks the table by what is seen of the person, counted in ticks, and picks the action of a step.

    Args:
        config: Hold time and blend, in ticks.
        gripper_axis: Index of the action's gripper axis, or None. It is an opening, of which there is no share: half of
            "closed" would be "half open".
    """

    def __init__(self, *, config: ArbiterConfig, gripper_axis: int | None = None) -> None:
        self._config = config
        self._gripper_axis = gripper_axis
        self.state = ControlState.HOLD
        self.takeovers = 0
        self._released_ticks = config.hold_ticks
        self._blended_ticks = 0
        self._policy_present = True

    @property
    def released(self) -> bool:
        """Whether every device has been let go for the hold time."""
        return self._released_ticks >= self._config.hold_ticks

    def open_episode(self, *, policy_present: bool) -> None:
        """Begin an episode; without a policy (collect) control is never handed back."""
        self._policy_present = policy_present
        self.takeovers = 0
        self.handle(ControlEvent.EPISODE_OPENS)

    def handle(self, event: ControlEvent) -> None:
        """Follow the table's row for this event, if there is one."""
        state = TABLE.get((self.state, event), self.state)
        if state is not self.state:
            self.takeovers += state is ControlState.TAKEOVER
            self._blended_ticks = 0
        self.state = state

    def observe(self, person: PersonInput) -> None:
        """Count one tick of what the person does."""
        self._released_ticks = 0 if person.engaged else self._released_ticks + 1
        if person.stop:
            self.handle(ControlEvent.FAULT)
        elif person.engaged:
            self.handle(ControlEvent.PERSON_MOVES)
        elif self.released and self._policy_present:
            self.handle(ControlEvent.PERSON_RELEASED)

    def choose(self, *, policy_action: StateArray | None, person_action: StateArray | None) -> Decision:
        """Pick the action of this step; a person who holds the device without motion stands still.

        Where the policy waits for its turn, what happens after the person has let go is nobody's choice: who imitates
        people would learn from it to stop.
        """
        if self.state is ControlState.TAKEOVER:
            if self._policy_present and self._released_ticks:
                return Decision(source=ActionSource.HOLD, action=None)
            return Decision(source=ActionSource.HUMAN, action=person_action)
        if policy_action is None or self.state not in (ControlState.AUTONOMOUS, ControlState.HANDBACK):
            return Decision(source=ActionSource.HOLD, action=None)
        if self.state is ControlState.AUTONOMOUS:
            return Decision(source=ActionSource.POLICY, action=policy_action)
        self._blended_ticks += 1
        share = self._blended_ticks / (self._config.blend_ticks + 1)
        if self._blended_ticks >= self._config.blend_ticks:
            self.handle(ControlEvent.BLENDED)
        blended = np.float32(share) * policy_action
        if self._gripper_axis is not None:
            blended[self._gripper_axis] = policy_action[self._gripper_axis]
        return Decision(source=ActionSource.BLEND, action=blended)
