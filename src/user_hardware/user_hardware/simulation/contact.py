"""What touches what, and how hard: MJCF attributes of geoms."""

from __future__ import annotations

ROBOT_COLLISION = {"contype": "1", "conaffinity": "0"}
"""Robot shapes touch those of the scene (``SCENE_COLLISION``) and never each other."""
SCENE_COLLISION = {"contype": "0", "conaffinity": "1"}
OBJECT_COLLISION = {"contype": "1", "conaffinity": "1"}
"""Loose things touch the robot, the scene and each other."""
NO_COLLISION = {"contype": "0", "conaffinity": "0"}

SCENE_CONTACT = {"solref": "0.01 1", "solimp": "0.95 0.99 0.001", "condim": "3"}
GRASP_CONTACT = {"solref": "0.004 1", "solimp": "0.95 0.99 0.001", "condim": "3"}
"""For what fingers hold and what it is put on: softer contacts let it sink in."""
PAD_CONTACT = {"solref": "0.004 1", "solimp": "0.95 0.99 0.001", "condim": "4", "friction": "1.2 0.02 0.0005"}
