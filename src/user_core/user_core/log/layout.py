"""Whether bytes written with one definition of a message can be read with another: comments do not matter."""

from __future__ import annotations

from user_core.log.definition import MessageDefinition

_SECTION = "MSG: "
_IN_PADDING = {"user_interfaces/Observation": ("uint8 planned_steps", "uint8 delay_steps")}
"""Fields that take the place of padding in bags from before them: behind a digest of 64 characters."""


def layout_differences(stored: MessageDefinition, installed: MessageDefinition) -> list[str]:
    """Return the fields that differ, as `Type.field`; empty when both lay out the same bytes.

    Type hashes decide where both are known, since a hash covers all that a comparison of the texts could miss.
    """
    if stored.type_hash and stored.type_hash == installed.type_hash:
        return []
    theirs, ours = _layout(stored), _layout(installed)
    differing = [
        f"{name.rpartition('/')[2]}.{field.split()[1]}"
        for name in ours.keys() | theirs.keys()
        for field in set(ours.get(name, ())) ^ set(theirs.get(name, ()))
    ]
    moved = [name.rpartition("/")[2] for name in ours if ours[name] != theirs.get(name)]
    return sorted(set(differing)) or sorted(moved)


def _layout(definition: MessageDefinition) -> dict[str, tuple[str, ...]]:
    """Return the fields, as `type name`, of each message type of a definition."""
    name = definition.type_name.replace("/msg/", "/")
    fields: dict[str, list[str]] = {name: []}
    for line in definition.text.splitlines():
        words = line.split("#", 1)[0].split()
        if line.startswith(_SECTION):
            name = line.removeprefix(_SECTION).strip().replace("/msg/", "/")
            fields[name] = []
        elif len(words) >= 2 and "=" not in words[1] and not (len(words) > 2 and words[2].startswith("=")):
            fields[name].append(f"{words[0].replace('/msg/', '/')} {words[1]}")
    return {
        name: tuple(item for item in lines if item not in _IN_PADDING.get(name, ())) for name, lines in fields.items()
    }
