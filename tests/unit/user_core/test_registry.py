"""A registry imports on demand and lists its choices on a miss."""

import pytest

from user_core.errors import UnknownNameError
from user_core.registry import Registry


def test_a_row_is_imported_only_when_asked_for() -> None:
    registry = Registry(kind="shape", entries={"here": "collections:OrderedDict", "gone": "no.such.module:Thing"})
    assert registry.names == ["gone", "here"]
    assert registry.resolve("here").__name__ == "OrderedDict"


def test_an_unknown_name_lists_the_choices_and_where_to_change_it() -> None:
    registry = Registry(kind="policy", entries={"mlp": "a:b", "cnn": "a:b"}, where="policy:=NAME")
    with pytest.raises(UnknownNameError, match=r"unknown policy 'pi9'; there are: cnn, mlp. Change it in policy:=NAME"):
        registry.resolve("pi9")


def test_a_name_is_registered_once() -> None:
    registry = Registry(kind="policy", entries={"mlp": "a:b"})
    with pytest.raises(ValueError, match="already"):
        registry.register("mlp", "c:d")
