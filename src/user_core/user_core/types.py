"""What crosses the nodes, as plain Python: field names equal those of the messages in user_interfaces."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum, IntFlag, StrEnum

import numpy as np
from numpy.typing import NDArray

from user_core.transforms import Pose

StateArray = NDArray[np.float32]
ImageArray = NDArray[np.uint8]
NO_PLAN = 255
"""`Observation.planned_steps` where nothing is to be continued: at the first step, and while a person controls."""


class Mode(StrEnum):
    """Why an episode is run."""

    TRAIN = "train"
    EVALUATE = "evaluate"
    COLLECT = "collect"


class ActionSource(StrEnum):
    """Who decided an executed action.

    HUMAN is whoever has a device in hand, the simulation's scripted operator included. SCRIPT is a program that acts
    by itself, in recordings of others: our environment never says it.
    """

    POLICY = "policy"
    HUMAN = "human"
    SCRIPT = "script"
    RESET = "reset"
    HOLD = "hold"
    BLEND = "blend"

    @property
    def is_person(self) -> bool:
        """Whether a step counts as a person's: as an intervention, and as a demonstration."""
        return self is ActionSource.HUMAN


class Outcome(StrEnum):
    """How an episode ended. Success and failure terminate, timeout truncates, incomplete is neither."""

    SUCCESS = "success"
    FAILURE = "failure"
    TIMEOUT = "timeout"
    INCOMPLETE = "incomplete"


class StepType(IntEnum):
    """Place of a record in its episode."""

    FIRST = 0
    MIDDLE = 1
    LAST = 2


class SafetyFlag(IntFlag):
    """What the guard changed between the asked and the sent target."""

    NONE = 0
    CLIPPED_LEASH = 1
    CLIPPED_BOX = 2
    CLIPPED_ROTATION = 4
    CLIPPED_STEP = 8
    REFUSED_NON_FINITE = 16
    WRENCH_LIMIT = 32
    DEADLINE_MISSED = 64


@dataclass(frozen=True, kw_only=True)
class StreamSample:
    """Which sample of a driver's stream was used: its own stamp, and its age in seconds since receipt."""

    stream: str
    stamp_ns: int
    age_s: float


@dataclass(frozen=True, kw_only=True, eq=False)
class Observation:
    """What a policy sees at one tick.

    Attributes:
        stamp_ns: Wall time of the tick; identity is (episode, step), never the stamp.
        frame_id: Base frame of the arm.
        state: (S,) physical units, in the order of the spec's state groups.
        images: One (H, W, 3) uint8 RGB array per camera of the spec.
        policy_version: "" asks for the newest, else exactly this version or name.
        planned_steps: Steps from this one on that actions are planned for, less than NO_PLAN, or NO_PLAN.
        delay_steps: Steps from this one on that are over before an answer to it arrives, as measured.
    """

    stamp_ns: int
    frame_id: str = "base"
    source: str
    spec_digest: str
    planned_steps: int = NO_PLAN
    delay_steps: int = 0
    episode: str
    step: int
    mode: Mode
    deterministic: bool
    policy_version: str = ""
    state: StateArray
    images: tuple[ImageArray, ...] = ()
    streams: tuple[StreamSample, ...] = ()
    instruction: str = ""


@dataclass(frozen=True, kw_only=True, eq=False)
class ActionChunk:
    """Actions from `first_step` on: (H, A) in [-1, 1]; H = 0 with a reason when the policy cannot answer.

    Attributes:
        execute: How many of its steps are meant to be executed, 0 = all; the others are spare for a late successor.
    """

    stamp_ns: int = 0
    source: str
    spec_digest: str
    episode: str
    first_step: int
    execute: int = 0
    values: StateArray
    policy_version: str = ""
    reason: str = ""
    inference_s: float = 0.0

    @property
    def executed_steps(self) -> int:
        """Return how many of its steps are meant to be executed."""
        return min(self.execute, len(self.values)) or len(self.values)


@dataclass(frozen=True, kw_only=True, eq=False)
class ChunkPrefix:
    """What a new chunk continues.

    Attributes:
        values: (R, A) what the chunk before has for the steps from the new one's first on.
        frozen: How many of these will have been executed before the new chunk arrives.
    """

    values: StateArray
    frozen: int


@dataclass(frozen=True, kw_only=True, eq=False)
class Transition:
    """Record k of an episode; see Transition.msg. Record T has step type LAST and no action, reward or discount."""

    run: str = ""
    source: str
    source_sequence: int
    robot: str
    task: str
    observation: Observation
    step_type: StepType
    terminated: bool = False
    truncated: bool = False
    outcome: str = ""
    awaits_verdict: bool = False
    reset_seed: int = -1
    evaluation: str = ""
    action_source: ActionSource = ActionSource.HOLD
    executed_action: StateArray = field(default_factory=lambda: np.zeros(0, np.float32))
    policy_action: StateArray = field(default_factory=lambda: np.zeros(0, np.float32))
    reference_pose: Pose
    commanded_pose: Pose
    reward: float = 0.0
    discount: float = 0.0
    success: bool = False
    stage: int = 0
    reward_source: str = ""
    policy_version: str = ""
    safety_flags: SafetyFlag = SafetyFlag.NONE


@dataclass(frozen=True, kw_only=True, eq=False)
class StepTrace:
    """What was decided at one step and which samples were seen, for recordings of raw topics; see StepTrace.msg.

    Attributes:
        record: The transition, without the state and images of its observation.
        streams: Every sample known at the tick, also those that only a reward reads.
        wrench_bias: (6,) N, N·m at rest at the last reset.
        target_stamp_ns: Stamp of the target sent; 0 for record T.
        gripper_command: Opening [0, 1] that stood; nan = none.
        reward_probability: What reward_node said, in time, of the observation that the step led to; nan = nothing.
        reward_threshold: From which probability its classifier calls it a success.
        mark: A person's word at the next tick, "success" or "failure", which ended the episode; "" = none.
    """

    record: Transition
    streams: tuple[StreamSample, ...] = ()
    wrench_bias: tuple[float, ...] = (0.0,) * 6
    target_stamp_ns: int = 0
    gripper_command: float = float("nan")
    reward_probability: float = float("nan")
    reward_threshold: float = float("nan")
    mark: str = ""


@dataclass(frozen=True, kw_only=True, eq=False)
class EpisodeSummary:
    """One closed episode, as people and reports want it; see EpisodeSummary.msg."""

    run: str = ""
    source: str
    source_sequence: int
    robot: str
    task: str
    episode: str
    mode: Mode
    deterministic: bool
    seed: int
    evaluation: str = ""
    length: int
    episode_return: float
    outcome: Outcome
    stage: int = 0
    ground_truth: str = ""
    reason: str = ""
    interventions: int = 0
    human_steps: int = 0
    policy_versions: tuple[str, ...] = ()
    safety_events: tuple[str, ...] = ()
    safety_counts: tuple[int, ...] = ()
    deadline_misses: int = 0
    tick_period_s: StateArray = field(default_factory=lambda: np.zeros(0, np.float32))
    action_delay_s: StateArray = field(default_factory=lambda: np.zeros(0, np.float32))
    duration_s: float = 0.0


@dataclass(frozen=True, kw_only=True, eq=False)
class TaskState:
    """Ground truth of a task at one instant, for rules, reports and the operator; see TaskState.msg.

    Attributes:
        stamp_ns: Of the streams of the same instant.
        frame_id: Base frame of the arm.
        failure: It cannot succeed any more.
        stage: Stages done so far, of `stages`.
        names: What `poses` are of.
        poses: In the base frame.
        quantities: What `values` are of, each with its unit.
    """

    stamp_ns: int = 0
    frame_id: str = "base"
    task: str
    success: bool
    failure: bool = False
    stage: int = 0
    stages: int = 1
    names: tuple[str, ...] = ()
    poses: tuple[Pose, ...] = ()
    quantities: tuple[str, ...] = ()
    values: tuple[float, ...] = ()

    def pose(self, name: str) -> Pose:
        """Return the pose of a named thing, base frame. Raises KeyError naming it."""
        return dict(zip(self.names, self.poses, strict=True))[name]

    def value(self, quantity: str) -> float:
        """Return a quantity by its name. Raises KeyError naming it."""
        return dict(zip(self.quantities, self.values, strict=True))[quantity]


@dataclass(frozen=True, kw_only=True)
class RewardEstimate:
    """What a learned reward makes of one observation; see RewardEstimate.msg.

    Attributes:
        source: UUID of the environment process that made the observation.
        step: k of the observation.
        probability: That it shows success, in [0, 1]; NaN when there is a `reason` why there is no estimate.
        threshold: From which probability the classifier calls it a success.
        classifier: sha256 of its weights.
    """

    stamp_ns: int = 0
    source: str
    episode: str
    step: int
    probability: float
    threshold: float
    classifier: str = ""
    reason: str = ""
    inference_s: float = 0.0


@dataclass(frozen=True, kw_only=True)
class RewardSignal:
    """What a reward says of one step. `success` is a fact of its own, never inferred from `reward`."""

    reward: float
    success: bool
    stage: int = 0
    source: str
    failure: bool = False
