"""Two machines in one: network namespaces joined by a veth pair that can be cut."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from types import TracebackType
from typing import Self

_NETWORK = "10.213.77"


class TwoMachines:
    """Namespaces `<name>-a` and `<name>-b`, each with a loopback of its own; gone at the end, with all that they held.

    Args:
        name: Short and different from that of any other live pair on this machine.
    """

    def __init__(self, name: str) -> None:
        self.machines = (f"{name}-a", f"{name}-b")
        self._links = (f"{name}-va", f"{name}-vb")

    @staticmethod
    def obstacle() -> str:
        """Return why namespaces cannot be made here, "" when they can."""
        if os.geteuid() != 0:
            return "network namespaces need root"
        if shutil.which("ip") is None:
            return "network namespaces need the command ip (iproute2)"
        probe = f"probe-{os.getpid()}"
        if subprocess.run(["ip", "netns", "add", probe], capture_output=True, check=False).returncode != 0:
            return "this machine does not let us make network namespaces"
        subprocess.run(["ip", "netns", "delete", probe], check=False)
        return ""

    def __enter__(self) -> Self:
        for machine in self.machines:
            _ip("netns", "add", machine)
        _ip(
            "link", "add", self._links[0], "netns", self.machines[0], "type", "veth",
            "peer", "name", self._links[1], "netns", self.machines[1],
        )  # fmt: skip
        for number, (machine, link) in enumerate(zip(self.machines, self._links, strict=True), start=1):
            _ip("-n", machine, "addr", "add", f"{_NETWORK}.{number}/24", "dev", link)
            _ip("-n", machine, "link", "set", link, "up")
            _ip("-n", machine, "link", "set", "lo", "up")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for machine in self.machines:
            subprocess.run(["ip", "netns", "delete", machine], check=False)

    def prefix(self, number: int) -> list[str]:
        """Return the words that run a command on machine 0 or 1."""
        return ["ip", "netns", "exec", self.machines[number]]

    def cut(self, duration_s: float) -> None:
        """Take the link down, wait, and bring it up again."""
        _ip("-n", self.machines[0], "link", "set", self._links[0], "down")
        time.sleep(duration_s)
        _ip("-n", self.machines[0], "link", "set", self._links[0], "up")


def _ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True)
