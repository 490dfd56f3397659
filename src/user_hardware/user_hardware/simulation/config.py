"""What can be set about the simulated world: scene, randomisation, impedance controller, cameras."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

from user_core.configuration import group, parameter, specialised
from user_hardware.simulation.refusal import refuse
from user_hardware.simulation.scene import SceneConfig
from user_hardware.simulation.scenes.registry import SCENES

ConfigT = TypeVar("ConfigT", bound="SimulationConfig")


@dataclass(frozen=True, kw_only=True)
class RandomisationConfig:
    """Half-widths of the uniform draws of a reset: the arm's start and how things look; 0 switches one off."""

    start_lift_m: float = parameter(
        0.08, "nominal height of the start above the nominal target; no half-width", minimum=0.0, maximum=0.4
    )
    start_xy_m: float = parameter(0.04, "start position along base x and y", minimum=0.0, maximum=0.3)
    start_z_m: float = parameter(0.015, "start height about start_lift_m", minimum=0.0, maximum=0.2)
    start_yaw_rad: float = parameter(0.3, "start yaw about base z", minimum=0.0, maximum=1.5)
    light: float = parameter(0.15, "brightness of the lamp, relative, and its tilt, radians", minimum=0.0, maximum=0.9)
    colour: float = parameter(0.05, "each of R, G, B of the table and of things, in [0, 1]", minimum=0.0, maximum=0.5)
    camera_position_m: float = parameter(0.001, "mounting position of each camera, each axis", minimum=0.0, maximum=0.1)
    camera_angle_rad: float = parameter(0.005, "mounting angle of each camera, each axis", minimum=0.0, maximum=0.5)


@dataclass(frozen=True, kw_only=True)
class ImpedanceConfig:
    """Cartesian impedance as the CRISP controller understands it; axes are those of the target."""

    stiffness_n_m: tuple[float, ...] = parameter(
        (1500.0, 1500.0, 600.0), "translation stiffness x, y, z in N/m", minimum=0.0, maximum=6000.0
    )
    stiffness_nm_rad: tuple[float, ...] = parameter(
        (40.0, 40.0, 40.0), "rotation stiffness x, y, z in N·m/rad", minimum=0.0, maximum=300.0
    )
    damping_ns_m: tuple[float, ...] = parameter(
        (155.0, 155.0, 98.0), "translation damping x, y, z in N·s/m", minimum=0.0, maximum=1000.0
    )
    damping_nms_rad: tuple[float, ...] = parameter(
        (5.0, 5.0, 5.0), "rotation damping x, y, z in N·m·s/rad", minimum=0.0, maximum=100.0
    )
    error_clip_m: float = parameter(
        0.01, "reference limiting: position error that may act, each axis", minimum=0.0005, maximum=0.1
    )
    error_clip_rad: float = parameter(
        0.1, "reference limiting: rotation error that may act, each axis", minimum=0.005, maximum=1.0
    )
    nullspace_stiffness_nm_rad: float = parameter(
        10.0, "pull of the elbow towards its posture, not felt at the TCP", minimum=0.0, maximum=100.0
    )
    nullspace_damping_nms_rad: float = parameter(3.0, "damping of the elbow's motion", minimum=0.0, maximum=50.0)
    control_period_s: float = parameter(
        0.01, "how often the reference is limited anew and the null-space torque computed", minimum=0.001, maximum=0.02
    )
    wrench_cutoff_hz: float = parameter(15.0, "corner of the low-pass on the wrench", minimum=0.5, maximum=500.0)

    def __post_init__(self) -> None:
        """Refuse gains that are not one per axis."""
        for name in ("stiffness_n_m", "stiffness_nm_rad", "damping_ns_m", "damping_nms_rad"):
            _require_length(f"impedance.{name}", getattr(self, name), 3)


@dataclass(frozen=True, kw_only=True)
class CameraConfig:
    """Which cameras of the scene are used, how large their images are and what draws them."""

    names: tuple[str, ...] = parameter(("wrist", "third_person"), "cameras of the scene: wrist, third_person")
    height: int = parameter(64, "image height in pixels", minimum=8, maximum=1080)
    width: int = parameter(64, "image width in pixels", minimum=8, maximum=1920)
    renderer: str = parameter(
        "auto",
        "auto takes OpenGL and falls back to ray casting; the others insist",
        choices=("auto", "gl", "ray_cast"),
    )


@dataclass(frozen=True, kw_only=True)
class SimulationConfig:
    """Everything that shapes one simulated world; `scene` is that of its task, see `simulation_config_type`."""

    task: str = parameter("peg_insertion", "task whose scene is built")
    scene: SceneConfig = group(SceneConfig)
    randomisation: RandomisationConfig = group(RandomisationConfig)
    impedance: ImpedanceConfig = group(ImpedanceConfig)
    cameras: CameraConfig = group(CameraConfig)
    timestep_s: float = parameter(0.002, "physics step", minimum=0.0005, maximum=0.005)

    def __post_init__(self) -> None:
        """Refuse a control period that is no whole number of physics steps."""
        steps = self.impedance.control_period_s / self.timestep_s
        if abs(steps - round(steps)) > 1e-9:
            allowed = f"a whole multiple of timestep_s = {self.timestep_s}"
            refuse("impedance.control_period_s", self.impedance.control_period_s, allowed)

    @property
    def steps_per_control(self) -> int:
        """Physics steps between two limitings of the reference."""
        return round(self.impedance.control_period_s / self.timestep_s)


def simulation_config_type(base: type[ConfigT], task: str) -> type[ConfigT]:
    """Return `base` with the scene parameters of a task. Raises UnknownNameError with the tasks there are."""
    return specialised(base, scene=SCENES.resolve(task).config_type)


def _require_length(key: str, value: tuple[float, ...], length: int) -> None:
    if len(value) != length:
        refuse(key, value, f"{length} numbers")
