"""Policies as test parameters: one whose library is not installed is skipped, with what would bring it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest

from user_core.errors import ConfigurationError
from user_policies.policies.registry import POLICIES, check_library


def policy_parameters(names: Iterable[str] = tuple(POLICIES.names)) -> list[Any]:
    """One parameter for each policy."""
    return [pytest.param(name, marks=_marks(name)) for name in names]


def pair_parameters(pairs: Iterable[tuple[str, str]]) -> list[Any]:
    """Two parameters, algorithm and policy, for each pair."""
    return [pytest.param(algorithm, policy, marks=_marks(policy)) for algorithm, policy in pairs]


def _marks(policy: str) -> list[pytest.MarkDecorator]:
    try:
        check_library(policy)
    except ConfigurationError as missing:
        return [pytest.mark.skip(reason=str(missing))]
    return []
