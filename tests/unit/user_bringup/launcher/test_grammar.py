from __future__ import annotations

import pytest

from tests.support.launch_folder import LaunchFolder
from user_bringup.launcher.errors import LaunchError, LaunchFileError


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("<nod pkg='demo' exec='a'/>", r"<nod> is not allowed in <launch> \(did you mean 'node'\?\)"),
        ("<node pkg='demo' exec='a' respawns='true'/>", r"no attribute 'respawns' \(did you mean 'respawn'\?\)"),
        ("<node pkg='demo'/>", "<node> needs the attribute 'exec'"),
        ("<node pkg='demo' exec='a'><choice value='x'/></node>", "<choice> is not allowed in <node>"),
        ("<include file='x'><arg name='a' default='b'/></include>", "no attribute 'default'"),
        ("<group><arg name='x' value='1'/></group>", "no attribute 'value'"),
        ("<let name='a' value='b' if='1' unless='0'/>", "both 'if' and 'unless'"),
        ("<log message='a'>text</log>", "text 'text' between tags"),
        ("<node pkg='demo' exec='a'", "not well-formed XML"),
        ("<group if='maybe'/>", "allowed are true, false, 1 and 0"),
        ("<log message='$(vra x)'/>", r"\$\(vra …\) is unknown; known: "),
        ("<log message='$(var x)'/>", r"\$\(var x\) is not set here"),
        ("<log message='$(env NOT_THERE)'/>", "the environment has no 'NOT_THERE'"),
        ("<log message='$(var a b c)'/>", "takes 1 or 2 arguments, not 3"),
    ],
)
def test_file_that_breaks_a_rule_is_refused_with_its_line(folder: LaunchFolder, body: str, message: str):
    with pytest.raises(LaunchFileError, match=message) as refusal:
        folder.expand(body)
    assert f"{folder.share}/launch/main.launch.xml:" in refusal.value.where


def test_line_of_the_offending_tag_is_named(folder: LaunchFolder):
    with pytest.raises(LaunchFileError, match=r"main\.launch\.xml:4: "):
        folder.expand("<log message='a'/>\n<log message='b'/>\n<logs message='c'/>")


def test_other_root_tag_is_refused(folder: LaunchFolder):
    path = folder.share / "launch" / "other.launch.xml"
    path.write_text("<robot/>")
    with pytest.raises(LaunchFileError, match="the root tag is <robot>"):
        folder.expand_file(path)


def test_missing_file_is_named(folder: LaunchFolder):
    with pytest.raises(LaunchError, match=r"nowhere\.launch\.xml cannot be read"):
        folder.expand_file(folder.root / "nowhere.launch.xml")
