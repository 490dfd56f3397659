"""One real operator_console at a pseudo-terminal: keys in, topics and services out, and the terminal given back."""

from __future__ import annotations

import contextlib
import fcntl
import io
import os
import pty
import select
import signal
import subprocess
import sys
import termios
import time
from collections.abc import Iterator

import pytest
import rclpy
from geometry_msgs.msg import Twist
from rclpy.context import Context
from rclpy.node import Node
from sensor_msgs.msg import Joy
from std_srvs.srv import Trigger

from tests.support.spinning import Spinning
from tests.support.wait import wait_for
from user_core.interfaces import TeleopDevice
from user_core.ros import qos
from user_core.ros.topics import NodeTopics
from user_hardware.console.terminal import Terminal
from user_hardware.nodes.operator_console import OperatorConsole
from user_hardware.teleop.buttons import KeyboardButton
from user_hardware.teleop.config import TeleopConfig
from user_hardware.teleop.keyboard import Keyboard
from user_interfaces.msg import EnvironmentStatus
from user_interfaces.srv import LabelEpisode

pytestmark = pytest.mark.ros
CONSOLE = [sys.executable, "-c", "from user_hardware.nodes.operator_console import main; main()"]


class Desk:
    """What a person sees and presses, and the nodes that the console speaks to."""

    def __init__(self, *, context: Context, keyboard: int, screen: io.StringIO) -> None:
        self._keyboard = keyboard
        self._screen = screen
        self.twists: list[Twist] = []
        self.joys: list[Joy] = []
        self.asked: list[str] = []
        self.labels: list[LabelEpisode.Request] = []
        self.node = Node("desk", namespace="arm_0", context=context)
        self._status = self.node.create_publisher(EnvironmentStatus, "environment/status", qos.LATCHED)
        self.node.create_subscription(Twist, "keyboard/twist", self.twists.append, qos.TELEOP)
        self.node.create_subscription(Joy, "keyboard/joy", self.joys.append, qos.TELEOP)
        self.node.create_service(Trigger, "environment/hold", self._hold)
        self.node.create_service(LabelEpisode, "/replay/label", self._label)

    @property
    def seen(self) -> str:
        """Everything that was written to the screen."""
        return self._screen.getvalue()

    def press(self, keys: bytes) -> None:
        os.write(self._keyboard, keys)

    def say(self, **fields: str | int) -> None:
        self._status.publish(EnvironmentStatus(**fields))

    def press_until_seen(self, keys: bytes, text: str) -> None:
        """Press a few times: a service is found a while after it came."""
        for _ in range(15):
            self.press(keys)
            with contextlib.suppress(AssertionError):
                wait_for(lambda: text in self.seen, 1.0)
                return
        raise AssertionError(f"no {text!r} on the screen, which shows {self.seen!r}")

    def _hold(self, request: Trigger.Request, response: Trigger.Response) -> Trigger.Response:
        self.asked.append("hold")
        response.success, response.message = True, "the arm holds"
        return response

    def _label(self, request: LabelEpisode.Request, response: LabelEpisode.Response) -> LabelEpisode.Response:
        self.labels.append(request)
        response.accepted, response.reason = False, "that episode is not in the log"
        return response


@pytest.fixture
def desk(domain_id: int) -> Iterator[Desk]:
    person, console = pty.openpty()
    screen = io.StringIO()
    context = Context()
    rclpy.init(context=context, domain_id=domain_id)
    with os.fdopen(person, "rb"), os.fdopen(console, "rb"), Terminal(keys=console, output=screen) as terminal:
        found = Desk(context=context, keyboard=person, screen=screen)
        node = OperatorConsole(terminal=terminal, context=context, namespace="arm_0")
        with Spinning(node, found.node, context=context):
            topics = ("keyboard/twist", "keyboard/joy")
            wait_for(lambda: all(found.node.count_publishers(topic) for topic in topics), 15.0, what="the keyboard")
            found.say(state="AUTONOMOUS", controller="policy", mode="train", episode="0123456789", step=4)
            wait_for(lambda: "AUTONOMOUS (policy) | train 01234567 | step 4" in found.seen, 15.0, what="the status")
            yield found
    context.try_shutdown()


def test_a_key_is_a_push_and_then_a_device_that_was_let_go_and_is_silent(desk: Desk) -> None:
    device = Keyboard(config=TeleopConfig(), now_s=time.monotonic)
    device.connect(NodeTopics(node=desk.node))
    wait_for(lambda: desk.node.count_subscribers("keyboard/twist") == 2, 15.0, what="the adapter")
    desk.press(b"w")
    wait_for(lambda: _twist_x(device) == pytest.approx(0.3), 5.0, what="the push at the adapter")
    wait_for(lambda: bool(desk.twists and desk.joys) and desk.twists[-1] == Twist(), 5.0, what="a push and its end")
    pushes = [twist.linear.x for twist in desk.twists]
    assert pushes[0] == pytest.approx(0.3) and pushes.count(0.0) == 1
    assert desk.joys[0].buttons[KeyboardButton.DEAD_MAN] == 1 and desk.joys[0].header.stamp.sec > 0
    wait_for(lambda: not any(desk.joys[-1].buttons), 5.0, what="no button")
    assert _twist_x(device) == 0.0
    with pytest.raises(AssertionError):
        wait_for(lambda: len(desk.twists) > len(pushes), 0.5)


def test_the_space_bar_holds_and_a_missing_service_is_named(desk: Desk) -> None:
    desk.press_until_seen(b" ", "hold: the arm holds")
    assert "hold" in desk.asked
    desk.press(b"c")
    wait_for(lambda: "resume: nobody offers /arm_0/environment/resume" in desk.seen, 5.0, what=lambda: desk.seen)


def test_a_mark_is_a_button_and_a_label_of_the_last_episode_whose_refusal_is_shown(desk: Desk) -> None:
    desk.press_until_seen(b"0", "failure of episode 01234567: that episode is not in the log")
    label = desk.labels[-1]
    assert (label.episode, label.label, label.author) == ("0123456789", "failure", "operator_console")
    assert any(joy.buttons[KeyboardButton.FAILURE] for joy in desk.joys)


def test_pasted_text_moves_nothing(desk: Desk) -> None:
    desk.press(b"wasd 01 rf")
    wait_for(lambda: "ignored" in desk.seen, 5.0)
    assert desk.twists == [] and desk.asked == []


def test_the_reason_of_a_hold_stays_on_the_screen(desk: Desk) -> None:
    desk.say(state="HOLD", controller="hold", hold_reason="too much force", prompt="look")
    wait_for(lambda: "HOLD: too much force\n" in desk.seen, 5.0)


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGHUP, b"\x03"], ids=["SIGTERM", "SIGHUP", "Ctrl-C"])
def test_the_terminal_is_given_back_however_the_console_ends(how: signal.Signals | bytes, domain_id: int) -> None:
    person, console = pty.openpty()
    with os.fdopen(person, "rb"), os.fdopen(console, "rb"):
        before = termios.tcgetattr(console)
        process = subprocess.Popen(CONSOLE, stdin=console, stdout=console, preexec_fn=_take_terminal)
        try:
            shown = bytearray()
            wait_for(lambda: b"environment/status yet" in _add_shown(person, shown), 30.0, what="the live line")
            assert termios.tcgetattr(console) != before
            if isinstance(how, bytes):
                os.write(person, how)
            else:
                process.send_signal(how)
            assert process.wait(timeout=15.0) == 0
        finally:
            process.kill()
            process.wait()
        assert termios.tcgetattr(console) == before


@pytest.mark.parametrize(
    ("arguments", "sentence"), [([], "standard input is no terminal"), (["arm_1"], "argument = 'arm_1'")]
)
def test_what_is_wrong_at_the_start_is_said_in_a_sentence(arguments: list[str], sentence: str) -> None:
    command = [*CONSOLE, *arguments]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=30.0, check=False)
    assert done.returncode == 2 and sentence in done.stderr and "Traceback" not in done.stderr


def _twist_x(device: TeleopDevice) -> float:
    sample = device.read()
    return 0.0 if sample is None else float(sample.value.twist[0])


def _take_terminal() -> None:
    """Make a child's input the terminal whose Ctrl-C reaches it."""
    os.setsid()
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


def _add_shown(person: int, shown: bytearray) -> bytearray:
    """Add what has been written to the screen since the last look."""
    if select.select([person], [], [], 0.0)[0]:
        shown += os.read(person, 65536)
    return shown
