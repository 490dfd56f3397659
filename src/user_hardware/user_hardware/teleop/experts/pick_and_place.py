"""Pick and place as a person does it: one thing into one box, and again when it slips."""

from __future__ import annotations

from typing import ClassVar

from user_hardware.teleop.expert import ExpertAction, ExpertConfig, ExpertView
from user_hardware.teleop.experts.placing import PlacingConfig, PlacingSkill


class PickAndPlaceExpert:
    """Fetches the object `object` and lets it fall into `container`, both by their poses in the task's state."""

    config_type: ClassVar[type[ExpertConfig]] = PlacingConfig

    def __init__(self, *, config: PlacingConfig, seed: int = 0) -> None:
        """Start an episode with the tremble that `seed` draws."""
        self._skill = PlacingSkill(config=config, seed=seed)

    def reset(self, seed: int) -> None:
        """Begin another episode."""
        self._skill.reset(seed)

    def way_left_m(self, view: ExpertView) -> float:
        """Return the way of the tool and of what it carries; 0 once the object is inside."""
        thing, box = view.state.pose("object"), view.state.pose("container")
        if self._is_placed(view):
            return 0.0
        return self._skill.way_left_m(view, thing=thing, place=box.position)

    def act(self, view: ExpertView) -> ExpertAction:
        """Return the motion towards the next thing to be done, and what the fingers do."""
        thing, box = view.state.pose("object"), view.state.pose("container")
        return self._skill.put(view, thing=thing, place=box.position, placed=self._is_placed(view))

    def _is_placed(self, view: ExpertView) -> bool:
        return self._skill.is_inside(view.state.pose("object"), view.state.pose("container"))
