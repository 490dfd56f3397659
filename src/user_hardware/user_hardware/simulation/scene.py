"""What a scene promises: how it is built, where a reset puts its things, and how its task stands."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol
from xml.etree.ElementTree import Element

import mujoco

from user_core.transforms import FloatArray, Pose
from user_core.types import TaskState

Uniform = Callable[[int], FloatArray]
"""Draws so many numbers from [-1, 1]."""


@dataclass(frozen=True, kw_only=True)
class SceneConfig:
    """Geometry and randomisation of one task's scene; every scene has its own."""


@dataclass(frozen=True, kw_only=True, eq=False)
class ThirdPersonView:
    """A camera that is fixed to the room and knows nothing of where things really are.

    Attributes:
        eye: (3,) metres, base frame.
        look_at: (3,) metres, base frame.
        fovy_deg: Vertical field of view.
    """

    eye: FloatArray
    look_at: FloatArray
    fovy_deg: float


@dataclass(frozen=True, kw_only=True, eq=False)
class SceneParts:
    """The elements of the MJCF to which a scene adds its own.

    Attributes:
        world: ``<worldbody>``, with arm and table.
        hand: The hand's ``<body>``, for what is fixed to it.
        equality: ``<equality>``.
        actuator: ``<actuator>``; the arm's and the fingers' stand in it already.
        sensor: ``<sensor>``.
    """

    world: Element
    hand: Element
    equality: Element
    actuator: Element
    sensor: Element


class Scene(Protocol):
    """The things of one task around the arm.

    Attributes:
        config_type: Its parameters, a `SceneConfig`.
        coloured_geoms: Geoms whose colour a reset varies; those of one group vary together.
        view: The third-person camera.
        nominal_target: Tool pose at the goal where the task nominally is, base frame.
        grasps: Whether fingers have to hold what they touch: contacts then cost more.
        closest_width_m: How far the fingers close when they hold what is fixed to the hand.
        start_width_m: Distance between the fingers at a reset.
        start_opening_m: Width that the gripper is told to take at a reset; below start_width_m it grips.
        settle_s: Simulated seconds for which things come to rest after they have been put down.
    """

    config_type: ClassVar[type[SceneConfig]]
    coloured_geoms: tuple[tuple[str, ...], ...]
    view: ThirdPersonView
    nominal_target: Pose
    grasps: bool
    closest_width_m: float
    start_width_m: float
    start_opening_m: float
    settle_s: float

    def build(self, parts: SceneParts) -> None:
        """Add everything but arm, table, lamp and cameras."""

    def draw(self, uniform: Uniform) -> Any:
        """Draw where things are; always the same number of numbers, so that one range never shifts another's draw."""

    def target_pose(self, draw: Any) -> Pose:
        """Return the tool pose at the goal of a draw, base frame; what `task/target_pose` says."""

    def place_fixed(self, model: mujoco.MjModel, draw: Any) -> None:
        """Move what cannot move by itself: bodies without joints."""

    def place_loose(self, model: mujoco.MjModel, data: mujoco.MjData, draw: Any, *, start_pose: Pose) -> None:
        """Put what can move, in freshly reset data; the arm stands at `start_pose`, its fingers at start_width_m."""

    def state(self, data: mujoco.MjData, *, draw: Any, tcp_pose: Pose) -> TaskState:
        """Return how the task stands now; the stamp is filled in by whoever publishes it."""
