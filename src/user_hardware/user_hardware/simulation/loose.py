"""Things that nobody holds: where they are put, where they are, and what they touch."""

from __future__ import annotations

from collections.abc import Sequence

import mujoco

from user_core.transforms import FloatArray, Pose
from user_hardware.simulation.tool_poses import yaw_wxyz


def put(model: mujoco.MjModel, data: mujoco.MjData, *, body: str, position: FloatArray, yaw_rad: float) -> None:
    """Put a body with a free joint at a position (3,) metres, upright and turned about base z, at rest."""
    joint = model.body(body).jntadr[0]
    address, velocity = model.jnt_qposadr[joint], model.jnt_dofadr[joint]
    data.qpos[address : address + 3] = position
    data.qpos[address + 3 : address + 7] = yaw_wxyz(yaw_rad)
    data.qvel[velocity : velocity + 6] = 0.0


def pose(data: mujoco.MjData, body: str) -> Pose:
    """Return where a body is, base frame."""
    found = data.body(body)
    return Pose(position=found.xpos.copy(), quaternion=found.xquat[[1, 2, 3, 0]])


def are_touching(data: mujoco.MjData, some: Sequence[str], others: Sequence[str]) -> bool:
    """Tell whether any geom of `some` touches any of `others`."""
    first, second = ({data.geom(name).id for name in names} for names in (some, others))
    # A handful of contacts is looked through faster without numpy.
    pairs = data.contact.geom.tolist()
    return any((one in first and other in second) or (other in first and one in second) for one, other in pairs)
