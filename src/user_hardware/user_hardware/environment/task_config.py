"""What a task fixes for every policy: its pose, its state, its actions; together they make the EnvironmentSpec."""

from __future__ import annotations

from dataclasses import dataclass

from user_core.configuration import parameter
from user_core.errors import ConfigurationError
from user_core.spec import ACTION_AXES, PRIVILEGED_GROUP, StateGroup

TASK_FILE = "the environment_node section of config/tasks/<task>.yaml"
_POSE_NAMES = ("x_m", "y_m", "z_m", "rx_rad", "ry_rad", "rz_rad")
_TWIST_NAMES = ("vx_m_s", "vy_m_s", "vz_m_s", "wx_rad_s", "wy_rad_s", "wz_rad_s")
STATE_GROUPS = ("tcp_pose", "tcp_velocity", "tcp_force", "tcp_torque", "gripper", PRIVILEGED_GROUP)


@dataclass(frozen=True, kw_only=True)
class TaskConfig:
    """Which task this is, where it nominally is, and how long one attempt may take."""

    name: str = parameter("peg_insertion", "name of the task, as in records and reports")
    instruction: str = parameter("insert the peg into the hole", "the task in natural language")
    nominal_target: tuple[float, ...] = parameter(
        (0.5, 0.0, 0.095, 1.0, 0.0, 0.0, 0.0),
        "tool pose at the goal where the task nominally is: x y z in metres, quaternion xyzw, base frame",
    )
    control_rate_hz: float = parameter(10.0, "steps per second of robot time", minimum=0.5, maximum=100.0)
    max_episode_steps: int = parameter(100, "steps after which an episode is truncated", minimum=1, maximum=100000)

    def __post_init__(self) -> None:
        """Refuse a pose that is none."""
        require_length("task.nominal_target", self.nominal_target, 7)
        norm = sum(value * value for value in self.nominal_target[3:]) ** 0.5
        if abs(norm - 1) > 1e-3:
            raise ConfigurationError(
                key="task.nominal_target", value=self.nominal_target, allowed="a unit quaternion xyzw", where=TASK_FILE
            )


@dataclass(frozen=True, kw_only=True)
class StateConfig:
    """Which groups make up the state, and the half-range of each that a policy sees as +-1."""

    groups: tuple[str, ...] = parameter(
        STATE_GROUPS, f"groups of the state in order, of {', '.join(STATE_GROUPS)}; target is privileged"
    )
    position_range_m: tuple[float, ...] = parameter((0.05, 0.05, 0.1), "tcp_pose x y z about the nominal target")
    rotation_range_rad: tuple[float, ...] = parameter((0.1, 0.1, 0.5236), "tcp_pose rx ry rz about the nominal target")
    velocity_range_m_s: float = parameter(0.2, "tcp_velocity, translation", minimum=1e-6)
    velocity_range_rad_s: float = parameter(1.0, "tcp_velocity, rotation", minimum=1e-6)
    force_range_n: float = parameter(10.0, "tcp_force", minimum=1e-6)
    torque_range_nm: float = parameter(1.0, "tcp_torque", minimum=1e-6)
    gripper_range_m: float = parameter(0.08, "gripper width that a policy sees as +1; 0 is -1", minimum=1e-6)
    target_range_m: tuple[float, ...] = parameter((0.05, 0.05, 0.1), "privileged target group x y z")
    target_range_rad: tuple[float, ...] = parameter((0.1, 0.1, 0.5236), "privileged target group rx ry rz")

    def __post_init__(self) -> None:
        """Refuse unknown or repeated groups and ranges that are not three positive numbers."""
        for name in self.groups:
            if name not in STATE_GROUPS:
                raise ConfigurationError(
                    key="state.groups", value=name, allowed=f"any of {', '.join(STATE_GROUPS)}", where=TASK_FILE
                )
        if len(set(self.groups)) != len(self.groups):
            raise ConfigurationError(key="state.groups", value=self.groups, allowed="each group once", where=TASK_FILE)
        for key in ("position_range_m", "rotation_range_rad", "target_range_m", "target_range_rad"):
            value = getattr(self, key)
            require_length(f"state.{key}", value, 3)
            if min(value) <= 0:
                raise ConfigurationError(key=f"state.{key}", value=value, allowed="three numbers > 0", where=TASK_FILE)

    def build_groups(self) -> tuple[StateGroup, ...]:
        """Return the state groups in the order of the configuration."""
        return tuple(self._group(name) for name in self.groups)

    def _group(self, name: str) -> StateGroup:
        if name == "gripper":
            return StateGroup(name=name, element_names=("width_m",), low=(0.0,), high=(self.gripper_range_m,))
        names, high = {
            "tcp_pose": (_POSE_NAMES, (*self.position_range_m, *self.rotation_range_rad)),
            "tcp_velocity": (_TWIST_NAMES, (self.velocity_range_m_s,) * 3 + (self.velocity_range_rad_s,) * 3),
            "tcp_force": (("fx_n", "fy_n", "fz_n"), (self.force_range_n,) * 3),
            "tcp_torque": (("tx_nm", "ty_nm", "tz_nm"), (self.torque_range_nm,) * 3),
            PRIVILEGED_GROUP: (_POSE_NAMES, (*self.target_range_m, *self.target_range_rad)),
        }[name]
        return StateGroup(name=name, element_names=names, low=tuple(-value for value in high), high=high)


@dataclass(frozen=True, kw_only=True)
class ActionConfig:
    """What one unit of action means."""

    names: tuple[str, ...] = parameter(
        ("x", "y", "z", "rx", "ry", "rz"), f"axes of an action, of {', '.join(ACTION_AXES)}; fewer are fewer outputs"
    )
    scale_m: float = parameter(0.02, "metres per unit of x, y, z", minimum=1e-5, maximum=0.2)
    scale_rad: float = parameter(0.1, "radians per unit of rx, ry, rz", minimum=1e-4, maximum=1.0)
    reference: str = parameter(
        "measured",
        "pose to which an action is added: measured, or the last one commanded",
        choices=("measured", "commanded"),
    )
    leash_m: float = parameter(0.0346, "farthest a target may be from the measured position", minimum=1e-4, maximum=0.3)
    leash_rad: float = parameter(
        0.1732, "farthest a target may be from the measured orientation", minimum=1e-3, maximum=1.5
    )

    def __post_init__(self) -> None:
        """Refuse unknown, repeated or missing axes."""
        for name in self.names:
            if name not in ACTION_AXES:
                raise ConfigurationError(
                    key="action.names", value=name, allowed=f"any of {', '.join(ACTION_AXES)}", where=TASK_FILE
                )
        if not self.names or len(set(self.names)) != len(self.names):
            raise ConfigurationError(
                key="action.names", value=self.names, allowed="at least one axis, each once", where=TASK_FILE
            )

    def scale(self) -> tuple[float, ...]:
        """Return (A,) metres or radians per unit of action; 1 for the gripper."""
        units = {"x": self.scale_m, "y": self.scale_m, "z": self.scale_m, "gripper": 1.0}
        return tuple(units.get(name, self.scale_rad) for name in self.names)


def require_length(key: str, value: tuple[float, ...], length: int) -> None:
    """Raise ConfigurationError unless `value` has `length` numbers."""
    if len(value) != length:
        raise ConfigurationError(key=key, value=value, allowed=f"{length} numbers", where=TASK_FILE)
