"""Which tasks the scripted person can do."""

from __future__ import annotations

from user_core.registry import Registry

EXPERTS = Registry(
    kind="task with a scripted expert",
    entries={
        "cap_tightening": "user_hardware.teleop.experts.cap_tightening:CapTighteningExpert",
        "charger": "user_hardware.teleop.experts.insertion:InsertionExpert",
        "peg_insertion": "user_hardware.teleop.experts.insertion:InsertionExpert",
        "pick_and_place": "user_hardware.teleop.experts.pick_and_place:PickAndPlaceExpert",
        "table_cleanup": "user_hardware.teleop.experts.table_cleanup:TableCleanupExpert",
    },
    where="task of operator_node, in config/tasks/<task>.yaml",
)
