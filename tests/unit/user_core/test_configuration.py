"""A configuration takes what it declares and refuses the rest in one clear sentence."""

from dataclasses import dataclass

import pytest

from user_core.configuration import build, flatten, group, parameter, parameters_of
from user_core.errors import ConfigurationError


@dataclass(frozen=True, kw_only=True)
class Limits:
    speed_m_s: float = parameter(0.5, "Fastest motion.", minimum=0.0, maximum=1.0)


@dataclass(frozen=True, kw_only=True)
class Config:
    pipeline: str = parameter("paced", "Who waits for whom.", choices=("paced", "synchronous"))
    workers: int = parameter(2, "Processes.", minimum=1)
    robots: tuple[str, ...] = parameter(("arm_0",), "Namespaces.")
    limits: Limits = group(Limits)


def test_groups_become_dotted_names() -> None:
    assert [info.name for info in parameters_of(Config)] == ["pipeline", "workers", "robots", "limits.speed_m_s"]


def test_missing_values_take_their_default_and_flatten_inverts_build() -> None:
    config = build(Config, {"limits.speed_m_s": 1, "robots": ["a", "b"]}, where="x")
    assert config.limits.speed_m_s == 1.0
    assert isinstance(config.limits.speed_m_s, float)
    assert build(Config, flatten(config), where="x") == config


@pytest.mark.parametrize(
    ("key", "value", "says"),
    [
        ("limits.speed_m", 0.1, "did you mean limits.speed_m_s"),
        ("workers", 0, "the range is [1, inf]"),
        ("limits.speed_m_s", 1.5, "the range is [0.0, 1.0]"),
        ("limits.speed_m_s", float("nan"), "the range is"),
        ("workers", 2.0, "type int"),
        ("workers", True, "type int"),
        ("pipeline", "fast", "one of paced, synchronous"),
        ("robots", "arm_0", "a list of str"),
        ("robots", ["arm_0", 3], "type str"),
    ],
)
def test_what_is_not_allowed_is_refused_with_key_value_and_place(key: str, value: object, says: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        build(Config, {key: value}, where="config/common.yaml")
    message = str(caught.value)
    assert key in message
    assert says in message
    assert "config/common.yaml" in message
