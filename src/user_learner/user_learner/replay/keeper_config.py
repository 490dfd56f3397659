"""Parameters of the replay node."""

from __future__ import annotations

from dataclasses import dataclass

from user_core.configuration import parameter


@dataclass(frozen=True, kw_only=True)
class KeeperConfig:
    """What the keeper of the log needs; each field is a ROS parameter."""

    run_folder: str = parameter("", "Folder of the run; the log is the bag `transitions` in it.")
    robots: tuple[str, ...] = parameter((), "Namespaces of the arms to record; others are found as they join.")
    status_rate_hz: float = parameter(
        10.0, "Rate of /replay/status and its acknowledgements.", minimum=5.0, maximum=100.0
    )
    low_water_mb: float = parameter(
        500.0, "Free disk space in MB below which nothing is written and the robots hold.", minimum=0.0
    )
    fetch_limit_mb: float = parameter(8.0, "Largest answer of /replay/fetch in MB.", minimum=0.1, maximum=256.0)
