from __future__ import annotations

import pytest

from tests.support.launch_folder import LaunchFolder
from user_bringup.launcher.arguments import check_known, describe_arguments, parse_arguments
from user_bringup.launcher.errors import LaunchArgumentError
from user_bringup.launcher.expansion import Launch, declared_arguments


def declared(folder: LaunchFolder, body: str, **arguments: str) -> Launch:
    path = folder.write("main.launch.xml", body)
    return declared_arguments(path, arguments=arguments, environment=folder.environment)


def test_values_may_be_empty_and_may_contain_the_separator():
    assert parse_arguments(["a:=1", "b:=", "c:=x:=y"]) == {"a": "1", "b": "", "c": "x:=y"}


@pytest.mark.parametrize("word", ["a=1", "a", ":=1", "a:1"])
def test_other_forms_are_refused(word: str):
    with pytest.raises(LaunchArgumentError, match="name:=value"):
        parse_arguments([word])


def test_argument_given_twice_is_refused():
    with pytest.raises(LaunchArgumentError, match="'a' is given twice"):
        parse_arguments(["a:=1", "a:=2"])


def test_unknown_argument_is_refused_with_the_closest_and_all_known(folder: LaunchFolder):
    launch = declared(folder, "<arg name='algorithm' default='x'/><arg name='seed' default='0'/>")
    with pytest.raises(LaunchArgumentError, match=r"did you mean 'algorithm'\?\); t knows: algorithm, seed"):
        check_known({"algoritm": "sac"}, launch, file_name="t")


def test_argument_of_an_included_file_is_known(folder: LaunchFolder):
    folder.write("inner.launch.xml", "<arg name='seed' default='0'/>")
    launch = declared(folder, "<include file='$(dirname)/inner.launch.xml'/>")
    check_known({"seed": "1"}, launch, file_name="t")


def test_argument_that_an_include_sets_cannot_be_given(folder: LaunchFolder):
    folder.write("inner.launch.xml", "<arg name='task'/>")
    launch = declared(folder, "<include file='$(dirname)/inner.launch.xml'><arg name='task' value='peg'/></include>")
    with pytest.raises(LaunchArgumentError, match="'task' cannot be given"):
        check_known({"task": "charger"}, launch, file_name="t")


def test_argument_that_is_declared_and_passed_on_can_be_given(folder: LaunchFolder):
    folder.write("inner.launch.xml", "<arg name='seed'/>")
    body = (
        "<arg name='seed' default='0'/>"
        "<include file='$(dirname)/inner.launch.xml'><arg name='seed' value='$(var seed)'/></include>"
    )
    check_known({"seed": "1"}, declared(folder, body), file_name="t")


def test_description_names_choices_defaults_and_what_is_required(folder: LaunchFolder):
    body = (
        "<arg name='task' description='Which one.'/>"
        "<arg name='robot' default='a'><choice value='a'/><choice value='b'/></arg>"
        "<node pkg='not_installed' exec='x'/>"
    )
    text = describe_arguments(declared(folder, body))
    assert [line.strip() for line in text.splitlines()] == [
        *("task", "Which one.", "required"),
        *("robot", "no description", "one of: a, b", "default: a"),
    ]
