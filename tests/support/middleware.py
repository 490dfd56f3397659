"""How the middleware is set for tests: as ./user sets it (scripts/middleware.sh)."""

from __future__ import annotations

from pathlib import Path

_CONFIGURATION = Path(__file__).resolve().parents[2] / "src" / "user_bringup" / "config"

ONE_MACHINE = {
    "ROS_AUTOMATIC_DISCOVERY_RANGE": "SYSTEM_DEFAULT",
    "FASTDDS_DEFAULT_PROFILES_FILE": str(_CONFIGURATION / "fastdds_one_machine.xml"),
}
NETWORK = {
    "ROS_AUTOMATIC_DISCOVERY_RANGE": "SUBNET",
    "FASTDDS_BUILTIN_TRANSPORTS": "UDPv4",
    "FASTDDS_DEFAULT_PROFILES_FILE": str(_CONFIGURATION / "fastdds_network.xml"),
}
