"""A comparison as a page of its own."""

from __future__ import annotations

import html
from collections.abc import Mapping
from importlib import resources
from string import Template
from typing import Any

from user_bringup.evaluation.comparison import Comparison
from user_bringup.report.comparison_text import PAIR_COLUMNS, pair_rows, performer, sentences


def comparison_page(a: Mapping[str, Any], b: Mapping[str, Any], comparison: Comparison) -> str:
    """Return the page; it fetches nothing."""
    files = resources.files("user_bringup.report")
    template = Template(files.joinpath("comparison.html").read_text(encoding="utf-8"))
    rows = [_row("th", PAIR_COLUMNS)]
    rows += [_row("td", row, kind=f"won-{row[-1].lower()}") for row in pair_rows(comparison)]
    return template.substitute(
        title=html.escape(f"{a['task']}: A against B"),
        style=files.joinpath("style.css").read_text(encoding="utf-8"),
        a=html.escape(performer(a)),
        b=html.escape(performer(b)),
        sentences="".join(f"<li>{html.escape(line)}</li>" for line in sentences(comparison)),
        rows="".join(rows),
    )


def _row(tag: str, cells: tuple[str, ...] | list[str], *, kind: str = "") -> str:
    inner = "".join(f"<{tag}>{html.escape(cell)}</{tag}>" for cell in cells)
    return f'<tr class="{kind}">{inner}</tr>' if kind else f"<tr>{inner}</tr>"
