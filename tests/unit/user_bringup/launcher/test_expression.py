from __future__ import annotations

import pytest

from user_bringup.launcher.expression import ExpressionError, evaluate_expression


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("'a' == 'a'", "True"),
        ("'a' != 'a'", "False"),
        ("1 + 1 < 3 <= 3", "True"),
        ("3 < 1 < 1 / 0", "False"),
        ("'all' in ('all', 'robot')", "True"),
        ("'policy' not in ['all', 'robot']", "True"),
        ("not True or 2 > 1", "True"),
        ("'' or 'second'", "second"),
        ("1 and 0", "0"),
        ("-(2 + 3) * 4 // 3 % 5", "3"),
        ("7 / 2", "3.5"),
        ("0.0 if 'franka' == 'simulation' else 1.0", "1.0"),
    ],
)
def test_value_is_what_python_prints(expression: str, value: str):
    assert evaluate_expression(expression) == value


@pytest.mark.parametrize(
    "expression",
    ["__import__('os')", "'a'.upper()", "robot == 'x'", "[x for x in 'ab']", "2 ** 999", "1 is 1"],
)
def test_more_of_python_than_needed_is_refused(expression: str):
    with pytest.raises(ExpressionError):
        evaluate_expression(expression)


@pytest.mark.parametrize("expression", ["1 +", "1 / 0", "'a' < 1", ""])
def test_expression_that_fails_says_so(expression: str):
    with pytest.raises(ExpressionError, match="cannot be evaluated"):
        evaluate_expression(expression)


def test_name_without_quotes_is_explained():
    with pytest.raises(ExpressionError, match="quotes of its own"):
        evaluate_expression("simulation == 'simulation'")
