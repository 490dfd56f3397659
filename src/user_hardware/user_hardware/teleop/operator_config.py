"""What can be set about the scripted person of the simulation."""

from __future__ import annotations

from dataclasses import dataclass

from user_core.configuration import parameter, specialised
from user_hardware.teleop.experts.registry import EXPERTS
from user_hardware.teleop.scripted_operator import ScriptedOperatorConfig


@dataclass(frozen=True, kw_only=True)
class OperatorNodeConfig(ScriptedOperatorConfig):
    """All parameters of operator_node."""

    real_time_factor: float = parameter(
        0.0, "the simulation's; 0 = lockstep, where each pose is answered", minimum=0.0, maximum=100.0
    )
    control_rate_hz: float = parameter(10.0, "answers per robot second in real time", minimum=0.5, maximum=100.0)
    dead_man_button: int = parameter(
        2, "number of the button held while it acts; no other meaning in teleop.buttons", minimum=0, maximum=31
    )
    open_button: int = parameter(3, "number of teleop.buttons.open_gripper", minimum=0, maximum=31)
    close_button: int = parameter(4, "number of teleop.buttons.close_gripper", minimum=0, maximum=31)
    success_button: int = parameter(5, "number of teleop.buttons.success", minimum=0, maximum=31)
    failure_button: int = parameter(6, "number of teleop.buttons.failure", minimum=0, maximum=31)
    current_pose: str = parameter("current_pose", "PoseStamped in: TCP in the base frame")
    gripper_state: str = parameter("franka_gripper/joint_states", "JointState in: two fingers, each half the width")
    task_target: str = parameter("task/target_pose", "PoseStamped in: where the task's target really is")
    task_state: str = parameter("task/state", "TaskState in: how the task stands")
    twist: str = parameter("spacenav/twist", "Twist out: deflection in [-1, 1], base axes")
    joy: str = parameter("spacenav/joy", "Joy out: axes and buttons, stamped as the pose that it answers")

    @property
    def answer_period_s(self) -> float:
        """Wall seconds between two answers at least; 0 in lockstep."""
        return 0.0 if self.real_time_factor == 0.0 else 1.0 / self.control_rate_hz / self.real_time_factor


def operator_config_type(task: str) -> type[OperatorNodeConfig]:
    """Return OperatorNodeConfig with what its hand at a task can be told. Raises UnknownNameError with the tasks."""
    return specialised(OperatorNodeConfig, expert=EXPERTS.resolve(task).config_type)
