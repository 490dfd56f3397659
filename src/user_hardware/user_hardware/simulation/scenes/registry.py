"""Which scenes there are; one per task."""

from __future__ import annotations

from user_core.registry import Registry

SCENES = Registry(
    kind="task with a scene",
    entries={
        "cap_tightening": "user_hardware.simulation.scenes.cap_tightening:CapTighteningScene",
        "charger": "user_hardware.simulation.scenes.charger:ChargerScene",
        "peg_insertion": "user_hardware.simulation.scenes.peg_insertion:PegInsertionScene",
        "pick_and_place": "user_hardware.simulation.scenes.pick_and_place:PickAndPlaceScene",
        "table_cleanup": "user_hardware.simulation.scenes.table_cleanup:TableCleanupScene",
    },
    where="task of simulation_node, in config/tasks/<task>.yaml",
)
