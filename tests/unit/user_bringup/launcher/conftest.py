from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.launch_folder import LaunchFolder


@pytest.fixture
def folder(tmp_path: Path) -> LaunchFolder:
    return LaunchFolder(tmp_path)
