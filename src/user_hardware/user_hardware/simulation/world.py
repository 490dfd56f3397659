"""One MuJoCo world with one arm: reset, command, advance, look."""

from __future__ import annotations

from dataclasses import dataclass

import mujoco
import numpy as np

from user_core.transforms import FloatArray, Pose
from user_core.types import ImageArray, TaskState
from user_hardware.simulation import inverse_kinematics, panda
from user_hardware.simulation.cameras import SceneCameras
from user_hardware.simulation.cartesian_impedance import CartesianImpedance
from user_hardware.simulation.config import SimulationConfig
from user_hardware.simulation.scene import Scene
from user_hardware.simulation.scene_draw import SceneRandomiser, draw_scene
from user_hardware.simulation.scene_model import WRIST_CAMERA, WRIST_FOVY_DEG, scene_mjcf
from user_hardware.simulation.scenes.registry import SCENES
from user_hardware.simulation.wrist_sensor import WristSensor


@dataclass(frozen=True, kw_only=True, eq=False)
class WorldSample:
    """What the drivers of a real arm would report at one instant.

    Attributes:
        time_s: Simulated seconds since the world was made; never goes back, not even at a reset.
        tcp_pose: TCP pose in the base frame.
        tcp_twist: (6,) m/s and rad/s of the TCP, base axes.
        wrench: (6,) N and N·m about the TCP that the arm applies to its environment, base axes (Franka's sign).
        joint_names: Names of the arm's joints.
        joint_positions_rad: (7,) joint angles.
        joint_velocities_rad_s: (7,) joint velocities.
        joint_efforts_nm: (7,) torque of each joint's motor, gravity compensation included.
        gripper_width_m: Distance between the finger tips.
    """

    time_s: float
    tcp_pose: Pose
    tcp_twist: FloatArray
    wrench: FloatArray
    joint_names: tuple[str, ...]
    joint_positions_rad: FloatArray
    joint_velocities_rad_s: FloatArray
    joint_efforts_nm: FloatArray
    gripper_width_m: float


class SimulatedWorld:
    """The world of one task. All calls come from one thread; `advance` lets other threads run meanwhile."""

    def __init__(self, *, config: SimulationConfig, seed: int = 0) -> None:
        """Build the world and resets it.

        Args:
            config: Scene, randomisation, controller, cameras.
            seed: Of the first reset.

        Raises:
            ConfigurationError: When the arm cannot reach the scene.
            UnknownNameError: For a task that has no scene, or a camera that the scene does not have.
        """
        self._config = config
        self._scene: Scene = SCENES.resolve(config.task)(config=config.scene)
        self._model = mujoco.MjModel.from_xml_string(scene_mjcf(config, self._scene))
        self._data = mujoco.MjData(self._model)
        above = Pose(
            position=self._scene.nominal_target.position + np.array([0.0, 0.0, config.randomisation.start_lift_m]),
            quaternion=self._scene.nominal_target.quaternion,
        )
        self._posture_rad = inverse_kinematics.solve(
            model=self._model, target=above, posture_rad=np.array(panda.HOME_POSTURE_RAD)
        )
        self._impedance = CartesianImpedance(model=self._model, config=config.impedance, posture_rad=self._posture_rad)
        self._wrist = WristSensor(model=self._model, config=config.impedance)
        self._cameras = SceneCameras(model=self._model, config=config.cameras)
        self._randomiser = SceneRandomiser(model=self._model, scene=self._scene)
        self._tcp = self._model.site(panda.TCP_SITE).id
        self._fingers = np.array([self._model.actuator(name).id for name in panda.FINGER_JOINT_NAMES])
        self._steps = 0
        self._pending_steps = 0
        self._twist = np.zeros(6)
        self.reset(seed)

    @property
    def target_pose(self) -> Pose:
        """TCP pose at the goal where the task really is, base frame."""
        return self._scene.target_pose(self._draw.things)

    @property
    def task_state(self) -> TaskState:
        """How the task stands now, as nobody but the simulation can know."""
        return self._scene.state(self._data, draw=self._draw.things, tcp_pose=self._tcp_pose())

    @property
    def camera_names(self) -> tuple[str, ...]:
        """Cameras that `render` knows."""
        return self._config.cameras.names

    def camera_fovy_deg(self, camera: str) -> float:
        """Return a camera's vertical field of view."""
        return WRIST_FOVY_DEG if camera == WRIST_CAMERA else self._scene.view.fovy_deg

    def reset(self, seed: int) -> WorldSample:
        """Put scene and arm where `seed` says, whatever happened before; the arm is at rest and holds its pose."""
        draw = draw_scene(self._config.randomisation, self._scene, seed=seed)
        self._draw = draw
        self._randomiser.apply(draw)
        mujoco.mj_resetData(self._model, self._data)
        joints = inverse_kinematics.solve(model=self._model, target=draw.start_pose, posture_rad=self._posture_rad)
        self._data.qpos[panda.ARM_JOINTS] = joints
        self._data.qpos[panda.FINGER_JOINTS] = self._scene.start_width_m / 2
        self._scene.place_loose(self._model, self._data, draw.things, start_pose=draw.start_pose)
        self._pending_steps = 0
        self.set_target(draw.start_pose)
        self.set_gripper(self._scene.start_opening_m)
        mujoco.mj_forward(self._model, self._data)
        self._impedance.update(self._data)
        mujoco.mj_forward(self._model, self._data)
        self._wrist.reset(self._data)
        return self.advance(self._scene.settle_s) if self._scene.settle_s else self._sample()

    def set_target(self, tcp_pose_in_base: Pose) -> None:
        """Give the impedance controller a new target; it acts from the next control period on."""
        self._impedance.set_target(tcp_pose_in_base)

    def set_gripper(self, width_m: float) -> None:
        """Open or close the fingers to a distance in metres, but no further than what is fixed between them."""
        half_width = np.clip(width_m, self._scene.closest_width_m, 2 * panda.FINGER_TRAVEL_M) / 2
        self._data.ctrl[self._fingers] = half_width

    def advance(self, duration_s: float) -> WorldSample:
        """Simulate `duration_s`, rounded to whole physics steps, and returns the state at its end."""
        remaining = round(duration_s / self._config.timestep_s)
        self._steps += remaining
        while remaining > 0:
            if self._pending_steps == 0:
                self._impedance.update(self._data)
                self._pending_steps = self._config.steps_per_control
            steps = min(remaining, self._pending_steps)
            mujoco.mj_step(self._model, self._data, steps)
            remaining -= steps
            self._pending_steps -= steps
            # A step leaves positions one step ahead of the poses derived from them.
            mujoco.mj_kinematics(self._model, self._data)
            mujoco.mj_comPos(self._model, self._data)
            if self._pending_steps == 0:
                self._wrist.update(self._data)
        mujoco.mj_comVel(self._model, self._data)
        return self._sample()

    def render(self, camera: str) -> ImageArray:
        """Return the (H, W, 3) uint8 RGB image of a camera now; it changes nothing in the world.

        Raises:
            UnknownNameError: For a camera that is not configured.
        """
        mujoco.mj_camlight(self._model, self._data)
        return self._cameras.render(self._data, name=camera)

    def close(self) -> None:
        """Free the graphics context."""
        self._cameras.close()

    def _tcp_pose(self) -> Pose:
        quaternion = np.zeros(4)
        mujoco.mju_mat2Quat(quaternion, self._data.site_xmat[self._tcp])
        return Pose(position=self._data.site_xpos[self._tcp].copy(), quaternion=quaternion[[1, 2, 3, 0]])

    def _sample(self) -> WorldSample:
        mujoco.mj_objectVelocity(self._model, self._data, mujoco.mjtObj.mjOBJ_SITE, self._tcp, self._twist, 0)
        return WorldSample(
            time_s=self._steps * self._config.timestep_s,
            tcp_pose=self._tcp_pose(),
            tcp_twist=self._twist[[3, 4, 5, 0, 1, 2]],
            wrench=self._wrist.read(self._data),
            joint_names=panda.JOINT_NAMES,
            joint_positions_rad=self._data.qpos[panda.ARM_JOINTS].copy(),
            joint_velocities_rad_s=self._data.qvel[panda.ARM_JOINTS].copy(),
            joint_efforts_nm=self._data.qfrc_actuator[panda.ARM_JOINTS].copy(),
            gripper_width_m=float(self._data.qpos[panda.FINGER_JOINTS].sum()),
        )
