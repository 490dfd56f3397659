"""report.html: one self-contained page from the figures, plots and film strips of a run."""

from __future__ import annotations

import base64
import html
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from string import Template
from typing import Any

from user_bringup.report.evaluation_section import evaluation_cards
from user_bringup.report.figures_section import figures_table, practises

_COLUMNS = (
    ("evaluation", "kind"),
    ("steps", "environment_steps"),
    ("updates", "updates"),
    ("wall s", "wall_s"),
    ("version", "policy_version"),
    ("successes", "successes"),
    ("episodes", "episodes"),
    ("rate", "success_rate"),
    ("95 % from", "wilson_low"),
    ("to", "wilson_high"),
)
_PERCENT = ("success_rate", "wilson_low", "wilson_high")


@dataclass(frozen=True, kw_only=True)
class Picture:
    """A PNG with its caption."""

    png: bytes
    caption: str = ""


def page(
    summary: Mapping[str, Any],
    *,
    plots: Sequence[Picture],
    strips: Sequence[Picture],
    evaluated: str = "",
    browser: str = "",
) -> str:
    """Return the page.

    Args:
        summary: What report.json says.
        plots: Plots of learning and timing.
        strips: Film strips.
        evaluated: The section on an evaluation seed by seed.
        browser: The section in which episodes are looked at.
    """
    files = resources.files("user_bringup.report")
    template = Template(files.joinpath("template.html").read_text(encoding="utf-8"))
    names = [summary["task"], summary["algorithm"], summary["policy"], f"seed {summary['seed']}"]
    privileged = ", ".join(summary["privileged_inputs"])
    subtitle = summary["verdict"] + (f"; the policy reads privileged inputs: {privileged}" if privileged else "")
    return template.substitute(
        style=files.joinpath("style.css").read_text(encoding="utf-8"),
        evaluated=evaluated,
        browser=browser,
        title=html.escape(" · ".join(name for name in names if name)),
        subtitle=html.escape(subtitle),
        cards="".join(_card(name, value) for name, value in _headline(summary)),
        learning=_learning(plots),
        strips="".join(_figure(picture) for picture in strips) or '<p class="soft">no images in the bag</p>',
        evaluations=_evaluations(summary),
        figures=figures_table(summary),
    )


def _learning(plots: Sequence[Picture]) -> str:
    figures = "".join(_figure(picture) for picture in plots)
    return f'<h2>Learning</h2>\n<div class="plots">{figures}</div>' if plots else ""


def _headline(summary: Mapping[str, Any]) -> list[tuple[str, str]]:
    if summary["evaluated"] is not None:
        return evaluation_cards(summary["evaluated"])
    cards = []
    for key, name in (("evaluation", "final evaluation"), ("imitation_only", "imitation only")):
        result = summary[key]
        if result is not None:
            interval = f"{result['wilson_low']:.0%} to {result['wilson_high']:.0%}"
            text = f"{name}, {result['successes']} of {result['episodes']} ({interval})"
            cards.append((text, f"{result['success_rate']:.0%}"))
    for task, rate in summary["evaluation_by_task"].items():
        before = summary["imitation_by_task"].get(task)
        by_imitation = "" if before is None else f"; by imitation alone {before['success_rate']:.0%}"
        interval = f"{rate['wilson_low']:.0%} to {rate['wilson_high']:.0%}"
        text = f"{task}, {rate['successes']} of {rate['episodes']} ({interval}{by_imitation})"
        cards.append((text, f"{rate['success_rate']:.0%}"))
    if practises(summary):
        cards.append(("environment steps", f"{summary['environment_steps']}"))
    else:
        cards.append(("transitions recorded", f"{summary['replay']['transitions']}"))
    minutes, seconds = divmod(round(summary["wall_s"]), 60)
    cards.append(("wall time", f"{minutes} min {seconds:02d} s"))
    reached = summary["first_reached"]
    if reached is not None:
        text = f"steps to {reached['asked']:.0%} ({reached['wall_s']:.0f} s)"
        cards.append((text, f"{reached['environment_steps']}"))
    return cards


def _evaluations(summary: Mapping[str, Any]) -> str:
    rows = [{"kind": f"periodic {number}"} | point for number, point in enumerate(summary["curve"], start=1)]
    for key, name in (("evaluation", "final"), ("imitation_only", "imitation only")):
        if summary[key] is not None:
            rows.append({"kind": name} | summary[key])
    for kind in ("requested", "operator"):
        rows += [{"kind": kind} | point for point in summary[kind]]
    header = "".join(f"<th>{name}</th>" for name, _ in _COLUMNS)
    lines = ["".join(f"<td>{html.escape(_cell(key, row.get(key)))}</td>" for _, key in _COLUMNS) for row in rows]
    return "".join(f"<tr>{cells}</tr>" for cells in (header, *lines))


def _cell(key: str, value: object) -> str:
    if value is None:
        return ""
    if key in _PERCENT and isinstance(value, int | float):
        return f"{100 * value:.1f} %"
    return f"{value:.0f}" if isinstance(value, float) else str(value)


def _card(name: str, value: str) -> str:
    return f'<div class="card"><b>{html.escape(value)}</b><span class="soft">{html.escape(name)}</span></div>'


def _figure(picture: Picture) -> str:
    encoded = base64.b64encode(picture.png).decode()
    caption = f"<figcaption>{html.escape(picture.caption)}</figcaption>" if picture.caption else ""
    text = html.escape(picture.caption or "plot")
    return f'<figure><img alt="{text}" src="data:image/png;base64,{encoded}">{caption}</figure>'
