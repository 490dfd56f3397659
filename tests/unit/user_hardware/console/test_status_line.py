"""The live line."""

from __future__ import annotations

from typing import Any

from user_hardware.console.status_line import StatusView, compose


def line(*, age_s: float = 0.1, width: int = 200, **fields: Any) -> str:
    values = {"state": "TAKEOVER", "controller": "human", "mode": "collect", "episode": "0123456789ab", "step": 7}
    view = StatusView(**{**values, "prompt": "", "hold_reason": "", **fields})
    return compose(robot="arm_0", view=view, age_s=age_s, speed=0.3, width=width)


def test_it_says_who_acts_in_which_episode_at_which_step() -> None:
    assert line() == "arm_0 | TAKEOVER (human) | collect 01234567 | step 7 | speed 0.30"


def test_it_says_what_the_person_should_do_and_why_the_arm_is_held() -> None:
    text = line(state="HOLD", episode="", prompt="clear the workspace", hold_reason="too much force")
    assert text.endswith("clear the workspace | too much force") and "step" not in text
    assert line(prompt="too much force; look", hold_reason="too much force").count("too much force") == 1


def test_it_says_when_nothing_is_heard() -> None:
    assert "silent for 5 s" in line(age_s=5.0) and "TAKEOVER" not in line(age_s=5.0)
    assert "robot:=" in compose(robot="arm_0", view=None, age_s=0.0, speed=0.3, width=200)


def test_it_fits_the_terminal() -> None:
    assert len(line(width=30)) == 29
