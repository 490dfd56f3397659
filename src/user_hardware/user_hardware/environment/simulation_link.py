"""The two calls to a simulation: idempotent, sent anew until answered, complete once every stream has followed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto
from typing import Protocol

from user_hardware.environment.clock import ControlClock
from user_hardware.environment.config import SimulationLinkConfig
from user_hardware.environment.sensors import Sensors


@dataclass(frozen=True, kw_only=True)
class AdvanceRequest:
    """See AdvanceWorld.srv."""

    source: str
    tick: int
    expected_simulation: str
    target_stamp_ns: int
    gripper_command: float


@dataclass(frozen=True, kw_only=True)
class WorldResetRequest:
    """See ResetWorld.srv."""

    source: str
    episode: str
    seed: int


@dataclass(frozen=True, kw_only=True)
class SimulationReply:
    """What either service answers: `stamp_ns` is reached by every sample that follows."""

    stamp_ns: int
    simulation: str
    accepted: bool
    reason: str = ""


class SimulationCalls(Protocol):
    """Sends requests without waiting; the answers come back by `SimulationLink.on_reply`."""

    def advance(self, request: AdvanceRequest) -> None:
        """Send AdvanceWorld."""

    def reset(self, request: WorldResetRequest) -> None:
        """Send ResetWorld."""


class LinkState(Enum):
    """Where the call in progress stands."""

    IDLE = auto()
    CALLED = auto()
    ANSWERED = auto()
    DONE = auto()
    FAILED = auto()


class SimulationLink:
    """One call at a time, either to advance the world by a tick or to put it back for an episode.

    Args:
        config: Patience with the simulation.
        calls: How requests are sent.
        sensors: Tells when the samples are complete.
        clock: Counts the ticks of lockstep.
        resend_target: Sends the standing target once more.
    """

    def __init__(
        self,
        *,
        config: SimulationLinkConfig,
        calls: SimulationCalls,
        sensors: Sensors,
        clock: ControlClock,
        resend_target: Callable[[], None],
    ) -> None:
        self._config = config
        self._calls = calls
        self._sensors = sensors
        self._clock = clock
        self._resend_target = resend_target
        self._request: AdvanceRequest | WorldResetRequest | None = None
        self._reply: SimulationReply | None = None
        self._begun_s = self._sent_s = 0.0
        self._tick = 0
        self._simulation = ""
        self.state = LinkState.IDLE
        self.failure = ""

    @property
    def busy(self) -> bool:
        """Whether a call is in progress."""
        return self.state in (LinkState.CALLED, LinkState.ANSWERED)

    def begin_advance(self, *, source: str, target_stamp_ns: int, gripper_command: float) -> None:
        """Let one control period pass, once target and gripper command have arrived there."""
        self._tick += 1
        self._begin(
            AdvanceRequest(
                source=source,
                tick=self._tick,
                expected_simulation=self._simulation,
                target_stamp_ns=target_stamp_ns,
                gripper_command=gripper_command,
            )
        )

    def begin_reset(self, *, source: str, episode: str, seed: int) -> None:
        """Put scene and arm where the seed says; whichever simulation answers is the one from then on."""
        self._simulation = ""
        self._begin(WorldResetRequest(source=source, episode=episode, seed=seed))

    def on_reply(self, request: AdvanceRequest | WorldResetRequest, reply: SimulationReply) -> None:
        """Take an answer; one to an older request, or a second one, changes nothing."""
        if request != self._request or self.state is not LinkState.CALLED:
            return
        if self._simulation and reply.simulation != self._simulation:
            self._fail("the simulation was restarted")
        elif not reply.accepted and isinstance(request, WorldResetRequest):
            self._fail(f"the simulation refused: {reply.reason}")
        elif reply.accepted:
            self._simulation = reply.simulation
            self._reply = reply
            self.state = LinkState.ANSWERED
            self.poll()

    def poll(self) -> LinkState:
        """Look for the samples, and at the time; cheap enough for every arriving sample."""
        if self.state is LinkState.ANSWERED and self._reply is not None:
            if not self._behind(self._reply.stamp_ns):
                self.state = LinkState.DONE
                return self.state
        if self.busy and self._request is not None:
            wall_s = self._clock.wall_s()
            if wall_s - self._begun_s > self._config.give_up_s:
                self._fail(self._silence())
            elif wall_s - self._sent_s > self._config.resend_s:
                self.state = LinkState.CALLED
                self._resend_target()
                self._send(self._request)
        return self.state

    def abandon(self) -> None:
        """Forget the call in progress."""
        self._request, self._reply, self.state = None, None, LinkState.IDLE

    def _begin(self, request: AdvanceRequest | WorldResetRequest) -> None:
        self._request, self._reply, self.failure = request, None, ""
        self.state = LinkState.CALLED
        self._begun_s = self._clock.wall_s()
        # Before the call, not at its answer: the samples it causes may arrive first, and belong to the new tick.
        self._clock.count_tick()
        self._send(request)

    def _send(self, request: AdvanceRequest | WorldResetRequest) -> None:
        self._sent_s = self._clock.wall_s()
        if isinstance(request, AdvanceRequest):
            self._calls.advance(request)
        else:
            self._calls.reset(request)

    def _behind(self, stamp_ns: int) -> tuple[str, ...]:
        return self._sensors.behind(stamp_ns, scene_is_new=isinstance(self._request, WorldResetRequest))

    def _fail(self, reason: str) -> None:
        self.state, self.failure = LinkState.FAILED, reason

    def _silence(self) -> str:
        if self._reply is None:
            return f"simulation_node has not answered for {self._config.give_up_s} s"
        missing = ", ".join(self._behind(self._reply.stamp_ns))
        return f"no complete set of samples from the simulation for {self._config.give_up_s} s; missing: {missing}"
