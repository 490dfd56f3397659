"""A scene as MJCF: the arm on its table, lamp, cameras and impedance, and in between what the task adds."""

from __future__ import annotations

from xml.etree.ElementTree import Element, tostring

import numpy as np

from user_hardware.simulation import contact, panda
from user_hardware.simulation.config import ImpedanceConfig, SimulationConfig
from user_hardware.simulation.mjcf import add
from user_hardware.simulation.scene import Scene, SceneParts, ThirdPersonView

WRIST_CAMERA = "wrist"
THIRD_PERSON_CAMERA = "third_person"
CAMERA_NAMES = (WRIST_CAMERA, THIRD_PERSON_CAMERA)
WRIST_FOVY_DEG = 75.0
REFERENCE_BODY = "reference"
REFERENCE_SITE = "reference"
POSTURE_ACTUATORS = tuple(f"posture_{name}" for name in panda.JOINT_NAMES)
FORCE_SENSOR = "wrist_force"
TORQUE_SENSOR = "wrist_torque"
TABLE_GEOM = "table"

_TABLE_RGBA = "0.30 0.27 0.25 1"
_GREY_35 = "0.35 0.35 0.35"
_GRASP_IMPRATIO = 10.0


def scene_mjcf(config: SimulationConfig, scene: Scene) -> str:
    """Return the whole world as MJCF text."""
    root = Element("mujoco", model="scene")
    add(root, "compiler", angle="radian", autolimits="true")
    # With an impratio of 1 a held object slips through the fingers by .3 mm a second; with 10, by .02.
    impratio = {"impratio": _GRASP_IMPRATIO} if scene.grasps else {}
    add(root, "option", timestep=config.timestep_s, integrator="implicitfast", cone="elliptic", **impratio)
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
    hand = panda.add_panda(world, grasps=scene.grasps)
    add(
        world,
        "geom",
        name=TABLE_GEOM,
        type="box",
        pos=(0.4, 0, -0.02),
        size=(0.6, 0.6, 0.02),
        rgba=_TABLE_RGBA,
        **contact.SCENE_CONTACT,
        **contact.SCENE_COLLISION,
    )
    _add_cameras(world, hand, scene.view)
    reference = add(world, "body", name=REFERENCE_BODY, mocap="true")
    add(reference, "site", name=REFERENCE_SITE)
    equality, actuator, sensor = add(root, "equality"), add(root, "actuator"), add(root, "sensor")
    _add_impedance(actuator, config.impedance)
    panda.add_finger_actuators(actuator)
    if scene.grasps:
        panda.add_finger_coupling(equality)
    add(sensor, "force", name=FORCE_SENSOR, site=panda.WRIST_SITE)
    add(sensor, "torque", name=TORQUE_SENSOR, site=panda.WRIST_SITE)
    scene.build(SceneParts(world=world, hand=hand, equality=equality, actuator=actuator, sensor=sensor))
    return tostring(root, encoding="unicode")


def _add_cameras(world: Element, hand: Element, view: ThirdPersonView) -> None:
    add(hand, "camera", name=WRIST_CAMERA, pos="0.075 0 0.045", xyaxes="0 1 0 0.82 0 0.57", fovy=WRIST_FOVY_DEG)
    backward = (view.eye - view.look_at) / np.linalg.norm(view.eye - view.look_at)
    right = np.cross([0.0, 0.0, 1.0], backward)
    right /= np.linalg.norm(right)
    axes = np.concatenate([right, np.cross(backward, right)])
    add(world, "camera", name=THIRD_PERSON_CAMERA, pos=view.eye, xyaxes=axes, fovy=view.fovy_deg)


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
