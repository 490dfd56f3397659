from __future__ import annotations

from pathlib import Path

import pytest

from user_bringup.evaluate.arguments import EvaluateArguments
from user_core.errors import ConfigurationError

GIVEN = {"checkpoint": "runs/first", "episodes": "40", "seed": "7", "run": "out", "real_time_factor": "1.0"}


def test_what_is_given_is_taken_and_the_rest_is_passed_on() -> None:
    found = EvaluateArguments.of("charger", GIVEN)
    assert (found.task, found.checkpoint, found.run) == ("charger", Path("runs/first"), Path("out"))
    assert (found.episodes, found.seed, found.by_operator) == (40, 7, False)
    assert found.passed_on == {"real_time_factor": "1.0"}


def test_a_folder_of_its_own_is_the_default() -> None:
    assert str(EvaluateArguments.of("charger", {"policy": "operator"}).run).startswith("runs/charger-operator-")


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({}, "checkpoint = '' is not allowed: a run folder"),
        ({"policy": "cnn"}, "checkpoint = '' is not allowed"),
        (GIVEN | {"policy": "operator"}, "none with policy:=operator"),
        (GIVEN | {"episodes": "0"}, "episodes = '0' is not allowed: a whole number from 1 to 10000"),
        (GIVEN | {"episodes": "many"}, "episodes = 'many'"),
        (GIVEN | {"task": "peg_insertion"}, "task = 'peg_insertion' is not allowed: it is given as the first word"),
        (GIVEN | {"seed": "-1"}, "seed = '-1' is not allowed: a whole number from 0"),
    ],
)
def test_what_cannot_be_is_one_sentence(given: dict[str, str], said: str) -> None:
    with pytest.raises(ConfigurationError) as error:
        EvaluateArguments.of("charger", given)
    assert said in str(error.value)
    assert "evaluate TASK" in str(error.value)
