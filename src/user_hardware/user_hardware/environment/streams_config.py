"""Which drivers are spoken to, by which topics, and what counts as a healthy stream."""

from __future__ import annotations

from dataclasses import dataclass

from user_core.configuration import parameter
from user_core.errors import ConfigurationError
from user_core.spec import GRIPPER_MODES, CameraSpec

ON_SILENCE = ("hold", "report")
ROBOT_FILE = "the environment_node section of config/robots/<robot>.yaml"


@dataclass(frozen=True, kw_only=True)
class TopicsConfig:
    """Names of the arm's topics, relative to the robot's namespace."""

    target_pose: str = parameter("target_pose", "PoseStamped to the controller; this node must be its only publisher")
    current_pose: str = parameter("current_pose", "PoseStamped of the tool in the arm's base frame")
    current_twist: str = parameter("current_twist", "TwistStamped of the tool in the arm's base frame")
    wrench: str = parameter(
        "franka_robot_state_broadcaster/external_wrench_in_base_frame", "WrenchStamped on the tool in the base frame"
    )
    task_target: str = parameter("task/target_pose", "PoseStamped: where the task's target really is")
    task_state: str = parameter("task/state", "TaskState: what is really so, for rules and reports alone")
    reward_estimate: str = parameter("reward/estimate", "RewardEstimate of reward_node, for the reward classifier")
    base_frame: str = parameter("base", "frame_id of the targets sent to the controller")


@dataclass(frozen=True, kw_only=True)
class StreamsConfig:
    """When a stream counts as lost or frozen."""

    max_age_s: float = parameter(0.5, "age from which a camera, twist, wrench or gripper is lost", minimum=0.01)
    frozen_ticks: int = parameter(5, "ticks with one and the same stamp after which a stream is frozen", minimum=2)
    frozen_motion_m: float = parameter(
        0.005, "tool motion after which the same pixels mean a frozen camera", minimum=1e-4
    )


@dataclass(frozen=True, kw_only=True)
class CamerasConfig:
    """Cameras of the observation, in order."""

    driver: str = parameter("realsense", "camera adapter")
    names: tuple[str, ...] = parameter(("wrist", "third_person"), "cameras in the observation; an empty list for none")
    height: int = parameter(64, "image height that the policy sees", minimum=8, maximum=1080)
    width: int = parameter(64, "image width that the policy sees", minimum=8, maximum=1920)
    crops: tuple[int, ...] = parameter(
        (), "top left height width of each camera in its driver's image, one after the other; empty = centred squares"
    )
    topic: str = parameter("{camera}_camera/color/image_raw", "image topic; {camera} stands for the camera's name")

    def __post_init__(self) -> None:
        """Refuse crops that are not four numbers for each camera."""
        if self.crops and len(self.crops) != 4 * len(self.names):
            raise ConfigurationError(
                key="cameras.crops", value=self.crops, allowed=f"4 numbers for each of {self.names}", where=ROBOT_FILE
            )

    def specs(self) -> tuple[CameraSpec, ...]:
        """Return the cameras as the spec names them."""
        crops = [self.crops[4 * index : 4 * index + 4] or (0, 0, 0, 0) for index in range(len(self.names))]
        return tuple(
            CameraSpec(name=name, height=self.height, width=self.width, crop=(crop[0], crop[1], crop[2], crop[3]))
            for name, crop in zip(self.names, crops, strict=True)
        )


@dataclass(frozen=True, kw_only=True)
class GripperConfig:
    """The gripper's driver, and what the gripper axis of an action means."""

    driver: str = parameter("crisp", "gripper adapter: crisp, franka or none")
    command_topic: str = parameter("gripper_position_controller/commands", "where the crisp adapter sends openings")
    state_topic: str = parameter("franka_gripper/joint_states", "JointState of the two fingers, each half the width")
    max_width_m: float = parameter(0.08, "width between the fingers when open", minimum=0.001, maximum=0.5)
    tolerance_m: float = parameter(0.004, "a width this near to another is the same", minimum=1e-5, maximum=0.1)
    speed_m_s: float = parameter(0.1, "speed, for drivers that take one", minimum=0.001, maximum=1.0)
    force_n: float = parameter(20.0, "grasp force, for drivers that take one", minimum=0.0, maximum=140.0)
    patience_s: float = parameter(
        5.0, "robot seconds within which a command must be answered and carried out", minimum=0.1, maximum=60.0
    )
    on_silence: str = parameter(
        "hold", "when a command is not answered or not carried out: hold the arm, or report it only", choices=ON_SILENCE
    )
    mode: str = parameter(
        "binary", "gripper axis of an action: open or close beyond the threshold, or any opening", choices=GRIPPER_MODES
    )
    threshold: float = parameter(
        0.3, "binary: +threshold opens, -threshold closes, in between nothing changes", minimum=0.0, maximum=0.99
    )
    hold_ticks: int = parameter(
        5, "binary: ticks after a change for which a policy's next one is ignored; a person's never is", minimum=0
    )
    toggle_cost: float = parameter(
        0.02, "binary: taken from the reward of each step that changes what is commanded", minimum=0.0
    )
    dead_band: float = parameter(
        0.02, "continuous: a smaller change of the opening is not sent", minimum=0.0, maximum=0.5
    )
