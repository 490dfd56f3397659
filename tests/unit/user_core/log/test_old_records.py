"""Records written before observations said what is planned: two numbers have taken the place of padding."""

from __future__ import annotations

import base64

import pytest

from user_core.log.definition import MessageDefinition
from user_core.log.layout import layout_differences
from user_core.log.transition_cdr import decode_transition
from user_core.types import ActionSource, SafetyFlag, StepType

EPISODE = "0b5d1f0e-7d7c-4f0e-9b61-2f1f3a5c7d11"
OLD_RECORDS = {
    "train": (
        "AAEAAAEAAAAAAAAACQAAAHNvdXJjZV9hACAKOAEAAAAAAAAABgAAAGFybV8wAAAADgAAAHBlZ19pbnNlcnRpb24AnigAAAAAAQAA"
        "AAUAAABiYXNlAH8AAAkAAABzb3VyY2VfYQB/AABBAAAAM2RlYWE1YTQxZjBiODY0ZGMwNjFiZDA3NWFkMzJiYjNiNzA0NDUwMDRi"
        "YmJmMzgzZGUzODI5Yjg1MDcyZDcyMQB/AAAlAAAAMGI1ZDFmMGUtN2Q3Yy00ZjBlLTliNjEtMmYxZjNhNWM3ZDExAJYgLCkAAAAG"
        "AAAAdHJhaW4AACwBAAAAALmUKQMAAAAAAIA/AAAAQAAAQEAAAAAAAQAAAAYAAAB3cmlzdAAAAAAAAAAFAAAAAAAAPwoAAABwdXQg"
        "aXQgaW4AAgAAfwAACAAAAHN1Y2Nlc3MAAH8AAPCPnyj//////////wEAAAAAehU4BgAAAGh1bWFuAAAAAgAAAAAAAAAAAAAAAgAA"
        "AAAAAAAAAAAASFUVOJqZmZmZmdk/AAAAAAAAAAAzMzMzMzPTPwAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAPA/mpmZmZmZ"
        "2T8AAAAAAAAAADMzMzMzM9M/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA8D8AAAA/AACAPwACAAABAAAAAH8AAAYAAAAz"
        "LjEyOAAeLAIAAAA="
    ),
    "evaluate": (
        "AAEAAAEAAAAAAAAACQAAAHNvdXJjZV9hACAKOAEAAAAAAAAABgAAAGFybV8wAAAADgAAAHBlZ19pbnNlcnRpb24AnigAAAAAAQAA"
        "AAUAAABiYXNlAH8AAAkAAABzb3VyY2VfYQB/AABBAAAAM2RlYWE1YTQxZjBiODY0ZGMwNjFiZDA3NWFkMzJiYjNiNzA0NDUwMDRi"
        "YmJmMzgzZGUzODI5Yjg1MDcyZDcyMQB/AAAlAAAAMGI1ZDFmMGUtN2Q3Yy00ZjBlLTliNjEtMmYxZjNhNWM3ZDExAJYgLCkAAAAJ"
        "AAAAZXZhbHVhdGUAAAAAAQAAAAAAAAADAAAAAACAPwAAAEAAAEBAAAAAAAEAAAAGAAAAd3Jpc3QAAAAAAAAABQAAAAAAAD8KAAAA"
        "cHV0IGl0IGluAAIAAAAAAAgAAABzdWNjZXNzAACPnyj//////////wEAAAAAehU4BgAAAGh1bWFuAAAAAgAAAAAAAAAAAAAAAgAA"
        "AAAAAAAAAAAASFUVOJqZmZmZmdk/AAAAAAAAAAAzMzMzMzPTPwAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAPA/mpmZmZmZ"
        "2T8AAAAAAAAAADMzMzMzM9M/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA8D8AAAA/AACAPwACAAABAAAAAH8AAAYAAAAz"
        "LjEyOAAeLAIAAAA="
    ),
    "collect": (
        "AAEAAAEAAAAAAAAACQAAAHNvdXJjZV9hACAKOAEAAAAAAAAABgAAAGFybV8wAAAADgAAAHBlZ19pbnNlcnRpb24AnigAAAAAAQAA"
        "AAUAAABiYXNlAH8AAAkAAABzb3VyY2VfYQB/AABBAAAAM2RlYWE1YTQxZjBiODY0ZGMwNjFiZDA3NWFkMzJiYjNiNzA0NDUwMDRi"
        "YmJmMzgzZGUzODI5Yjg1MDcyZDcyMQB/AAAlAAAAMGI1ZDFmMGUtN2Q3Yy00ZjBlLTliNjEtMmYxZjNhNWM3ZDExAJYgLCkAAAAI"
        "AAAAY29sbGVjdAAAAAAAAQAAAAAAAAADAAAAAACAPwAAAEAAAEBAAAAAAAEAAAAGAAAAd3Jpc3QAAAAAAAAABQAAAAAAAD8KAAAA"
        "cHV0IGl0IGluAAIAAAAAAAgAAABzdWNjZXNzAACPnyj//////////wEAAAAAehU4BgAAAGh1bWFuAAAAAgAAAAAAAAAAAAAAAgAA"
        "AAAAAAAAAAAASFUVOJqZmZmZmdk/AAAAAAAAAAAzMzMzMzPTPwAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAPA/mpmZmZmZ"
        "2T8AAAAAAAAAADMzMzMzM9M/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA8D8AAAA/AACAPwACAAABAAAAAH8AAAYAAAAz"
        "LjEyOAAeLAIAAAA="
    ),
}
"""Transitions of each mode, as they were serialised then: CDR, base64."""

DEFINITION = """Observation observation
uint8 step_type
================================================================================
MSG: user_interfaces/Observation
string spec_digest
{new}string episode
"""


@pytest.mark.parametrize("mode", OLD_RECORDS)
def test_every_field_of_an_old_record_is_where_it_was(mode: str) -> None:
    record = decode_transition(base64.b64decode(OLD_RECORDS[mode]))
    observation = record.observation
    assert (observation.episode, observation.step, observation.mode) == (EPISODE, 41, mode)
    assert (record.policy_version, observation.instruction) == ("3.128", "put it in")
    assert observation.state.tolist() == [1.0, 2.0, 3.0]
    assert [(one.stream, one.stamp_ns, one.age_s) for one in observation.streams] == [("wrist", 5, 0.5)]
    assert (record.step_type, record.outcome, record.action_source) == (StepType.LAST, "success", ActionSource.HUMAN)
    assert (record.reward, record.discount, record.stage) == (0.5, 1.0, 2)
    assert record.commanded_pose.as_array().tolist() == [0.4, 0.0, 0.3, 0.0, 0.0, 0.0, 1.0]
    assert record.safety_flags is SafetyFlag.CLIPPED_BOX


def test_both_layouts_are_the_same() -> None:
    def definition(new: str) -> MessageDefinition:
        return MessageDefinition(type_name="user_interfaces/msg/Transition", text=DEFINITION.format(new=new))

    before, now = definition(""), definition("uint8 planned_steps\nuint8 delay_steps\n")
    assert layout_differences(before, now) == []
    assert layout_differences(before, definition("uint8 another\n")) == ["Observation.another"]
