"""The whole vocabulary on one page: what each part of the system promises. No ROS, no torch.

Each protocol has a fake in `user_core.testing` and a contract test that every registered entry passes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Generic, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from user_core.goals import SendGoal
from user_core.spec import EnvironmentSpec
from user_core.transforms import FloatArray, Pose
from user_core.types import ChunkPrefix, ImageArray, Observation, RewardEstimate, RewardSignal, TaskState

ValueT = TypeVar("ValueT")
Metrics = Mapping[str, float]
Tensors = Mapping[str, NDArray[Any]]


@dataclass(frozen=True, kw_only=True, eq=False)
class Stamped(Generic[ValueT]):
    """A sample of a driver's stream.

    Attributes:
        stamp_ns: The driver's own header stamp; orders this stream only.
        received_s: Monotonic seconds at receipt.
    """

    value: ValueT
    stamp_ns: int
    received_s: float


@dataclass(frozen=True, kw_only=True, eq=False)
class RobotState:
    """The newest sample of each of the arm's streams; None = nothing received yet (or the arm has no such sensor).

    Attributes:
        tcp_pose: Tool pose in the base frame.
        tcp_twist: (6,) m/s and rad/s in the base frame.
        wrench: (6,) external force N and torque N·m on the tool, in the base frame.
        gripper_width: Metres between the fingers.
    """

    tcp_pose: Stamped[Pose] | None
    tcp_twist: Stamped[FloatArray] | None
    wrench: Stamped[FloatArray] | None
    gripper_width: Stamped[float] | None


class Grip(StrEnum):
    """How a gripper's fingers stand; HOLDING = something between them keeps them from closing as far as was asked."""

    OPEN = "open"
    CLOSED = "closed"
    BETWEEN = "between"
    HOLDING = "holding"


@dataclass(frozen=True, kw_only=True)
class GripperState:
    """What a gripper tells of itself.

    Attributes:
        width_m: Metres between the fingers.
        moving: Whether the fingers move, or a motion that was asked for is under way.
        force_n: Newton of each finger, or None when the driver measures none.
        grip: How the fingers stand.
    """

    width_m: float
    moving: bool
    force_n: float | None
    grip: Grip


class Subscription(Protocol):
    """A handle that ends a subscription."""

    def destroy(self) -> None:
        """Stop receiving."""


class Topics(Protocol):
    """What an adapter is handed to speak to its driver by topic; messages by type *name*, so no import here."""

    def subscribe(self, topic: str, type_name: str, callback: Callable[[Any], None], *, reliable: bool) -> Subscription:
        """Call `callback` with each message; `reliable=False` is compatible with every publisher."""

    def publisher(self, topic: str, type_name: str, *, reliable: bool) -> Callable[[Any], None]:
        """Return a function that publishes a message."""

    def action(self, name: str, type_name: str) -> SendGoal:
        """Return a function that sends a goal, reports what becomes of it, and does not wait for anything."""

    def message(self, type_name: str) -> Any:
        """Return a new message; raises ConfigurationError naming the package to install when it is missing."""

    def publisher_count(self, topic: str) -> int:
        """Return how many publishers the graph shows on a topic; never a proof of life."""


class Robot(Protocol):
    """An arm under a Cartesian controller. `read` and `command` never block."""

    def connect(self, topics: Topics) -> None:
        """Subscribe and advertise; raises ConfigurationError when the driver's messages are not installed."""

    def read(self) -> RobotState:
        """Return the newest sample of each stream."""

    def command(self, target: Pose, *, stamp_ns: int) -> Pose:
        """Send a target for the tool in the base frame; return what was really sent."""

    def stop(self) -> None:
        """Stop sending; the controller holds its last target."""

    def recover(self) -> None:
        """Begin the driver's error recovery; only ever called by an operator's visible act."""

    def disconnect(self) -> None:
        """Undo `connect`."""


class Camera(Protocol):
    """A colour camera; crop and resize are done once per new frame."""

    def connect(self, topics: Topics) -> None:
        """Subscribe."""

    def read(self) -> Stamped[ImageArray] | None:
        """Return the newest frame (H, W, 3) uint8 RGB as the spec says."""

    def disconnect(self) -> None:
        """Undo `connect`."""


class Gripper(Protocol):
    """A gripper. `command` returns at once; of commands that come faster than it moves, only the newest counts."""

    def connect(self, topics: Topics) -> None:
        """Subscribe and advertise."""

    def read(self) -> Stamped[GripperState] | None:
        """Return the newest state."""

    def command(self, opening: float) -> float:
        """Ask for an opening in [0, 1] (0 = closed); return the value on the wire."""

    def problem(self) -> str:
        """Return in one sentence why it does not do what it was asked for last, or ""; it is given time to."""

    def disconnect(self) -> None:
        """Undo `connect`."""


@dataclass(frozen=True, kw_only=True, eq=False)
class TeleopSample:
    """A person's input.

    Attributes:
        twist: (6,) in [-1, 1], base frame.
        buttons: Which are down now, by the device's own numbers.
        gripper: Opening in [0, 1] that the device asks for, or None.
        presses: How often each button went down since `connect`: one that is quicker than a tick is not missed.
    """

    twist: FloatArray
    buttons: tuple[bool, ...]
    gripper: float | None = None
    presses: tuple[int, ...] = ()


class TeleopDevice(Protocol):
    """A device in a person's hand. A stale sample reads as zero."""

    def connect(self, topics: Topics) -> None:
        """Subscribe."""

    def read(self) -> Stamped[TeleopSample] | None:
        """Return the newest input."""

    def disconnect(self) -> None:
        """Undo `connect`."""


@dataclass(frozen=True, kw_only=True, eq=False)
class RewardInput:
    """What a reward may look at after a step: the observation at k+1, the tool, the task's true target and state.

    Attributes:
        estimate: What a learned reward says of this observation; None = nothing yet.
        overdue: The step can wait no longer for an estimate.
        silent: No estimate has come for so long that none is expected.
    """

    observation: Observation
    tcp_pose: Pose
    target_pose: Pose | None
    step: int
    task_state: TaskState | None = None
    estimate: RewardEstimate | None = None
    overdue: bool = False
    silent: bool = False


class Reward(Protocol):
    """Judge of a step."""

    def reset(self) -> None:
        """Forget the last episode."""

    def __call__(self, step: RewardInput) -> RewardSignal | None:
        """Return reward and success of the step just made, or None: ask again once an estimate has come."""


class Policy(Protocol):
    """Observations in, action chunks out; a batch over robots."""

    spec: EnvironmentSpec
    state_groups: tuple[str, ...]

    def act(
        self,
        observations: Sequence[Observation],
        *,
        deterministic: Sequence[bool],
        prefixes: Sequence[ChunkPrefix | None] | None = None,
    ) -> list[NDArray[np.float32]]:
        """Return one (H, A) array in [-1, 1] per observation; with prefixes, one that continues each of them."""

    def warm_up(self) -> None:
        """Act once on nothing: the first time is slower, and not to be waited for by an arm."""

    def load(self, weights: Tensors) -> None:
        """Swap in all weights at once; raises WeightsError naming the tensors that differ."""

    def weights(self) -> Tensors:
        """Return all tensors it holds, named as in `load`, to compare with the learner's by digest."""


class Algorithm(Protocol):
    """Updates from batches."""

    def update(self, batch: Any) -> Metrics:
        """Do one update and return its metrics."""

    def weights(self) -> Tensors:
        """Return what the policy needs, and nothing else."""

    def state(self) -> Tensors:
        """Return everything that a checkpoint needs."""

    def restore(self, state: Tensors) -> None:
        """Undo `state`."""


class LogReader(Protocol):
    """Records of a log by number."""

    def fetch(self, from_number: int, max_bytes: int) -> Sequence[tuple[int, bytes]]:
        """Return (kind, bytes) of the records from `from_number` on."""


class RateLimiter(Protocol):
    """Holds updates to utd_ratio updates per environment step, and steps to what the pipeline allows."""

    def may_update(self, *, updates: int, training_steps: int) -> bool:
        """Tell whether one more update is allowed."""

    def step_budget(self, *, updates: int) -> int:
        """Return how many training steps of the run are allowed; -1 = unlimited."""
