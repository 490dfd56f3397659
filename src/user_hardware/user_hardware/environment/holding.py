"""The arm at rest: how it is stopped, what must be mended, and how it is let go again."""

from __future__ import annotations

import numpy as np

from user_hardware.environment.arbiter import Arbiter, ControlEvent, ControlState
from user_hardware.environment.commander import Commander, PoseLostError
from user_hardware.environment.config import EnvironmentConfig
from user_hardware.environment.hold import Hold, HoldCause
from user_hardware.environment.sensors import Snapshot
from user_hardware.environment.watch import Watch


class Holding:
    """Keeps the arm where it is, from the first moment on.

    Args:
        config: Whether a hold may end by itself.
        arbiter: Leaves HOLD by the event `resume`.
        commander: The way to the arm.
        watch: Knows what is wrong.
    """

    def __init__(self, *, config: EnvironmentConfig, arbiter: Arbiter, commander: Commander, watch: Watch) -> None:
        self._config = config
        self._arbiter = arbiter
        self._commander = commander
        self._watch = watch
        self.held: Hold | None = Hold(cause=HoldCause.START, reason="the environment has just started")
        self.problems: list[str] = ["nothing has been checked yet"]

    def command(self, *, retreat: bool) -> str:
        """Make the measured pose the target, once, or one a little way out along the task's axis; return a prompt.

        Without a fresh pose nothing is sent: the controller holds its last target. While another node publishes
        targets too, nothing is sent either.
        """
        reason = "" if self.held is None else self.held.reason
        if not self._watch.alone:
            return reason
        axis = np.asarray(self._config.reset.axis) / np.linalg.norm(self._config.reset.axis)
        offset_m = axis * self._config.guard.retreat_m if retreat else np.zeros(3)
        try:
            self._commander.stop_here(offset_m=offset_m)
        except PoseLostError as error:
            return f"{reason}; {error}"
        return reason

    def tick(self, snapshot: Snapshot) -> str:
        """Let go by itself if that is allowed and all is well; return what a person should do, or ""."""
        wrench_problem = self._watch.wrench_fault(snapshot.wrench) or self._watch.contact_problem(snapshot.wrench)
        if wrench_problem and wrench_problem not in self.problems and self._config.reset.method == "legs":
            self.problems.append(wrench_problem)
        if self.held is not None and self.held.ends_by_itself(self._config) and not self.release():
            return ""
        return "; ".join(self.problems) or self._start_problem() or "clear the workspace, then call resume"

    def release(self) -> str:
        """Leave HOLD for the next reset; return why not, or "" when done."""
        if self._arbiter.state is not ControlState.HOLD:
            return f"nothing to resume: the state is {self._arbiter.state}"
        problem = "; ".join(self.problems) or self._start_problem()
        if problem:
            return problem
        self.held = None
        self._commander.start_from_measured()
        self._arbiter.handle(ControlEvent.RESUME)
        return ""

    def _start_problem(self) -> str:
        """Return why the arm may not start from where it is; a simulation puts it where it belongs."""
        if self._config.reset.method == "world":
            return ""
        try:
            return self._watch.workspace_problem(self._commander.measured())
        except PoseLostError as error:
            return str(error)
