"""Table clean-up as a person does it: red things into the red box, the green one into the green box, the lid shut."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from user_core.configuration import parameter
from user_core.transforms import FloatArray
from user_hardware.teleop.expert import ExpertAction, ExpertConfig, ExpertView
from user_hardware.teleop.experts.placing import CLOSED, PlacingConfig, PlacingSkill, heading_rad

_TIDYING = {"cube": ("box_a", 0.03), "brick": ("box_a", -0.03), "bar": ("box_b", 0.0)}
"""What goes where, and how far from the box's middle along base y, so that nothing falls on another."""


@dataclass(frozen=True, kw_only=True)
class TableCleanupExpertConfig(PlacingConfig):
    """Skill, and how the lid is shut; lengths in metres."""

    # A tick here is three centimetres. Who learns from this misses by one at first, and lands on a hard thing.
    descent_m: float = parameter(0.01, "farthest it goes down in a tick", minimum=1e-3, maximum=1.0)
    # So far over the walls that whoever misses by some centimetres does not strike them.
    hover_m: float = parameter(0.1, "height above the grasp that is kept far from it", minimum=0.01, maximum=0.2)
    carry_m: float = parameter(0.12, "height at which it carries", minimum=0.03, maximum=0.3)
    clear_m: float = parameter(0.06, "height below which a hand at a box is about to strike a wall", minimum=0.0)
    beside_box_m: float = parameter(0.09, "distance from a box's middle at which it is", minimum=0.0, maximum=0.3)
    hinge_x_m: float = parameter(-0.06, "the lid's hinge from the middle of the green box, along base x")
    hinge_z_m: float = parameter(0.042, "height of the hinge", minimum=0.0, maximum=0.2)
    push_m: float = parameter(0.095, "distance from the hinge at which it pushes", minimum=0.02, maximum=0.2)
    edge_m: float = parameter(0.11, "distance from the hinge from which it begins to push", minimum=0.02, maximum=0.3)
    slip_m: float = parameter(0.02, "distance beyond that at which it goes on", minimum=0.0, maximum=0.1)
    press_m: float = parameter(0.04, "how far beyond the lid it reaches in order to push", minimum=0.0, maximum=0.1)
    over_m: float = parameter(0.19, "height at which it goes over the open lid", minimum=0.1, maximum=0.3)
    behind_m: float = parameter(0.03, "distance behind the lid from which it comes down", minimum=0.01, maximum=0.1)
    later_m: float = parameter(0.9, "longest way from the end of one thing to the end of the next", minimum=0.0)
    beside_m: float = parameter(0.04, "distance from the lid's middle, along base y, at which it pushes", minimum=0.0)


@dataclass(frozen=True, kw_only=True, eq=False)
class _Shutting:
    """The way (3,) to where the tool goes now, and the length of all that is left of it until the lid is shut."""

    to: FloatArray
    left_m: float


class TableCleanupExpert:
    """Tidies what it holds, else the nearest thing that is not tidy, and then pushes the lid shut from behind."""

    config_type: ClassVar[type[ExpertConfig]] = TableCleanupExpertConfig

    def __init__(self, *, config: TableCleanupExpertConfig, seed: int = 0) -> None:
        """Start an episode with the tremble that `seed` draws."""
        self._config = config
        self._skill = PlacingSkill(config=config, seed=seed)

    def reset(self, seed: int) -> None:
        """Begin another episode."""
        self._skill.reset(seed)

    def way_left_m(self, view: ExpertView) -> float:
        """Return the ways of the things still to be tidied, and of the lid; what is done never makes it longer."""
        config, state = self._config, view.state
        untidy = [name for name in _TIDYING if not self._is_placed(view, name)]
        if not untidy:
            return self._shutting(view).left_m
        # Whichever thing is next, all are still to be carried; going to each later one, and to the lid, takes `later_m`
        # at most: neither the end of one nor another choice must look like a way back.
        next_m = self._skill.to_thing_m(view, state.pose(self._nearest(view, untidy)))
        carried_m = [self._skill.to_place_m(view, thing=state.pose(name), place=_place(view, name)) for name in untidy]
        return next_m + sum(carried_m) + config.later_m * len(untidy) + 2 * self._too_low_m(view)

    def act(self, view: ExpertView) -> ExpertAction:
        """Return the motion towards the next thing to be done, and what the fingers do."""
        state = view.state
        held = [name for name in _TIDYING if self._skill.is_between_fingers(view, state.pose(name))]
        untidy = [name for name in _TIDYING if not self._is_placed(view, name)]
        if held or untidy:
            name = self._nearest(view, held or untidy)
            placed = self._is_placed(view, name)
            return self._skill.put(view, thing=state.pose(name), place=_place(view, name), placed=placed)
        goal = view.tcp_pose.position + self._shutting(view).to
        return self._skill.move(view, to=goal, turn_rad=-heading_rad(view.tcp_pose), opening=CLOSED)

    def _too_low_m(self, view: ExpertView) -> float:
        """Return how far a hand at a box has to rise first."""
        tool = view.tcp_pose.position
        beside_m = min(
            float(np.max(np.abs(tool[:2] - view.state.pose(box).position[:2]))) for box, _ in _TIDYING.values()
        )
        return max(self._config.clear_m - float(tool[2]), 0.0) if beside_m < self._config.beside_box_m else 0.0

    def _nearest(self, view: ExpertView, names: list[str]) -> str:
        return min(names, key=lambda name: self._skill.to_thing_m(view, view.state.pose(name)))

    def _is_placed(self, view: ExpertView, name: str) -> bool:
        box, _ = _TIDYING[name]
        return self._skill.is_inside(view.state.pose(name), view.state.pose(box))

    def _shutting(self, view: ExpertView) -> _Shutting:
        """Return what shuts the lid now: up and over it, down behind it, or along its arc."""
        config, tool, angle = self._config, view.tcp_pose.position, view.state.value("lid_rad")
        # Along the lid from its hinge, and away from what it shuts: behind it, or above it once it is nearly shut.
        hinge = view.state.pose("box_b").position + [config.hinge_x_m, 0.0, config.hinge_z_m]
        along = np.array([np.cos(angle), 0.0, np.sin(angle)])
        behind = np.array([-np.sin(angle), 0.0, np.cos(angle)])
        off = tool - hinge
        height_m, beside_m = float(off @ behind), abs(float(off[1]))
        arc_m, nearest_m = config.push_m * max(angle, 0.0), 2 * config.press_m
        edge_m = config.edge_m if height_m > config.behind_m else config.edge_m + config.slip_m
        if height_m > 0.0 and beside_m < config.beside_m and off @ along < edge_m:
            to = config.push_m * along - config.press_m * behind - off
            return _Shutting(to=to, left_m=min(float(np.linalg.norm(to)), nearest_m) + arc_m)
        push_z_m = float(hinge[2]) + config.push_m
        if height_m > config.behind_m and beside_m < config.beside_m:
            down_m = push_z_m - float(tool[2])
            return _Shutting(to=np.array([0.0, 0.0, down_m]), left_m=max(-down_m, 0.0) + nearest_m + arc_m)
        over = np.array([hinge[0] - config.push_m, hinge[1], config.over_m]) - tool
        up_m, across_m = max(float(over[2]), 0.0), float(np.linalg.norm(over[:2]))
        over[:2] *= 1.0 - min(up_m / 0.03, 1.0)  # it does not cross before it is above the lid's edge
        return _Shutting(to=over, left_m=up_m + across_m + config.over_m - push_z_m + nearest_m + arc_m)


def _place(view: ExpertView, name: str) -> FloatArray:
    """Return where in its box a thing is dropped, base frame."""
    box, side_m = _TIDYING[name]
    place: FloatArray = view.state.pose(box).position + [0.0, side_m, 0.0]
    return place
