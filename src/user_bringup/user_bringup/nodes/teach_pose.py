"""teach_pose: a person brings the arm to the target, and the station's params file learns where it is."""

from __future__ import annotations

import os
import sys
import threading
import time
from pathlib import Path

import rclpy
from geometry_msgs.msg import PoseStamped
from rclpy.executors import ExternalShutdownException, SingleThreadedExecutor
from rclpy.node import Node

from user_bringup.launcher.errors import LaunchError
from user_bringup.teaching.arguments import DEFAULTS, task_parameters, teaching_arguments
from user_bringup.teaching.station import Station, taught_station
from user_bringup.teaching.station_file import check_station_file, save_station, section_of
from user_bringup.teaching.still_pose import still_pose
from user_core.errors import ConfigurationError, UserRosError
from user_core.ros import qos
from user_core.ros.conversions import pose_from_message
from user_core.transforms import Pose

_USAGE = """teach_pose robot:=franka task:=peg_insertion [name:=arm_0] [station:=stations/franka-peg_insertion.yaml]

Bring the arm to the target, by hand in guiding mode or with the SpaceMouse, and press Enter. What would be saved is
shown before it is. A run uses it by config:=FILE. Of an arm that is not arm_0 it counts for that arm alone."""
_TAKE_S = 1.0
_FIRST_POSE_S = 10.0


class PoseListener(Node):
    """Collects the tool's poses of one arm."""

    def __init__(self, *, namespace: str, topic: str) -> None:
        """Subscribes.

        Args:
            namespace: The arm's.
            topic: PoseStamped of the tool in the base frame.
        """
        super().__init__("teach_pose", namespace=namespace)
        self._poses: list[Pose] = []
        self.topic = self.resolve_topic_name(topic)
        self.create_subscription(PoseStamped, topic, self._take, qos.DRIVER)

    def take_still_pose(self) -> Pose:
        """Return the pose of the arm over the next second. Raises UserRosError when there is none, or it moves."""
        self._poses = []
        deadline_s = time.monotonic() + _FIRST_POSE_S
        while not self._poses:
            if time.monotonic() > deadline_s:
                raise ConfigurationError(
                    key="topics.current_pose",
                    value=self.topic,
                    allowed="a topic on which the arm's driver publishes: nothing was received for 10 s",
                    where="config/robots/<robot>.yaml, or start the driver, or name:=NAMESPACE",
                )
            threading.Event().wait(0.05)
        threading.Event().wait(_TAKE_S)
        return still_pose(list(self._poses))

    def _take(self, message: PoseStamped) -> None:
        self._poses.append(pose_from_message(message.pose))


def main() -> None:
    """Run the dialogue; exit status 0 when a station was saved, 2 when something given is wrong, 1 when not saved."""
    if {"-h", "--help"} & set(sys.argv[1:]):
        print(_USAGE)
        return
    try:
        status = _teach(teaching_arguments(sys.argv[1:]))
    except (UserRosError, LaunchError) as error:
        print(f"error: {error}", file=sys.stderr)
        status = 2
    except (KeyboardInterrupt, EOFError):
        print("\nnothing was saved")
        status = 1
    sys.exit(status)


def _teach(arguments: dict[str, str]) -> int:
    config = task_parameters(robot=arguments["robot"], task=arguments["task"], environment=os.environ)
    default = Path("stations") / f"{arguments['robot']}-{arguments['task']}.yaml"
    file = Path(arguments["station"]) if arguments["station"] else default
    check_station_file(file)
    rclpy.init(args=[])
    listener = PoseListener(namespace=arguments["name"], topic=config.topics.current_pose)
    executor = SingleThreadedExecutor()
    executor.add_node(listener)
    thread = threading.Thread(target=_spin, args=(executor,), daemon=True)
    thread.start()
    try:
        input(f"Bring the tool of {arguments['name']} to the target of {arguments['task']}, then press Enter ")
        target = listener.take_still_pose()
        print(f"target: {_words(target)}")
        start: Pose | None = None
        if input("Bring it to where episodes begin and press Enter, or type s to keep the task's own start ") != "s":
            start = listener.take_still_pose()
            print(f"start: {_words(start)}")
        station = taught_station(config=config, target=target, start=start)
        return _save(file, station, arguments)
    finally:
        executor.shutdown()
        rclpy.try_shutdown()
        thread.join(timeout=2.0)


def _save(file: Path, station: Station, arguments: dict[str, str]) -> int:
    section = section_of(file, arguments["name"], default=DEFAULTS["name"])
    print(f"\n{file} would get, in {section}:")
    for name, values in station.parameters.items():
        print(f"  {name}: {values}")
    if input("Save it? [y/N] ").strip().lower() not in ("y", "yes"):
        print("nothing was saved")
        return 1
    backup = save_station(file, station, section=section)
    if backup is not None:
        print(f"its comments are not kept; as it was, it is {backup}")
    print(f"saved. Use it: ./user launch {arguments['task']} robot:={arguments['robot']} config:={file}")
    return 0


def _words(pose: Pose) -> str:
    x, y, z = (1000 * value for value in pose.position)
    return f"x {x:.1f}, y {y:.1f}, z {z:.1f} mm, quaternion {[round(float(v), 4) for v in pose.quaternion]}"


def _spin(executor: SingleThreadedExecutor) -> None:
    try:
        executor.spin()
    except ExternalShutdownException:
        return
