"""What the arm does, in one line of a terminal."""

from __future__ import annotations

from dataclasses import dataclass

_SHORT_EPISODE = 8
SILENT_S = 2.0


@dataclass(frozen=True, kw_only=True)
class StatusView:
    """What is shown of EnvironmentStatus; see EnvironmentStatus.msg."""

    state: str
    controller: str
    mode: str
    episode: str
    step: int
    prompt: str
    hold_reason: str


def compose(*, robot: str, view: StatusView | None, age_s: float, speed: float, width: int) -> str:
    """Return the line, cut to a width.

    Args:
        robot: Namespace of the arm.
        view: The newest status; None before the first.
        age_s: Seconds since it was received.
        speed: Deflection of a pressed key.
        width: Columns of the terminal.
    """
    if view is None:
        parts = [robot, "nothing heard on environment/status yet: is the environment running, and is robot:= right?"]
    elif age_s > SILENT_S:
        parts = [robot, f"environment/status has been silent for {age_s:.0f} s"]
    else:
        parts = [robot, f"{view.state} ({view.controller})", f"{view.mode} {view.episode[:_SHORT_EPISODE]}".strip()]
        parts += [f"step {view.step}"] if view.episode else []
        parts.append(f"speed {speed:.2f}")
        # The prompt of a hold may begin with its reason.
        reason = "" if view.prompt.startswith(view.hold_reason) else view.hold_reason
        parts += [text for text in (view.prompt, reason) if text]
    return " | ".join(parts)[: max(width - 1, 1)]
