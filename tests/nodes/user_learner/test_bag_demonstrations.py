"""A bag that holds no demonstrations is refused with the way to make some of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.log_records import SPEC
from user_core.errors import LogError
from user_core.log.kinds import RecordKind
from user_core.log.writer import BagWriter
from user_core.ros.definitions import log_definitions
from user_core.ros.records import encode_spec
from user_learner.ros.bag_demonstrations import BagDemonstrations

pytestmark = pytest.mark.ros


def test_bag_without_transitions_is_refused_with_the_tool_that_makes_them(tmp_path: Path) -> None:
    writer = BagWriter(tmp_path / "raw", run="run", definitions=log_definitions())
    writer.append(RecordKind.SPEC, encode_spec(SPEC, run="run", source="s", source_sequence=0), stamp_ns=1)
    writer.close()
    with pytest.raises(LogError, match="it holds no transitions; `./user convert` makes them"):
        list(BagDemonstrations(folder=tmp_path / "raw").records())
