from __future__ import annotations

import pytest

from user_bringup.launcher.template import Substitution, TemplateError, parse_template


def test_text_without_substitutions_is_one_part():
    assert parse_template("runs/peg (1)") == ("runs/peg (1)",)


def test_empty_text_has_no_parts():
    assert parse_template("") == ()


def test_substitution_between_texts():
    assert parse_template("runs/$(var task)-x") == ("runs/", Substitution("var", (("task",),)), "-x")


def test_substitution_inside_an_argument():
    inner = Substitution("var", (("name",),))
    assert parse_template("$(env A_$(var name) b)") == (Substitution("env", (("A_", inner), ("b",))),)


@pytest.mark.parametrize("quote", ["'", '"'])
def test_quoted_argument_keeps_spaces_and_parentheses(quote: str):
    text = f"$(eval {quote}(1 + 2) > 2{quote})"
    assert parse_template(text) == (Substitution("eval", (("(1 + 2) > 2",),)),)


def test_other_quote_inside_a_quoted_argument_is_text():
    text = "$(eval \"'$(var robot)' == 'simulation'\")"
    parts = ("'", Substitution("var", (("robot",),)), "' == 'simulation'")
    assert parse_template(text) == (Substitution("eval", (parts,)),)


def test_backslash_takes_the_next_character_literally():
    assert parse_template(r"$(eval '\'a\' == \'a\'')") == (Substitution("eval", (("'a' == 'a'",),)),)


def test_dollar_without_parenthesis_is_text():
    assert parse_template("5 $ and $x") == ("5 $ and $x",)


@pytest.mark.parametrize("text", ["$(var x", "$( var x)", "$()", "$(var  x)", "$(eval 'x)", "$(var x(1))"])
def test_badly_written_substitution_is_refused(text: str):
    with pytest.raises(TemplateError):
        parse_template(text)
