"""A test's own view of one arm: its status, its services, and the stand-in drivers' faults."""

from __future__ import annotations

from typing import Any

from geometry_msgs.msg import PoseStamped, Twist
from rclpy.qos import DurabilityPolicy, QoSProfile, ReliabilityPolicy
from std_msgs.msg import String
from std_srvs.srv import Trigger

from tests.support.spun_node import SpunNode
from tests.support.wait import wait_for
from user_interfaces.msg import EnvironmentStatus, EpisodeSummary

_LATCHED = QoSProfile(depth=50, durability=DurabilityPolicy.TRANSIENT_LOCAL)
_BEST_EFFORT = QoSProfile(depth=10, reliability=ReliabilityPolicy.BEST_EFFORT)


class ArmClient(SpunNode):
    """A node in this process, in a context of its own, that spins in a thread.

    Args:
        domain_id: Where the arm is.
        namespace: The arm's.
    """

    def __init__(self, *, domain_id: int, namespace: str = "arm_0") -> None:
        super().__init__("test_client", domain_id=domain_id, namespace=namespace)
        self.statuses: list[EnvironmentStatus] = []
        self.episodes: list[EpisodeSummary] = []
        self.poses: list[PoseStamped] = []
        self._fault = self.node.create_publisher(String, "stand_in/fault", QoSProfile(depth=10))
        self._push = self.node.create_publisher(Twist, "stand_in/push", QoSProfile(depth=10))
        self.node.create_subscription(EnvironmentStatus, "environment/status", self.statuses.append, _LATCHED)
        self.node.create_subscription(EpisodeSummary, "environment/episode", self.episodes.append, _LATCHED)
        self.node.create_subscription(PoseStamped, "current_pose", self.poses.append, _BEST_EFFORT)

    @property
    def status(self) -> EnvironmentStatus | None:
        """The newest status, None before the first."""
        return self.statuses[-1] if self.statuses else None

    @property
    def state(self) -> str:
        """The newest state, "" before the first."""
        return str(self.status.state) if self.status is not None else ""

    def wait_for_state(self, *states: str, timeout_s: float) -> None:
        """Wait until the arm is in one of these states."""
        wanted = " or ".join(states)
        wait_for(lambda: self.state in states, timeout_s, what=lambda: f"{wanted}; it is {self.describe()}")

    def wait_for_hold(self, reason: str, timeout_s: float) -> None:
        """Wait until the arm holds, and the reason names something."""
        wait_for(
            lambda: self.state == "HOLD" and reason in self.describe(),
            timeout_s,
            what=lambda: f"HOLD because of {reason!r}; it is {self.describe()}",
        )

    def describe(self) -> str:
        """Return the newest status in words."""
        if self.status is None:
            return "not heard yet"
        return f"{self.status.state}: {self.status.hold_reason} ({self.status.prompt})"

    def call(self, service: str, timeout_s: float = 10.0) -> tuple[bool, str]:
        """Call hold, resume or reset_done, and return what it answered."""
        client = self.node.create_client(Trigger, f"environment/{service}")
        wait_for(client.service_is_ready, timeout_s, what=f"the service {service}")
        future = client.call_async(Trigger.Request())
        wait_for(future.done, timeout_s, what=f"an answer of {service}")
        answer: Any = future.result()
        self.node.destroy_client(client)
        return bool(answer.success), str(answer.message)

    def resume(self, timeout_s: float = 30.0) -> None:
        """Ask for `resume` until it is granted: refused while the cause is still there."""
        wait_for(lambda: self.call("resume")[0], timeout_s, what=lambda: f"resume granted; it is {self.describe()}")

    def fault(self, text: str) -> None:
        """Ask the stand-in drivers for a fault, or for its end with `none`."""
        wait_for(lambda: self._fault.get_subscription_count() > 0, 10.0, what="the stand-in drivers")
        self._fault.publish(String(data=text))

    def push(self, x: float) -> None:
        """Push the SpaceMouse along x, or let it go with 0."""
        message = Twist()
        message.linear.x = x
        self._push.publish(message)
