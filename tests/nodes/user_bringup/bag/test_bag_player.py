"""One real player: what subscribers get of a bag, when, and how it ends."""

from __future__ import annotations

import dataclasses
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from geometry_msgs.msg import PoseStamped, TwistStamped, WrenchStamped
from mcap.writer import Writer
from rclpy.context import Context
from rclpy.node import Node
from rclpy.serialization import serialize_message
from sensor_msgs.msg import Image
from std_msgs.msg import String

from tests.support.learning_records import make_observation, small_spec
from tests.support.run_logs import Record, open_log, three_episodes, write_log, write_old_log
from tests.support.spinning import Spinning
from tests.support.wait import wait_for
from user_bringup.bag.playback import Playback
from user_bringup.bag.recording import open_recording
from user_bringup.nodes.bag_player import BagPlayer
from user_core.errors import ConfigurationError, InvalidRecordError, LogError
from user_core.log.framing import MAGIC
from user_core.log.kinds import RecordKind
from user_core.log.reader import BagReader, bag_file
from user_core.ros import qos
from user_core.spec import EnvironmentSpec, StateGroup
from user_core.transforms import Pose, subtract
from user_core.types import StepType, Transition
from user_interfaces.msg import EnvironmentSpec as SpecMessage
from user_interfaces.msg import Observation
from user_interfaces.msg import Transition as TransitionMessage

pytestmark = pytest.mark.ros
COMMAND = [sys.executable, "-c", "import sys; from user_bringup.bag.command_line import main; sys.exit(main())"]


class Listener(Node):
    """Keeps what it hears, by topic."""

    def __init__(self, context: Context) -> None:
        super().__init__("listener", context=context)
        self.heard: dict[str, list[Any]] = {}

    def listen(self, topic: str, kind: type[Any], *, raw: bool = False) -> None:
        heard = self.heard.setdefault(topic, [])
        self.create_subscription(kind, topic, heard.append, qos.TRANSITIONS, raw=raw)


def play(
    context: Context,
    bag: Path,
    listened: dict[str, type[Any]],
    *,
    expected: int,
    raw: bool = False,
    is_stopped: Callable[[], bool] = lambda: False,
    **settings: Any,
) -> dict[str, list[Any]]:
    """Play a bag to a listener that is there before the first message; return what it heard."""
    said: list[str] = []
    listener = Listener(context)
    for topic, kind in listened.items():
        listener.listen(topic, kind, raw=raw)
    playback = Playback(delay_s=0.0, **settings)
    player = BagPlayer(recording=open_recording(bag), playback=playback, say=said.append, context=context)
    with Spinning(listener, context=context):
        wait_for(lambda: all(listener.count_publishers(topic) for topic in listened), 10.0)
        publishers = [publisher for publisher in player.publishers if publisher.topic_name in listened]
        wait_for(lambda: all(publisher.get_subscription_count() for publisher in publishers), 10.0)
        player.play(is_stopped)
        wait_for(lambda: sum(map(len, listener.heard.values())) >= expected, 10.0, what=f"{expected} messages")
        player.destroy_node()
    return listener.heard | {"said": said}


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return write_log(tmp_path / "transitions", three_episodes())


def test_bytes_are_published_unchanged_in_order_at_the_recorded_rate(log: Path, context: Context) -> None:
    began_s = time.monotonic()
    heard = play(context, log, {"/replay/transition": TransitionMessage}, expected=15, raw=True, rate=4.0)
    assert time.monotonic() - began_s >= 1.8 / 4
    with BagReader(log) as bag:
        stored = [record.payload for record in bag.records() if record.kind.name == "TRANSITION"]
    assert heard["/replay/transition"] == stored


def test_a_topic_is_chosen_and_renamed(log: Path, context: Context) -> None:
    heard = play(
        context,
        log,
        {"/elsewhere": SpecMessage},
        expected=1,
        topics=("/replay/spec",),
        remappings={"/replay/spec": "/elsewhere"},
        rate=100.0,
    )
    assert len(heard["/elsewhere"]) == 1
    assert heard["said"] == ["playing /elsewhere"]


def test_a_loop_ends_when_it_is_stopped(log: Path, context: Context) -> None:
    enough = threading.Event()
    threading.Timer(2.0, enough.set).start()
    heard = play(
        context,
        log,
        {"/replay/spec": SpecMessage},
        expected=4,
        loop=True,
        rate=50.0,
        topics=("/replay/spec",),
        is_stopped=enough.is_set,
    )
    assert len(heard["/replay/spec"]) > 3


@pytest.mark.parametrize(
    ("offset_s", "settings"),
    [(3600.0, {}), (3600.0, {"loop": True, "topics": ("/replay/transition",)}), (0.1, {"topics": ("/replay/spec",)})],
)
def test_an_offset_that_leaves_nothing_to_play_is_refused(
    log: Path, context: Context, offset_s: float, settings: dict[str, Any]
) -> None:
    playback = Playback(start_offset_s=offset_s, **settings)
    with pytest.raises(ConfigurationError, match=rf"--start-offset = {offset_s:g}.* is not allowed: at most"):
        BagPlayer(recording=open_recording(log), playback=playback, say=lambda line: None, context=context)


def test_a_loop_in_which_nothing_is_due_still_stops(tmp_path: Path, context: Context) -> None:
    bag = foreign_bag(tmp_path / "bag", {"/arm_0/current_pose": ("geometry_msgs/msg/PoseStamped", b"")})
    playback = Playback(delay_s=0.0, loop=True)
    player = BagPlayer(recording=open_recording(bag), playback=playback, say=lambda line: None, context=context)
    bag_file(bag).write_bytes(MAGIC)  # its messages are gone
    enough = threading.Event()
    threading.Timer(0.2, enough.set).start()
    playing = threading.Thread(target=player.play, args=(enough.is_set,), daemon=True)
    playing.start()
    playing.join(timeout=5.0)
    assert not playing.is_alive()
    player.destroy_node()


def whole_spec() -> EnvironmentSpec:
    def group(name: str, size: int) -> StateGroup:
        return StateGroup(name=name, element_names=("x",) * size, low=(-1.0,) * size, high=(1.0,) * size)

    groups = (group("tcp_velocity", 6), group("tcp_pose", 6), group("tcp_force", 3), group("tcp_torque", 3))
    nominal = Pose.of([0.4, 0.1, 0.2, 0.9, -0.3, 0.2])
    return dataclasses.replace(small_spec(cameras=2), state_groups=groups, nominal_target=nominal)


def test_a_transition_is_played_as_the_drivers_topics_that_it_was_made_from(tmp_path: Path, context: Context) -> None:
    spec = whole_spec()
    pose, commanded = Pose.of([0.5, 0.2, 0.3, 1.2, 0.4, -0.7]), Pose.of([0.5, 0.2, 0.25, 1.2, 0.4, -0.6])
    twist, wrench = np.arange(6.0) / 10, np.arange(6.0) - 3
    observation = dataclasses.replace(
        make_observation(spec),
        stamp_ns=12_000_000_034,
        state=np.concatenate([twist, subtract(pose, spec.nominal_target), wrench]).astype(np.float32),
    )
    first = Transition(
        source="source",
        source_sequence=1,
        robot="arm_0",
        task="test_task",
        observation=observation,
        step_type=StepType.FIRST,
        reference_pose=pose,
        commanded_pose=commanded,
    )
    last = dataclasses.replace(first, step_type=StepType.LAST, commanded_pose=pose)
    records: list[Record] = [spec, first, last]
    topics = {
        "/arm_0/current_pose": PoseStamped,
        "/arm_0/commanded_pose": PoseStamped,
        "/arm_0/current_twist": TwistStamped,
        "/arm_0/franka_robot_state_broadcaster/external_wrench_in_base_frame": WrenchStamped,
        "/arm_0/camera_1_camera/color/image_raw": Image,
        "/arm_0/environment/observation": Observation,
        "/arm_0/environment/spec": SpecMessage,
    }
    heard = play(context, write_log(tmp_path / "log", records), topics, expected=12, expand=True)
    assert {topic: len(heard[topic]) for topic in topics} == dict(zip(topics, (2, 1, 2, 2, 2, 2, 1), strict=True))
    assert_pose(heard["/arm_0/current_pose"][0], pose)
    assert_pose(heard["/arm_0/commanded_pose"][0], commanded)
    velocity = heard["/arm_0/current_twist"][0].twist
    np.testing.assert_allclose([velocity.linear.y, velocity.angular.z], [0.1, 0.5], atol=1e-6)
    force = heard["/arm_0/franka_robot_state_broadcaster/external_wrench_in_base_frame"][0].wrench
    np.testing.assert_allclose([force.force.x, force.torque.z], [-3, 2], atol=1e-6)
    image = heard["/arm_0/camera_1_camera/color/image_raw"][0]
    assert bytes(image.data) == observation.images[1].tobytes()
    assert (image.header.stamp.sec, image.header.stamp.nanosec) == (12, 34)
    assert image.header.frame_id == "camera_1_camera_color_optical_frame"


def assert_pose(message: PoseStamped, pose: Pose) -> None:
    assert message.header.frame_id == "base"
    p, q = message.pose.position, message.pose.orientation
    np.testing.assert_allclose([p.x, p.y, p.z], pose.position, atol=1e-6)
    assert abs(np.dot([q.x, q.y, q.z, q.w], pose.quaternion)) == pytest.approx(1.0, abs=1e-9)


def foreign_bag(folder: Path, topics: dict[str, tuple[str, bytes]]) -> Path:
    folder.mkdir()
    with bag_file(folder).open("wb") as stream:
        writer = Writer(stream)
        writer.start(profile="ros2", library="recorder")
        for name, (type_name, text) in topics.items():
            schema = writer.register_schema(type_name, "ros2msg", text)
            channel = writer.register_channel(name, "cdr", schema)
            renamed = String(data="/**/environment_node: {ros__parameters: {topics.target_pose: cartesian_target}}")
            content = renamed if type_name == "std_msgs/msg/String" else PoseStamped()
            writer.add_message(channel, log_time=1, data=bytes(serialize_message(content)), publish_time=1)
        writer.finish()
    return folder


def test_what_cannot_or_must_not_be_played_is_said(tmp_path: Path, context: Context) -> None:
    pose = b"std_msgs/Header header\ngeometry_msgs/Pose pose\n" + b"=" * 80
    pose += b"\nMSG: geometry_msgs/Pose\nPoint position\nQuaternion orientation\n"
    bag = foreign_bag(
        tmp_path / "bag",
        {
            "/strange": ("strange_msgs/msg/Strange", b"int32 x\n"),
            "/old": ("geometry_msgs/msg/PoseStamped", b"std_msgs/Header header\nfloat64 x\n"),
            "/arm_0/target_pose": ("geometry_msgs/msg/PoseStamped", b""),
            "/arm_0/current_pose": ("geometry_msgs/msg/PoseStamped", b""),
        },
    )
    heard = play(context, bag, {"/arm_0/current_pose": PoseStamped}, expected=1)
    assert len(heard["/arm_0/current_pose"]) == 1
    strange, old, command, playing = heard["said"]
    assert strange.startswith("/strange is not played: strange_msgs/msg/Strange is not installed here")
    assert old.startswith("/old is not played: geometry_msgs/msg/PoseStamped has another definition here; these fields")
    assert command.startswith("/arm_0/target_pose is not played, since it can move an arm; --commands")
    assert playing == "playing /arm_0/current_pose"


@pytest.mark.parametrize(
    ("announced", "said"),
    [(True, "it can move an arm"), (False, "geometry_msgs/msg/PoseStamped can move an arm and the bag does not say")],
)
def test_a_controllers_topic_of_another_name_is_held_back(
    tmp_path: Path, context: Context, announced: bool, said: str
) -> None:
    pose, text = ("geometry_msgs/msg/PoseStamped", b""), ("std_msgs/msg/String", b"")
    topics = {"/arm_0/cartesian_target": pose, "/arm_0/current_pose": pose}
    bag = foreign_bag(tmp_path / "bag", topics | ({"/arm_0/environment/configuration": text} if announced else {}))
    heard = play(context, bag, {"/arm_0/current_pose": PoseStamped}, expected=1)
    (refusal,) = (line for line in heard["said"] if "cartesian_target" in line)
    assert refusal.startswith(f"/arm_0/cartesian_target is not played, since {said}")
    assert refusal.endswith("; --commands plays it")


def test_a_bag_of_which_nothing_can_be_played_is_one_sentence(tmp_path: Path, context: Context) -> None:
    bag = foreign_bag(tmp_path / "bag", {"/strange": ("strange_msgs/msg/Strange", b"")})
    with pytest.raises(LogError, match=r"nothing of .* can be played; in it: /strange"):
        BagPlayer(recording=open_recording(bag), playback=Playback(), say=lambda line: None, context=context)


@pytest.mark.parametrize("settings", [{"expand": True}, {"robot_time": True}])
def test_records_of_other_messages_are_not_decoded(tmp_path: Path, context: Context, settings: dict[str, Any]) -> None:
    bag = write_old_log(tmp_path / "bag")
    with pytest.raises(LogError, match=r"these fields differ: Transition.awaits_verdict"):
        BagPlayer(recording=open_recording(bag), playback=Playback(**settings), say=lambda line: None, context=context)


def test_a_record_that_cannot_be_decoded_ends_the_expansion_with_a_sentence(tmp_path: Path, context: Context) -> None:
    writer = open_log(tmp_path / "log", three_episodes()[:2])
    writer.append(RecordKind.TRANSITION, b"\x00\x01\x00\x00" + b"\xff" * 50, stamp_ns=1)
    writer.close()
    playback = Playback(delay_s=0.0, expand=True)
    recording = open_recording(tmp_path / "log")
    player = BagPlayer(recording=recording, playback=playback, say=lambda line: None, context=context)
    with pytest.raises(InvalidRecordError, match="a record of kind transition is 54 undecodable bytes"):
        player.play(lambda: False)
    player.destroy_node()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_ends_it_cleanly(log: Path, domain_id: int, number: int) -> None:
    words = ["play", str(log), "--rate", "0.01", "--delay", "0"]
    player = subprocess.Popen([*COMMAND, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert player.stdout is not None
    while "episode" not in player.stdout.readline():
        assert player.poll() is None
    player.send_signal(number)
    output, errors = player.communicate(timeout=20)
    assert (player.returncode, errors) == (0, "")
    assert output.endswith("messages played\n")
