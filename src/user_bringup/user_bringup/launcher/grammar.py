"""Which tags a launch file may have, with which attributes and children; everything else is an error."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches

from user_bringup.launcher.document import Element
from user_bringup.launcher.errors import LaunchFileError


@dataclass(frozen=True, kw_only=True)
class TagRule:
    """What one tag may have.

    Attributes:
        required: Attributes that must be there.
        optional: Attributes that may be there.
        children: Tags that may be nested in it.
    """

    required: frozenset[str] = frozenset()
    optional: frozenset[str] = frozenset()
    children: frozenset[str] = frozenset()


def _rule(required: str = "", optional: str = "", children: str = "") -> TagRule:
    return TagRule(
        required=frozenset(required.split()),
        optional=frozenset(optional.split()),
        children=frozenset(children.split()),
    )


_ACTIONS = "arg let include group set_env unset_env node executable log push_ros_namespace"
_CONDITION = "if unless"
_PROCESS = "output respawn respawn_delay respawn_max_retries on_exit launch-prefix cwd sigterm_timeout sigkill_timeout"

RULES: dict[str, TagRule] = {
    "launch": _rule(children=_ACTIONS),
    "arg": _rule("name", f"default description {_CONDITION}", "choice"),
    "let": _rule("name value", _CONDITION),
    "include": _rule("file", _CONDITION, "arg"),
    "group": _rule("", f"scoped {_CONDITION}", _ACTIONS),
    "set_env": _rule("name value", _CONDITION),
    "unset_env": _rule("name", _CONDITION),
    "push_ros_namespace": _rule("namespace", _CONDITION),
    "node": _rule("pkg exec", f"name namespace args ros_args exec_name {_PROCESS} {_CONDITION}", "param remap env"),
    "executable": _rule("cmd", f"name {_PROCESS} {_CONDITION}", "env"),
    "log": _rule("message", _CONDITION),
}

# These names mean something else, or nothing, at the top level, so they have a table of their own.
CHILD_RULES: dict[tuple[str, str], TagRule] = {
    ("arg", "choice"): _rule("value"),
    ("include", "arg"): _rule("name value"),
    ("node", "param"): _rule("", "name value type from allow_substs"),
    ("node", "remap"): _rule("from to"),
    ("node", "env"): _rule("name value"),
    ("executable", "env"): _rule("name value"),
}


def check_launch_element(root: Element) -> None:
    """Checks a whole file against the rules.

    Raises:
        LaunchFileError: The root is not ``launch``, or a tag or an attribute is unknown, missing or in conflict.
    """
    if root.tag != "launch":
        raise LaunchFileError(root.where, f"the root tag is <{root.tag}>; a launch file begins with <launch>.")
    _check(root, RULES["launch"])


def _check(element: Element, rule: TagRule) -> None:
    allowed = rule.required | rule.optional
    for name in element.attributes:
        if name not in allowed:
            raise LaunchFileError(
                element.where, f"<{element.tag}> has no attribute {name!r}{_suggestion(name, allowed)}"
            )
    for name in sorted(rule.required - element.attributes.keys()):
        raise LaunchFileError(element.where, f"<{element.tag}> needs the attribute {name!r}.")
    if "if" in element.attributes and "unless" in element.attributes:
        raise LaunchFileError(element.where, f"<{element.tag}> has both 'if' and 'unless'; keep one of them.")
    for child in element.children:
        if child.tag not in rule.children:
            raise LaunchFileError(
                child.where, f"<{child.tag}> is not allowed in <{element.tag}>{_suggestion(child.tag, rule.children)}"
            )
        child_rule = CHILD_RULES.get((element.tag, child.tag)) or RULES[child.tag]
        _check(child, child_rule)


def _suggestion(name: str, allowed: frozenset[str]) -> str:
    if not allowed:
        return "; nothing is allowed there."
    close = get_close_matches(name, sorted(allowed), n=1)
    meant = f" (did you mean {close[0]!r}?)" if close else ""
    return f"{meant}; allowed: {', '.join(sorted(allowed))}."
