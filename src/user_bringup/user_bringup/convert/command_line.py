"""`convert RAW OUT`: transitions out of a bag of raw topics."""

from __future__ import annotations

import sys

from user_bringup.convert.arguments import parse
from user_bringup.convert.conversion import convert
from user_bringup.launcher.errors import LaunchError
from user_core.errors import UserRosError


def main() -> int:
    """Convert and say what came out; return 0, or 2 after an error."""
    try:
        arguments = parse(sys.argv[1:])
        result = convert(arguments)
    except (UserRosError, LaunchError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    for note in result.notes:
        print(f"note: {note}")
    outcomes = ", ".join(f"{count} {outcome}" for outcome, count in result.outcomes.items())
    print(f"{arguments.out}: {result.episodes} episodes ({outcomes}), {result.steps} steps")
    return 0


if __name__ == "__main__":
    sys.exit(main())
