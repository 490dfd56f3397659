"""`robot:=franka` as a graph: the product's robot role against stand-in drivers and a stand-in learning side."""

from __future__ import annotations

import signal
import subprocess
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from tests.support.arm_client import ArmClient
from tests.support.launched_graph import LaunchedGraph
from tests.support.params_file import write_params
from tests.support.patience import PATIENCE


class FrankaArm:
    """Starts the environment of a Franka arm; the drivers come and go as the test says.

    Args:
        folder: For the run, its params file and the record of targets.
        domain_id: ROS_DOMAIN_ID.
    """

    def __init__(self, *, folder: Path, domain_id: int) -> None:
        settings: dict[str, Any] = {
            "gripper.driver": "crisp",
            **PATIENCE,
            "arbiter.max_missed_deadlines": 20,
        }
        config = write_params(folder / "franka.yaml", {"environment_node": settings})
        arguments = {"robot": "franka", "role": "robot", "config": config}
        self.graph = LaunchedGraph("peg_insertion", arguments=arguments, folder=folder, domain_id=domain_id)
        self.client = ArmClient(domain_id=domain_id)
        self.record = folder / "targets.jsonl"
        self._drivers: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self.client.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.graph.__exit__(kind, error, trace)
        self.client.__exit__(kind, error, trace)

    def start_environment(self) -> None:
        """Launch role robot, and what stands behind it."""
        self.graph.__enter__()
        self.graph.companion("stand_in_learning_side")

    def start_drivers(self, *, position: tuple[float, float, float] = (0.5, 0.0, 0.165)) -> None:
        """Start the drivers with the tool at a position, metres in the base frame."""
        self._drivers = self.graph.companion("stand_in_drivers", "--record", self.record, "--position", *position)

    def kill_drivers(self) -> None:
        """End the drivers as a power cut would."""
        if self._drivers is not None:
            self._drivers.send_signal(signal.SIGKILL)
            self._drivers.wait(timeout=10)
