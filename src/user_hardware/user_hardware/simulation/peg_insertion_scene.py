"""The peg-insertion scene as MJCF: a Panda that holds a square peg above a board with a square hole.

Names and numbers that other files need (bodies, geoms, cameras, colours) stand here once.
"""

from __future__ import annotations

from xml.etree.ElementTree import Element, tostring

import numpy as np

from user_core.transforms import Pose
from user_hardware.simulation import panda
from user_hardware.simulation.config import ImpedanceConfig, PegInsertionConfig, SimulationConfig
from user_hardware.simulation.mjcf import add

CAMERA_FOVY_DEG = {"wrist": 75.0, "third_person": 20.0}
"""The scene's cameras and their vertical fields of view."""
CAMERA_NAMES = tuple(CAMERA_FOVY_DEG)
BOARD_BODY = "board"
PEG_GEOM = "peg"
REFERENCE_BODY = "reference"
REFERENCE_SITE = "reference"
POSTURE_ACTUATORS = tuple(f"posture_{name}" for name in panda.JOINT_NAMES)
FORCE_SENSOR = "wrist_force"
TORQUE_SENSOR = "wrist_torque"
COLOURED_GEOMS = ("board_front", "board_back", "board_left", "board_right", PEG_GEOM, "table")
"""Geoms whose colour a reset varies; the four of the board vary together."""

_BOARD_RGBA = "0.55 0.58 0.62 1"
_RIM_RGBA = "0.95 0.75 0.10 1"
_BOTTOM_RGBA = "0.05 0.05 0.07 1"
_PEG_RGBA = "0.85 0.20 0.15 1"
_TABLE_RGBA = "0.30 0.27 0.25 1"
_RIM_WIDTH_M = 0.005
_BOTTOM_THICKNESS_M = 0.01
_PAINT_M = 0.0003
_GREY_35 = "0.35 0.35 0.35"
_CONTACT = {"solref": "0.01 1", "solimp": "0.95 0.99 0.001", "condim": "3"}


def target_pose(config: SimulationConfig, *, hole_xy_m: tuple[float, float] = (0.0, 0.0), yaw_rad: float = 0.0) -> Pose:
    """Return the TCP pose of the fully inserted peg, in the base frame.

    Args:
        config: The world's configuration.
        hole_xy_m: Displacement of the hole from its nominal place.
        yaw_rad: Yaw of the hole about base z.
    """
    x, y, z = config.scene.hole_position_in_base
    height = z - config.scene.insertion_depth_m + config.scene.peg_reach_m
    # Yaw about base z, then the half turn about x that points the tool down.
    quaternion = np.array([np.cos(yaw_rad / 2), np.sin(yaw_rad / 2), 0.0, 0.0])
    return Pose(position=np.array([x + hole_xy_m[0], y + hole_xy_m[1], height]), quaternion=quaternion)


def peg_insertion_mjcf(config: SimulationConfig) -> str:
    """Return the whole scene as MJCF text."""
    root = Element("mujoco", model="peg_insertion")
    add(root, "compiler", angle="radian", autolimits="true")
    add(root, "option", timestep=config.timestep_s, integrator="implicitfast", cone="elliptic")
    visual = add(root, "visual")
    # Multisampling and large shadow maps cost ten times the frame on a CPU, and shadows hide the hole; fine round
    # shapes and subdivided boxes cost three times the frame and cannot be seen at these sizes.
    add(visual, "quality", offsamples="0", shadowsize="512", numslices="12", numstacks="6", numquads="1")
    add(visual, "global", offwidth=str(config.cameras.width), offheight=str(config.cameras.height))
    add(visual, "map", znear=0.005, zfar=10)
    add(visual, "headlight", ambient=_GREY_35, diffuse=_GREY_35, specular="0 0 0")
    world = add(root, "worldbody")
    add(
        world,
        "light",
        name="lamp",
        type="directional",
        pos="0.5 0 1.5",
        dir="-0.2 0.15 -1",
        diffuse="0.5 0.5 0.5",
        specular="0 0 0",
        castshadow="false",
    )
    hand = panda.add_panda(world)
    _add_peg(hand, config.scene)
    _add_box(world, "table", centre=(0.4, 0, -0.02), size=(0.6, 0.6, 0.02), rgba=_TABLE_RGBA)
    _add_board(world, config.scene)
    _add_cameras(world, hand, config.scene)
    reference = add(world, "body", name=REFERENCE_BODY, mocap="true")
    add(reference, "site", name=REFERENCE_SITE)
    actuator = add(root, "actuator")
    _add_impedance(actuator, config.impedance)
    panda.add_finger_actuators(actuator)
    sensor = add(root, "sensor")
    add(sensor, "force", name=FORCE_SENSOR, site=panda.WRIST_SITE)
    add(sensor, "torque", name=TORQUE_SENSOR, site=panda.WRIST_SITE)
    return tostring(root, encoding="unicode")


def _add_peg(hand: Element, scene: PegInsertionConfig) -> None:
    half_width, half_length = scene.peg_width_m / 2, scene.peg_length_m / 2
    centre = panda.TCP_FROM_HAND_M - scene.peg_grip_m + half_length
    body = add(hand, "body", name="peg", pos=(0, 0, centre), gravcomp=1)
    add(
        body,
        "geom",
        name=PEG_GEOM,
        type="box",
        size=(half_width, half_width, half_length),
        mass=0.05,
        rgba=_PEG_RGBA,
        friction=(scene.friction, 0.005, 0.0001),
        priority="1",
        **_CONTACT,
        **panda.ROBOT_COLLISION,
    )


def _add_board(world: Element, scene: PegInsertionConfig) -> None:
    """Add four boxes around the hole, a dark bottom and a coloured rim; the body's origin is the hole's centre."""
    board = add(world, "body", name=BOARD_BODY, pos=scene.hole_position_in_base)
    inner, outer = scene.hole_width_m / 2, scene.board_half_width_m
    middle, half = (outer + inner) / 2, (outer - inner) / 2
    depth = (scene.hole_depth_m + _BOTTOM_THICKNESS_M) / 2
    rim, rim_half = inner + _RIM_WIDTH_M / 2, _RIM_WIDTH_M / 2
    for name, x, y in (("front", 1, 0), ("back", -1, 0), ("left", 0, 1), ("right", 0, -1)):
        along_x = x != 0
        size = (half, outer, depth) if along_x else (inner, half, depth)
        _add_box(board, f"board_{name}", centre=(x * middle, y * middle, -depth), size=size, rgba=_BOARD_RGBA)
        size = (rim_half, inner + _RIM_WIDTH_M, _PAINT_M) if along_x else (inner, rim_half, _PAINT_M)
        add(board, "geom", type="box", pos=(x * rim, y * rim, 0), size=size, rgba=_RIM_RGBA, **panda.NO_COLLISION)
    bottom = _BOTTOM_THICKNESS_M / 2
    _add_box(
        board,
        "board_bottom",
        centre=(0, 0, -scene.hole_depth_m - bottom),
        size=(inner, inner, bottom),
        rgba=_BOTTOM_RGBA,
    )


def _add_box(
    body: Element, name: str, *, centre: tuple[float, float, float], size: tuple[float, float, float], rgba: str
) -> None:
    add(body, "geom", name=name, type="box", pos=centre, size=size, rgba=rgba, **_CONTACT, **panda.SCENE_COLLISION)


def _add_cameras(world: Element, hand: Element, scene: PegInsertionConfig) -> None:
    wrist, third_person = CAMERA_NAMES
    add(hand, "camera", name=wrist, pos="0.075 0 0.045", xyaxes="0 1 0 0.82 0 0.57", fovy=CAMERA_FOVY_DEG[wrist])
    # Fixed to the room: it looks at where the hole nominally is, and knows nothing of where it really is.
    hole = np.asarray(scene.hole_position_in_base)
    eye, look_at = hole + [0.30, 0.22, 0.36], hole + [0.0, 0.0, 0.03]
    backward = (eye - look_at) / np.linalg.norm(eye - look_at)
    right = np.cross([0.0, 0.0, 1.0], backward)
    right /= np.linalg.norm(right)
    axes = np.concatenate([right, np.cross(backward, right)])
    add(world, "camera", name=third_person, pos=eye, xyaxes=axes, fovy=CAMERA_FOVY_DEG[third_person])


def _add_impedance(actuator: Element, config: ImpedanceConfig) -> None:
    """Add one spring-damper per axis between TCP and reference site, and one motor per joint for the posture.

    The reference moves with the (limited) target, so the rotation error stays small and never meets the singularity of
    rotation vectors at pi. MuJoCo integrates these springs at every physics step, their damping implicitly.
    """
    stiffness = (*config.stiffness_n_m, *config.stiffness_nm_rad)
    damping = (*config.damping_ns_m, *config.damping_nms_rad)
    for axis, (kp, kd) in enumerate(zip(stiffness, damping, strict=True)):
        add(
            actuator,
            "general",
            name=f"impedance_{axis}",
            site=panda.TCP_SITE,
            refsite=REFERENCE_SITE,
            gear=np.eye(6)[axis],
            biastype="affine",
            gainprm=kp,
            biasprm=(0, -kp, -kd),
        )
    for name, joint in zip(POSTURE_ACTUATORS, panda.JOINT_NAMES, strict=True):
        add(actuator, "motor", name=name, joint=joint)
