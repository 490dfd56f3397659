from __future__ import annotations

import pytest

from workspace_setup.errors import SetupError
from workspace_setup.settings import Settings


def test_words_change_what_was_kept():
    kept = Settings(role="robot")
    assert kept.changed_by(["torch:=cuda"], {}) == Settings(role="robot", torch="cuda")


def test_word_beats_the_environment():
    environment = {"USER_TORCH": "cuda"}
    assert Settings().changed_by([], environment).torch == "cuda"
    assert Settings().changed_by(["torch:=cpu"], environment).torch == "cpu"


@pytest.mark.parametrize("word", ["role:=learner", "rolle:=robot", "robot", "torch:="])
def test_other_words_are_refused_with_what_is_allowed(word: str):
    with pytest.raises(SetupError, match="allowed"):
        Settings().changed_by([word], {})
