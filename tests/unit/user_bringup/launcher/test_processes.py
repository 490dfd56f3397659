from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from tests.support.launch_folder import LaunchFolder
from user_bringup.launcher.errors import LaunchFileError
from user_bringup.launcher.process_description import ProcessDescription
from user_bringup.launcher.processes import joined_namespace


def only_process(folder: LaunchFolder, body: str) -> ProcessDescription:
    folder.executable("talker")
    (process,) = folder.expand(body).processes
    return process


def params_of(process: ProcessDescription) -> list[dict[str, object]]:
    files = [
        after for word, after in zip(process.command, process.command[1:], strict=False) if word == "--params-file"
    ]
    return [yaml.safe_load(Path(file).read_text()) for file in files]


def test_command_has_the_order_of_ros_launch(folder: LaunchFolder):
    process = only_process(
        folder,
        "<node pkg='demo' exec='talker' name='a' namespace='arm_0' args='--x \"1 2\"' ros_args='--log-level debug'>"
        "<remap from='in' to='out'/><param name='rate' value='10.0'/></node>",
    )
    command = [word if "/parameters/" not in word else "FILE" for word in process.command]
    ros_words = ["--ros-args", "--log-level", "debug", "--ros-args", "-r", "__node:=a", "-r", "__ns:=/arm_0"]
    after = ["--params-file", "FILE", "-r", "in:=out"]
    assert command == [str(folder.prefix / "lib/demo/talker"), "--x", "1 2", *ros_words, *after]


def test_node_without_name_and_namespace_gets_neither(folder: LaunchFolder):
    process = only_process(folder, "<node pkg='demo' exec='talker'/>")
    assert process.command[1:] == ("--ros-args",)
    assert process.label == "talker"


def test_what_a_substitution_gives_is_one_word(folder: LaunchFolder):
    process = only_process(folder, "<let name='a' value='x y'/><node pkg='demo' exec='talker' args='$(var a)-1 z'/>")
    assert process.command[1:3] == ("x y-1", "z")


def test_prefix_goes_in_front_of_the_executable(folder: LaunchFolder):
    process = only_process(
        folder, "<let name='p' value='nice -n 10'/><node pkg='demo' exec='talker' launch-prefix='$(var p)'/>"
    )
    assert process.command[:3] == ("nice", "-n", "10")
    assert process.label == "talker"


def test_parameters_keep_their_order_and_are_typed_by_yaml(folder: LaunchFolder):
    own = folder.root / "own.yaml"
    own.write_text("/**: {ros__parameters: {b: 2}}")
    process = only_process(
        folder,
        f"<node pkg='demo' exec='talker' name='n' namespace='a'><param name='x.i' value='1'/><param from='{own}'/>"
        "<param name='t' value='1' type='str'/><param name='f' value='1' type='float'/><param name='e' value=''/>"
        "<param name='l' value='[1.5, 2.5]'/><param name='b' value='true'/></node>",
    )
    expected = [{"x.i": 1}, {"b": 2}, {"t": "1"}, {"f": 1.0}, {"e": ""}, {"l": [1.5, 2.5]}, {"b": True}]
    assert [next(iter(content.values()))["ros__parameters"] for content in params_of(process)] == expected  # type: ignore[index]
    assert [next(iter(content)) for content in params_of(process)] == ["/a/n", "/**"] + ["/a/n"] * 5


def test_a_text_that_looks_like_a_number_is_in_quotes(folder: LaunchFolder):
    body = "<node pkg='demo' exec='talker'><param name='run' value='12e4567' type='str'/></node>"
    (file,) = (word for word in only_process(folder, body).command if word.endswith(".yaml"))
    assert '"12e4567"' in Path(file).read_text()


def test_parameters_of_a_node_without_namespace_match_any_node(folder: LaunchFolder):
    process = only_process(folder, "<node pkg='demo' exec='talker' name='n'><param name='a' value='1'/></node>")
    assert params_of(process) == [{"/**": {"ros__parameters": {"a": 1}}}]


def test_substitutions_in_a_params_file_only_when_allowed(folder: LaunchFolder):
    own = folder.root / "own.yaml"
    own.write_text("/**: {ros__parameters: {a: '$(env PATH)'}}")
    body = f"<node pkg='demo' exec='talker'><param from='{own}'/><param from='{own}' allow_substs='true'/></node>"
    values = [content["/**"]["ros__parameters"]["a"] for content in params_of(only_process(folder, body))]  # type: ignore[index]
    assert values == ["$(env PATH)", folder.environment["PATH"]]


@pytest.mark.parametrize(
    ("parameter", "message"),
    [
        ("<param name='a'/>", "needs either 'name' and 'value', or 'from'"),
        ("<param name='a' value='1' from='x'/>", "has only 'allow_substs' beside it"),
        ("<param from='/nowhere.yaml'/>", r"params file /nowhere\.yaml does not exist"),
        ("<param name='a' value='[1, b]'/>", "list of one kind"),
        ("<param name='a' value='[]'/>", "list of one kind"),
        ("<param name='a' value='{b: 1}'/>", "neither one truth value"),
        ("<param name='a' value='x' type='int'/>", "is no int"),
        ("<param name='a' value='x' type='double'/>", "allowed: str, int, float, bool"),
        ("<param name='a' value='[1'/>", "is no YAML"),
        ("<param name='a' value='[$(env PATH), b]'/>", "is a list for ros2 launch before it is substituted"),
    ],
)
def test_wrong_parameter_is_refused(folder: LaunchFolder, parameter: str, message: str):
    with pytest.raises(LaunchFileError, match=message):
        only_process(folder, f"<node pkg='demo' exec='talker'>{parameter}</node>")


@pytest.mark.parametrize(
    ("node", "message"),
    [
        ("<node pkg='demoo' exec='talker'/>", r"'demoo' is not installed \(did you mean 'demo'\?\)"),
        ("<node pkg='demo' exec='listener'/>", "no executable 'listener'; it has: talker"),
        ("<node pkg='demo' exec='talker' output='scren'/>", "'output' is 'scren'; allowed: screen, log, both"),
        ("<node pkg='demo' exec='talker' on_exit='ignore'/>", "'on_exit' is 'ignore'; allowed: shutdown"),
        ("<node pkg='demo' exec='talker' respawn_delay='-1'/>", "allowed is a number ≥ 0"),
        ("<node pkg='demo' exec='talker' respawn='yes'/>", "allowed are true, false, 1 and 0"),
        ("<executable cmd=''/>", "'cmd' is empty"),
    ],
)
def test_wrong_node_is_refused(folder: LaunchFolder, node: str, message: str):
    with pytest.raises(LaunchFileError, match=message):
        only_process(folder, node)


def test_environment_is_what_was_set_above_in_the_document(folder: LaunchFolder):
    folder.executable("talker")
    body = (
        "<node pkg='demo' exec='talker'/><set_env name='A' value='1'/>"
        "<node pkg='demo' exec='talker'><env name='B' value='2'/></node><node pkg='demo' exec='talker'/>"
    )
    environments = [process.environment for process in folder.expand(body).processes]
    found = [(environment.get("A"), environment.get("B")) for environment in environments]
    assert found == [(None, None), ("1", "2"), ("1", None)]


@pytest.mark.parametrize(
    ("base", "namespace", "joined"),
    [
        ("", "", ""),
        ("", "a", "/a"),
        ("/r", "a", "/r/a"),
        ("/r", "/a", "/a"),
        ("/r", "", "/r"),
        ("", "/", "/"),
        ("", "a/", "/a"),
    ],
)
def test_joined_namespace(base: str, namespace: str, joined: str):
    assert joined_namespace(base, namespace) == joined


def test_pushed_namespace_ends_with_its_group(folder: LaunchFolder):
    folder.executable("talker")
    body = (
        "<group><push_ros_namespace namespace='lab'/><node pkg='demo' exec='talker' namespace='arm'/></group>"
        "<node pkg='demo' exec='talker' namespace='arm'/>"
    )
    commands = [process.command for process in folder.expand(body).processes]
    assert [command[-1] for command in commands] == ["__ns:=/lab/arm", "__ns:=/arm"]
