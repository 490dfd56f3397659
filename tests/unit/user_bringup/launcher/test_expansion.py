from __future__ import annotations

import pytest

from tests.support.launch_folder import LaunchFolder
from user_bringup.launcher.errors import LaunchArgumentError, LaunchError, LaunchFileError


def test_argument_default_applies_only_when_nothing_is_set(folder: LaunchFolder):
    body = "<arg name='task' default='peg'/><log message='$(var task)'/>"
    assert folder.expand(body).messages == ("peg",)
    assert folder.expand(body, task="charger").messages == ("charger",)


def test_second_declaration_does_not_set_again(folder: LaunchFolder):
    body = "<arg name='a' default='1'/><arg name='a' default='2'/><log message='$(var a)'/>"
    assert folder.expand(body).messages == ("1",)


def test_missing_required_argument_is_named_with_its_description(folder: LaunchFolder):
    with pytest.raises(LaunchArgumentError, match=r"'task' is missing \(which one\)"):
        folder.expand("<arg name='task' description='which one'/>")


def test_value_that_is_no_choice_is_refused(folder: LaunchFolder):
    body = "<arg name='a' default='one'><choice value='one'/><choice value='two'/></arg>"
    with pytest.raises(LaunchArgumentError, match=r"'twoo' \(did you mean 'two'\?\); allowed: one, two"):
        folder.expand(body, a="twoo")


def test_default_that_is_no_choice_is_an_error_of_the_file(folder: LaunchFolder):
    with pytest.raises(LaunchFileError, match="the default 'three' is no choice"):
        folder.expand("<arg name='a' default='three'><choice value='one'/></arg>")


def test_include_is_no_scope(folder: LaunchFolder):
    folder.write("inner.launch.xml", "<let name='a' value='inner'/><set_env name='B' value='$(var given)'/>")
    body = (
        "<let name='a' value='outer'/>"
        "<include file='$(dirname)/inner.launch.xml'><arg name='given' value='yes'/></include>"
        "<log message='$(var a) $(var given) $(env B)'/>"
    )
    assert folder.expand(body).messages == ("inner yes yes",)


def test_group_is_a_scope(folder: LaunchFolder):
    body = (
        "<let name='a' value='outer'/><set_env name='B' value='outer'/>"
        "<group><let name='a' value='inner'/><unset_env name='B'/><log message='$(var a) $(env B none)'/></group>"
        "<log message='$(var a) $(env B)'/>"
    )
    assert folder.expand(body).messages == ("inner none", "outer outer")


def test_group_with_scoped_false_is_no_scope(folder: LaunchFolder):
    body = "<group scoped='false'><let name='a' value='inner'/></group><log message='$(var a)'/>"
    assert folder.expand(body).messages == ("inner",)


def test_conditions_take_true_false_1_0_in_any_case(folder: LaunchFolder):
    body = "".join(
        f"<log if='{text}' message='if {text}'/><log unless='{text}' message='unless {text}'/>"
        for text in ("true", "False", "1", "0")
    )
    assert folder.expand(body).messages == ("if true", "unless False", "if 1", "unless 0")


def test_tags_in_a_group_that_is_off_do_nothing(folder: LaunchFolder):
    launch = folder.expand("<group if='0'><include file='/nowhere'/><node pkg='no' exec='no'/></group>")
    assert launch.processes == ()


def test_file_that_includes_itself_makes_a_loop(folder: LaunchFolder):
    path = folder.write(
        "loop.launch.xml",
        "<arg name='index' default='0'/><log message='arm_$(var index)'/>"
        "<group if=\"$(eval '$(var index) &lt; 2')\"><include file='$(find-pkg-share demo)/launch/loop.launch.xml'>"
        "<arg name='index' value=\"$(eval '$(var index) + 1')\"/></include></group>",
    )
    assert folder.expand_file(path).messages == ("arm_0", "arm_1", "arm_2")


def test_endless_includes_are_refused(folder: LaunchFolder):
    path = folder.write("loop.launch.xml", "<include file='$(dirname)/loop.launch.xml'/>")
    with pytest.raises(LaunchError, match="levels deep"):
        folder.expand_file(path)


def test_included_file_that_is_missing_is_named(folder: LaunchFolder):
    with pytest.raises(LaunchFileError, match=r"included file /nowhere\.xml does not exist"):
        folder.expand("<include file='/nowhere.xml'/>")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("$(equals 1 1.0)", "true"),
        ("$(equals true 1)", "true"),
        ("$(not-equals a b)", "true"),
        ("$(not $(equals a b))", "true"),
        ("$(and true 0)", "false"),
        ("$(or false 1)", "true"),
        ("$(command 'printf hello')", "hello"),
        ("$(var missing fallback)", "fallback"),
    ],
)
def test_substitutions_give_what_ros_launch_gives(folder: LaunchFolder, text: str, value: str):
    assert folder.expand(f'<log message="{text}"/>').messages == (value,)


@pytest.mark.parametrize("command", ["false", "no_such_program_here", "sh -c \\'echo trouble >&amp;2\\'"])
def test_command_that_fails_or_complains_is_an_error(folder: LaunchFolder, command: str):
    with pytest.raises(LaunchFileError, match="command"):
        folder.expand(f"<log message=\"$(command '{command}')\"/>")
