"""Parameters of simulation_node: the world, how its time passes, and the names of the drivers' topics."""

from __future__ import annotations

from dataclasses import dataclass

from user_core.configuration import group, parameter
from user_hardware.simulation.config import SimulationConfig


@dataclass(frozen=True, kw_only=True)
class DriverTopicsConfig:
    """Topic names within the node's namespace, as the drivers of a Franka under CRISP use them."""

    target_pose: str = parameter("target_pose", "PoseStamped in: target of the impedance controller")
    current_pose: str = parameter("current_pose", "PoseStamped out: TCP in the base frame")
    current_twist: str = parameter("current_twist", "TwistStamped out: TCP in the base frame")
    wrench: str = parameter(
        "franka_robot_state_broadcaster/external_wrench_in_base_frame",
        "WrenchStamped out: what the arm applies to its environment, about the TCP, base axes",
    )
    joint_states: str = parameter("joint_states", "JointState out: the arm's joints")
    gripper_command: str = parameter(
        "gripper_position_controller/commands", "Float64MultiArray in: one opening in [0, 1], 0 = closed"
    )
    gripper_state: str = parameter("franka_gripper/joint_states", "JointState out: two fingers, each half the width")
    image: str = parameter("{camera}_camera/color/image_raw", "Image out; {camera} stands for the camera's name")
    camera_info: str = parameter("{camera}_camera/color/camera_info", "CameraInfo out")
    task_target: str = parameter("task/target_pose", "PoseStamped out: TCP pose at the goal where it really is")
    task_state: str = parameter("task/state", "TaskState out: how the task stands, as only a simulation knows")
    base_frame: str = parameter("base", "frame_id of everything in the arm's base frame")


@dataclass(frozen=True, kw_only=True)
class SimulationNodeConfig(SimulationConfig):
    """All parameters of simulation_node."""

    real_time_factor: float = parameter(
        0.0, "simulated seconds per wall second; 0 = lockstep by AdvanceWorld", minimum=0.0, maximum=100.0
    )
    state_rate_hz: float = parameter(100.0, "states per simulated second in real time", minimum=10.0, maximum=500.0)
    camera_rate_hz: float = parameter(20.0, "images per simulated second in real time", minimum=0.5, maximum=200.0)
    seed: int = parameter(0, "of the scene that is there before the first ResetWorld", minimum=0)
    topics: DriverTopicsConfig = group(DriverTopicsConfig)

    @property
    def lockstep(self) -> bool:
        """Whether time passes only by AdvanceWorld."""
        return self.real_time_factor == 0.0
