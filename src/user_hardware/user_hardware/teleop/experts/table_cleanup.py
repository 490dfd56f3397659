"""Table clean-up as a person does it: red things into the red box, the green one into the green box, the lid shut."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from user_core.configuration import parameter
from user_core.transforms import FloatArray
from user_hardware.teleop.expert import ExpertAction, ExpertConfig, ExpertView
from user_hardware.teleop.experts.placing import CLOSED, PlacingConfig, PlacingSkill, heading_rad

_TIDYING = (("cube", "box_a", 0.03), ("brick", "box_a", -0.03), ("bar", "box_b", 0.0))
"""What goes where, in order, and how far from the box's middle along base y, so that nothing falls on another."""


@dataclass(frozen=True, kw_only=True)
class TableCleanupExpertConfig(PlacingConfig):
    """Skill, and how the lid is shut; lengths in metres."""

    hinge_x_m: float = parameter(-0.06, "the lid's hinge from the middle of the green box, along base x")
    hinge_z_m: float = parameter(0.042, "height of the hinge", minimum=0.0, maximum=0.2)
    push_m: float = parameter(0.095, "distance from the hinge at which it pushes", minimum=0.02, maximum=0.2)
    edge_m: float = parameter(0.11, "distance from the hinge up to which it pushes", minimum=0.02, maximum=0.3)
    press_m: float = parameter(0.04, "how far beyond the lid it reaches in order to push", minimum=0.0, maximum=0.1)
    over_m: float = parameter(0.19, "height at which it goes over the open lid", minimum=0.1, maximum=0.3)
    behind_m: float = parameter(0.03, "distance behind the lid from which it comes down", minimum=0.01, maximum=0.1)
    later_m: float = parameter(0.7, "longest way from the end of one thing to the end of the next", minimum=0.0)
    beside_m: float = parameter(0.04, "distance from the lid's middle, along base y, at which it pushes", minimum=0.0)


class TableCleanupExpert:
    """Tidies what is not yet tidy, the first thing first, and then pushes the lid along its arc from behind."""

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
        lid_m = config.push_m * max(state.value("lid_rad"), 0.0)
        untidy = [entry for entry in _TIDYING if not self._is_placed(view, entry[0], entry[1])]
        if not untidy:
            return lid_m + float(np.linalg.norm(self._to_lid(view)))
        (name, box, side_m), *later = untidy
        way_m = self._skill.way_left_m(view, thing=state.pose(name), place=_place(view, box, side_m))
        # What each later thing, and going to the lid, take at most: the end of one must not look like a way back.
        return way_m + lid_m + self._config.later_m * (len(later) + 1)

    def act(self, view: ExpertView) -> ExpertAction:
        """Return the motion towards the next thing to be done, and what the fingers do."""
        state = view.state
        for name, box, side_m in _TIDYING:
            placed = self._is_placed(view, name, box)
            if not placed or self._skill.is_between_fingers(view, state.pose(name)):
                return self._skill.put(view, thing=state.pose(name), place=_place(view, box, side_m), placed=placed)
        goal = view.tcp_pose.position + self._to_lid(view)
        return self._skill.move(view, to=goal, turn_rad=-heading_rad(view.tcp_pose), opening=CLOSED)

    def _is_placed(self, view: ExpertView, name: str, box: str) -> bool:
        return self._skill.is_inside(view.state.pose(name), view.state.pose(box))

    def _to_lid(self, view: ExpertView) -> FloatArray:
        """Return the way (3,) to where the tool pushes now: over the lid, down behind it, and along its arc."""
        config, tool = self._config, view.tcp_pose.position
        # Along the lid from its hinge, and away from what it shuts: behind it, or above it once it is nearly shut.
        hinge = view.state.pose("box_b").position + [config.hinge_x_m, 0.0, config.hinge_z_m]
        angle = view.state.value("lid_rad")
        along = np.array([np.cos(angle), 0.0, np.sin(angle)])
        behind = np.array([-np.sin(angle), 0.0, np.cos(angle)])
        off = tool - hinge
        height_m, beside_m = float(off @ behind), abs(float(off[1]))
        if height_m > 0.0 and beside_m < config.beside_m and off @ along < config.edge_m:
            return hinge + config.push_m * along - config.press_m * behind - tool
        if height_m > config.behind_m and beside_m < config.beside_m:
            return np.array([0.0, 0.0, hinge[2] + config.push_m - tool[2]])
        goal = np.array([hinge[0] - config.push_m, hinge[1], config.over_m])
        # It does not cross before it is above the lid's edge.
        goal[:2] -= np.clip((config.over_m - tool[2]) / 0.03, 0.0, 1.0) * (goal[:2] - tool[:2])
        return goal - tool


def _place(view: ExpertView, box: str, side_m: float) -> FloatArray:
    """Return where in a box a thing is dropped, base frame."""
    place: FloatArray = view.state.pose(box).position + [0.0, side_m, 0.0]
    return place
