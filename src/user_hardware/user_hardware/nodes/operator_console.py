"""operator_console: a person at a terminal. Wiring only; keys, hand, screen are in user_hardware.console."""

from __future__ import annotations

import signal
import sys
import time
from dataclasses import dataclass
from typing import Any

from geometry_msgs.msg import Twist
from rclpy.node import Node
from sensor_msgs.msg import Joy

from user_core.configuration import parameter
from user_core.errors import UserRosError
from user_core.ros import qos
from user_core.ros.parameters import declare_config
from user_core.ros.publishing import try_publish
from user_core.ros.runner import NodeExit, run_node
from user_hardware.console.arguments import ros_arguments
from user_hardware.console.hand import HandConfig, KeyboardHand
from user_hardware.console.keys import (
    HELP,
    KEYS,
    Ask,
    Intent,
    KeyDecoder,
    Mark,
    ShowHelp,
    ToggleGripper,
    TogglePicture,
    is_paste,
)
from user_hardware.console.status_line import StatusView, compose
from user_hardware.console.terminal import Terminal, TerminalError
from user_hardware.nodes.console_requests import ConsoleRequests
from user_hardware.nodes.picture_feed import PictureFeed
from user_interfaces.msg import EnvironmentStatus

_PERIOD_S = 0.04
_ONCE = (ToggleGripper, Mark, Ask, TogglePicture, ShowHelp)


@dataclass(frozen=True, kw_only=True)
class OperatorConsoleConfig(HandConfig):
    """All parameters of operator_console."""

    author: str = parameter("operator_console", "who says so, in labels")
    twist: str = parameter("keyboard/twist", "Twist out: deflection in [-1, 1], base axes")
    joy: str = parameter("keyboard/joy", "Joy out: buttons as in teleop.keyboard.buttons")


class OperatorConsole(Node):
    """Publishes while a key is down, once more when it is let go, and is silent otherwise."""

    def __init__(self, *, terminal: Terminal, **node_arguments: Any) -> None:
        """Subscribes and advertises.

        Args:
            terminal: Keys in, lines out.
            node_arguments: Passed on to rclpy's Node (context, namespace, parameter overrides).
        """
        super().__init__("operator_console", automatically_declare_parameters_from_overrides=True, **node_arguments)
        self._config = declare_config(self, OperatorConsoleConfig)
        self._robot = self.get_namespace().strip("/")
        self._terminal = terminal
        self._hand = KeyboardHand(config=self._config)
        self._decoder = KeyDecoder()
        self._active = False
        self._view: StatusView | None = None
        self._view_s = 0.0
        self._last_episode = ""
        self._picture = PictureFeed(node=self)
        self._twist = self.create_publisher(Twist, self._config.twist, qos.TELEOP)
        self._joy = self.create_publisher(Joy, self._config.joy, qos.TELEOP)
        self._requests = ConsoleRequests(node=self, author=self._config.author, say=terminal.say)
        self.create_subscription(EnvironmentStatus, "environment/status", self._take_status, qos.LATCHED)
        self.create_timer(_PERIOD_S, self._work)
        self._say_help()

    def shutdown(self) -> None:
        """Let go."""
        if self._active:
            self._publish(time.monotonic() + self._config.key_hold_s)

    def _work(self) -> None:
        now_s = time.monotonic()
        try:
            keys = self._decoder.feed(self._terminal.read())
        except TerminalError as error:
            raise NodeExit(1) from error
        if is_paste(keys):
            self._terminal.say(f"{len(keys)} different keys at once are no hand's: ignored")
            keys = []
        for key in keys:
            if key in KEYS:
                self._handle(KEYS[key], now_s)
        self._publish(now_s)
        line = compose(
            robot=self._robot,
            view=self._view,
            age_s=now_s - self._view_s,
            speed=self._hand.speed,
            width=self._terminal.width,
        )
        self._terminal.show(*self._picture.lines(self._terminal, now_s), line)

    def _handle(self, intent: Intent, now_s: float) -> None:
        if isinstance(intent, _ONCE) and not self._hand.is_new(intent, now_s):
            return
        self._hand.take(intent, now_s)
        if isinstance(intent, Ask):
            self._requests.ask(intent.service)
        elif isinstance(intent, Mark):
            # The button ends an episode where the environment listens to this keyboard; the log hears it in any case.
            self._requests.mark(self._last_episode, success=intent.success)
        elif isinstance(intent, TogglePicture):
            self._picture.toggle()
        elif isinstance(intent, ShowHelp):
            self._say_help()

    def _take_status(self, status: EnvironmentStatus) -> None:
        before = "" if self._view is None else self._view.hold_reason
        fields = StatusView.__dataclass_fields__
        self._view, self._view_s = StatusView(**{name: getattr(status, name) for name in fields}), time.monotonic()
        self._last_episode = status.awaits_verdict or status.episode or self._last_episode
        if status.hold_reason not in ("", before):
            self._terminal.say(f"HOLD: {status.hold_reason}")

    def _publish(self, now_s: float) -> None:
        values, buttons = self._hand.twist(now_s).tolist(), self._hand.buttons(now_s)
        was_active, self._active = self._active, any(values) or any(buttons)
        if not self._active and not was_active:
            return
        twist = Twist()
        linear, angular = twist.linear, twist.angular
        linear.x, linear.y, linear.z, angular.x, angular.y, angular.z = values
        joy = Joy(axes=values, buttons=[int(button) for button in buttons])
        joy.header.stamp = self.get_clock().now().to_msg()
        try_publish(self._twist, twist)
        try_publish(self._joy, joy)

    def _say_help(self) -> None:
        self._terminal.say("\n".join((f"Keys for {self._robot}:", *HELP)))


def main() -> None:
    """Run the console until Ctrl-C; with --help list the keys."""
    if {"-h", "--help"} & set(sys.argv[1:]):
        print("\n".join(("operator_console [robot:=arm_0] [speed:=0.3]: one arm by the keyboard of a terminal", *HELP)))
        return
    # A terminal that is closed ends the console as a launcher would.
    signal.signal(signal.SIGHUP, lambda *_: signal.raise_signal(signal.SIGTERM))
    try:
        arguments = ros_arguments(sys.argv[1:])
        with Terminal() as terminal:
            status = run_node(lambda: OperatorConsole(terminal=terminal), arguments)
    except UserRosError as error:
        print(f"error: {error}", file=sys.stderr, flush=True)
        status = 2
    sys.exit(status)
