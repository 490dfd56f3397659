"""``collect_reward_data [name:=value …]``: the launch file of that name, by a name that says what it is for."""

from __future__ import annotations

import sys

from user_bringup.launcher.command_line import main as launch


def main() -> None:
    """Run the launch; --show-args lists what can be given."""
    words = ["--show-args" if word in ("-h", "--help") else word for word in sys.argv[1:]]
    sys.exit(launch(["collect_reward_data", *words]))
