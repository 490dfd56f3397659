from __future__ import annotations

import base64
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from tests.support.run_tables import Run, finished_run, progress_config
from user_bringup.evaluation.run_record import RunRecord
from user_bringup.report.html import Picture, page
from user_bringup.report.plots import PLOTS, render
from user_bringup.report.summary import summarise

PNG = b"\x89PNG\r\n\x1a\n"


class Tags(HTMLParser):
    """Notes open tags that are never closed, and where pictures come from."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.sources: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "img":
            self.sources.append(dict(attrs)["src"] or "")
        elif tag not in ("meta", "link"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@pytest.fixture
def record(tmp_path: Path) -> RunRecord:
    return finished_run(tmp_path, privileged_inputs="target").record


def test_page_is_whole_and_fetches_nothing(record: RunRecord) -> None:
    summary = summarise(record, transitions=1, lost=0)
    text = page(summary, plots=[Picture(png=PNG)], strips=[Picture(png=PNG, caption="First episode")])
    tags = Tags(text)
    assert tags.open == []
    assert [base64.b64decode(source.removeprefix("data:image/png;base64,")) for source in tags.sources] == [PNG, PNG]
    assert not re.search(r"https?://|<script|<link", text)
    assert "$" not in text
    assert "First episode" in text
    assert "privileged inputs: target" in text


def test_page_of_a_run_that_has_not_begun_is_whole(tmp_path: Path) -> None:
    empty = Run(tmp_path, progress_config()).record
    text = page(summarise(empty, transitions=None, lost=None), plots=[], strips=[])
    assert Tags(text).open == []
    assert "not measured" in text


def test_names_are_escaped(record: RunRecord) -> None:
    summary: dict[str, Any] = summarise(record, transitions=1, lost=0) | {"task": "<b>task</b>"}
    assert "<b>task</b>" not in page(summary, plots=[], strips=[])


@pytest.mark.parametrize("plot", PLOTS)
def test_plots_are_drawn_with_and_without_content(plot: Any, record: RunRecord, tmp_path: Path) -> None:  # noqa: ANN401
    empty = Run(tmp_path / "empty", progress_config()).record
    assert render(plot, record).startswith(PNG)
    assert render(plot, empty).startswith(PNG)
