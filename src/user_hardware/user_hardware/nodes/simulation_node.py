"""One simulated arm behind the drivers' own topics: wiring of world, topics, lockstep and real time."""

from __future__ import annotations

import sys
import threading
from typing import Any

from rclpy.node import Node

from user_core.ros.diagnostics import Diagnostics
from user_core.ros.parameters import declare_config, given_name
from user_core.ros.runner import event_driven_executor, run_node
from user_core.transforms import Pose
from user_hardware.nodes.driver_face import DriverFace
from user_hardware.nodes.simulation_services import SimulationServices
from user_hardware.simulation.config import simulation_config_type
from user_hardware.simulation.node_config import SimulationNodeConfig
from user_hardware.simulation.real_time_loop import RealTimeLoop
from user_hardware.simulation.snapshot import Snapshot, StampClock
from user_hardware.simulation.world import SimulatedWorld, WorldSample

_DIAGNOSTICS_S = 1.0


class SimulationNode(Node):
    """Time passes by AdvanceWorld (real_time_factor 0), or by itself on a thread of its own."""

    def __init__(self, **node_arguments: Any) -> None:
        """Build the world and offers it.

        Args:
            node_arguments: Passed on to rclpy's Node (context, namespace, parameter overrides).
        """
        super().__init__("simulation_node", automatically_declare_parameters_from_overrides=True, **node_arguments)
        task = given_name(self, "task", default=SimulationNodeConfig.task)
        self._config = declare_config(self, simulation_config_type(SimulationNodeConfig, task))
        self._world = SimulatedWorld(config=self._config, seed=self._config.seed)
        self._lock = threading.Lock()
        self._stamps = StampClock()
        self._steps = 0
        self._face = DriverFace(
            node=self,
            config=self._config,
            fovy_deg={name: self._world.camera_fovy_deg(name) for name in self._world.camera_names},
            on_target=self._take_target,
            on_gripper=self._take_gripper,
        )
        self._simulation_services = SimulationServices(
            node=self,
            advance=self._advance if self._config.lockstep else None,
            reset=self._reset,
            publish=self._face.publish,
        )
        self._diagnostics = Diagnostics(node=self)
        self.create_timer(_DIAGNOSTICS_S, self._report)
        self._face.publish(self._snapshot(self._world.advance(0.0), images=self._config.lockstep, target=True))
        self._loop: RealTimeLoop | None = None
        if not self._config.lockstep:
            period_s = 1.0 / self._config.state_rate_hz / self._config.real_time_factor
            self._loop = RealTimeLoop(step=self._real_time_step, period_s=period_s, finish=self._world.close)
            self._loop.start()

    def shutdown(self) -> None:
        """End the real-time thread and frees the graphics context."""
        if self._loop is not None:
            self._loop.stop()
        else:
            self._world.close()

    def _take_target(self, target: Pose, stamp_ns: int) -> None:
        with self._lock:
            self._world.set_target(target)
        self._simulation_services.note_target(stamp_ns)

    def _take_gripper(self, command: float, width_m: float) -> None:
        with self._lock:
            self._world.set_gripper(width_m)
        self._simulation_services.note_gripper(command)

    def _advance(self, duration_s: float) -> Snapshot:
        self._steps += 1
        return self._snapshot(self._world.advance(duration_s), images=True)

    def _reset(self, seed: int) -> Snapshot:
        with self._lock:
            # In real time the images belong to the other thread, and follow by themselves.
            return self._snapshot(self._world.reset(seed), images=self._config.lockstep, target=True)

    def _real_time_step(self) -> None:
        steps_per_image = round(self._config.state_rate_hz / self._config.camera_rate_hz)
        with self._lock:
            sample = self._world.advance(1.0 / self._config.state_rate_hz)
            snapshot = self._snapshot(sample, images=self._steps % steps_per_image == 0)
        self._steps += 1
        self._face.publish(snapshot)

    def _snapshot(self, sample: WorldSample, *, images: bool, target: bool = False) -> Snapshot:
        stamp_ns = self._stamps.next(self.get_clock().now().nanoseconds)
        names = self._world.camera_names if images else ()
        return Snapshot(
            stamp_ns=stamp_ns,
            sample=sample,
            images={name: self._world.render(name) for name in names},
            target_pose=self._world.target_pose if target else None,
            task_state=self._world.task_state,
        )

    def _report(self) -> None:
        if self._loop is not None and self._loop.failure is not None:
            raise self._loop.failure
        factor = self._config.real_time_factor
        self._diagnostics.publish(
            fault="",
            summary="lockstep" if self._config.lockstep else f"real time factor {factor}",
            values={"simulation": self._simulation_services.simulation, "steps": self._steps},
        )


def main() -> None:
    """Run the node until it is stopped."""
    sys.exit(run_node(SimulationNode, make_executor=event_driven_executor))
