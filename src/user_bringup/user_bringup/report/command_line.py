"""`report run:=FOLDER`: makes the report of a run again from what its folder holds."""

from __future__ import annotations

import sys
from pathlib import Path

from user_bringup.evaluation.run_record import RunRecord
from user_bringup.report.write import write_report
from user_core.errors import ConfigurationError, UserRosError

_SCAN_LIMIT_S = 3600.0


def main() -> int:
    """Write report.json and report.html; return 0, or 2 after an error."""
    try:
        run = run_argument(sys.argv[1:])
        summary = write_report(RunRecord.load(run), scan_limit_s=_SCAN_LIMIT_S)
    except UserRosError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    print(f"{run / 'report.html'}: {summary['verdict']}, {summary['environment_steps']} environment steps")
    return 0


def run_argument(arguments: list[str]) -> Path:
    """Return the run folder that the arguments name, as `run:=FOLDER` or `FOLDER`."""
    if len(arguments) != 1 or not arguments[0].removeprefix("run:="):
        raise ConfigurationError(
            key="arguments",
            value=" ".join(arguments),
            allowed="one run folder",
            where="the command line: report run:=FOLDER",
        )
    return Path(arguments[0].removeprefix("run:="))


if __name__ == "__main__":
    sys.exit(main())
