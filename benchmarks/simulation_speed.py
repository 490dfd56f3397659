"""What a simulated control period costs: physics and impedance, and each camera, in milliseconds of this machine.

Run it with the workspace sourced, or with src/user_core and src/user_hardware on PYTHONPATH:

    python -m benchmarks.simulation_speed --sizes 64 128
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable

import numpy as np

from user_core.errors import ConfigurationError
from user_hardware.simulation.config import CameraConfig, SimulationConfig, simulation_config_type
from user_hardware.simulation.world import SimulatedWorld

_REPETITIONS = 200


def milliseconds(action: Callable[[], object]) -> str:
    """Return median and 99th percentile of what one call takes."""
    action()
    times_s = []
    for _ in range(_REPETITIONS):
        start_s = time.perf_counter()
        action()
        times_s.append(time.perf_counter() - start_s)
    median, high = np.percentile(times_s, [50, 99]) * 1e3
    return f"{median:6.2f} ms (p99 {high:6.2f})"


def main() -> None:
    """Print one line for the physics and one for each renderer, size and camera."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--sizes", type=int, nargs="+", default=[64, 128], help="image sizes in pixels")
    parser.add_argument("--task", default="peg_insertion", help="whose scene")
    arguments = parser.parse_args()
    config_type = simulation_config_type(SimulationConfig, arguments.task)
    world = SimulatedWorld(config=config_type(task=arguments.task))
    print(f"physics and impedance, 100 ms      {milliseconds(lambda: world.advance(0.1))}")
    for renderer in ("gl", "ray_cast"):
        for size in arguments.sizes:
            cameras = CameraConfig(height=size, width=size, renderer=renderer)
            measured = SimulatedWorld(config=config_type(task=arguments.task, cameras=cameras))
            measure_cameras(measured, f"{renderer} {size} px")


def measure_cameras(world: SimulatedWorld, label: str) -> None:
    """Print a line for each camera of a world."""
    for name in world.camera_names:
        try:
            print(f"{label:<16} {name:<16} {measure(world, name)}")
        except ConfigurationError as error:
            print(f"{label:<16} {name:<16} {error}")
    world.close()


def measure(world: SimulatedWorld, camera: str) -> str:
    """Return what one image of a camera takes."""
    return milliseconds(lambda: world.render(camera))


if __name__ == "__main__":
    main()
