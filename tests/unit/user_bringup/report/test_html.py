from __future__ import annotations

import base64
import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from tests.support.learning_records import make_episode, small_spec
from tests.support.run_tables import Run, episode_row, finished_run, progress_config
from user_bringup.evaluation.run_record import RunRecord
from user_bringup.report.browser_section import browser_section
from user_bringup.report.episode_files import EpisodeFiles
from user_bringup.report.evaluation_section import evaluation_section
from user_bringup.report.html import Picture, page
from user_bringup.report.plots import PLOTS, render
from user_bringup.report.summary import summarise
from user_core.types import Outcome

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


def test_the_browser_lists_every_episode_and_no_text_ends_its_script(record: RunRecord, tmp_path: Path) -> None:
    row = episode_row(episode="cut", outcome=Outcome.INCOMPLETE, reason="</script><b>", length=3)
    files = EpisodeFiles(run=tmp_path, chosen=())
    section = browser_section([*record.episodes.episodes, row], files, problem="")
    data = section.split("const browserContent = ")[1].split(";\n</script>")[0]
    rows = json.loads(data)["rows"]
    assert [item["episode"] for item in rows][-1] == "cut"
    assert (len(rows), rows[-1]["reason"]) == (len(record.episodes.episodes) + 1, "</script><b>")
    assert section.count("</script>") == 2
    assert f"{len(rows)} were left out" in section
    whole = page(summarise(record, transitions=1, lost=0), plots=[], strips=[], browser=section)
    assert not re.search(r"https?://|<link|src=\"http", whole)


def test_a_bag_that_was_not_read_to_its_end_is_said(record: RunRecord, tmp_path: Path) -> None:
    files = EpisodeFiles(run=tmp_path, chosen=())
    assert "only the first 9" in browser_section(record.episodes.episodes, files, problem="only the first 9 records")
    assert browser_section([], files, problem="") == ""


def test_every_failure_of_the_evaluation_has_its_strip(tmp_path: Path) -> None:
    failed = episode_row(episode="f", seed=5, outcome=Outcome.TIMEOUT, length=4)
    files = EpisodeFiles(run=tmp_path, chosen={"f"})
    assert "no images in the bag" in evaluation_section(None, [failed], files)
    for transition in make_episode(small_spec(), episode="f"):
        files.on_transition(transition)
    section = evaluation_section(None, [failed], files)
    assert 'src="report_files/episode_f.webp"' in section
    assert "seed 5: timeout after 4 steps" in section
    assert Tags(section).open == []
    assert evaluation_section(None, [], files) == ""


@pytest.mark.parametrize("plot", PLOTS)
def test_plots_are_drawn_with_and_without_content(plot: Any, record: RunRecord, tmp_path: Path) -> None:  # noqa: ANN401
    empty = Run(tmp_path / "empty", progress_config()).record
    assert render(plot, record).startswith(PNG)
    assert render(plot, empty).startswith(PNG)
