"""The supervisor of progress_node restarts what was killed and passes on what ended."""

import os
import signal
import subprocess
import sys
from pathlib import Path

from user_bringup.nodes.progress import supervise

KILLED_ONCE = """
import os, pathlib, signal, sys
mark = pathlib.Path(sys.argv[1])
if not mark.exists():
    mark.touch()
    os.kill(os.getpid(), signal.SIGKILL)
sys.exit(3)
"""

SLEEPER = """
import signal, sys, time
signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
print("up", flush=True)
time.sleep(60)
"""

SUPERVISE_SLEEPER = f"""
import sys
from user_bringup.nodes.progress import supervise
sys.exit(supervise([sys.executable, "-c", {SLEEPER!r}]))
"""


def test_a_killed_child_is_started_again_and_its_exit_status_passed_on(tmp_path: Path) -> None:
    assert supervise([sys.executable, "-c", KILLED_ONCE, str(tmp_path / "mark")]) == 3


def test_sigterm_is_passed_on_and_ends_both() -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", SUPERVISE_SLEEPER],
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert process.stdout is not None
    assert process.stdout.readline() == b"up\n"
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=10) == 0
