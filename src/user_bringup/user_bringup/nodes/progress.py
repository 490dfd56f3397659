"""Keeps progress_node alive: a launch file can respawn a node or end with it, not both.

`progress` starts the progress node with its own arguments, starts it again when a signal killed it, and ends with the
node's exit status when it came to an end by itself.
"""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Sequence

_PR_SET_PDEATHSIG = 1


def supervise(command: Sequence[str]) -> int:
    """Run `command` until it ends by itself or this process is asked to stop; return its exit status."""
    stopping = False
    process: subprocess.Popen[bytes] | None = None

    def pass_on(number: int, frame: object) -> None:
        nonlocal stopping
        stopping = True
        if process is not None and process.poll() is None:
            process.send_signal(number)

    before = {number: signal.signal(number, pass_on) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        while True:
            process = subprocess.Popen(command, preexec_fn=_die_with_parent)
            status = process.wait()
            if status >= 0 or stopping:
                return max(status, 0)
            name = signal.Signals(-status).name
            print(f"progress_node was killed by {name}; starting it again", file=sys.stderr, flush=True)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _die_with_parent() -> None:
    """Ask the kernel to stop the child when this process is killed, and leave Ctrl-C to be passed on once."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    os.setpgid(0, 0)


def main() -> None:
    """Run `progress_node` of this Python with the arguments given."""
    sys.exit(supervise([sys.executable, "-m", "user_bringup.nodes.progress_node", *sys.argv[1:]]))


if __name__ == "__main__":
    main()
