"""When the scripted person presses the button that says how it went: it may look at how the task really stands."""

from __future__ import annotations

from user_core.types import Outcome, TaskState


class ScriptedMarks:
    """Presses once for each thing that there is to say.

    Args:
        verdict_ticks: Looks at an ended episode before it is judged, and before it is judged again.
    """

    def __init__(self, *, verdict_ticks: int) -> None:
        self._verdict_ticks = verdict_ticks
        self._marked = False
        self._asked = ""
        self._looks = 0

    def begin(self) -> None:
        """Begin another episode."""
        self._marked = False

    def of_progress(self, state: TaskState, *, given_up: bool) -> Outcome | None:
        """Return what to press now in a running episode: success as soon as it is so, failure on giving up."""
        if self._marked or not (state.success or given_up):
            return None
        self._marked = True
        return Outcome.SUCCESS if state.success else Outcome.FAILURE

    def of_verdict(self, state: TaskState, *, asked: str) -> Outcome | None:
        """Return what to press now when asked about an ended episode, before which the scene is left as it was."""
        if asked != self._asked:
            self._asked, self._looks = asked, 0
        self._looks += 1
        if self._looks % self._verdict_ticks:
            return None
        return Outcome.SUCCESS if state.success else Outcome.FAILURE
