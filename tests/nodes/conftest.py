"""What node tests share: a ROS context of their own."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from rclpy.context import Context


@pytest.fixture
def context(domain_id: int) -> Iterator[Context]:
    """A context in a domain of its own; imported here, since this file is read where there is no ROS 2 too."""
    import rclpy
    from rclpy.context import Context

    context = Context()
    rclpy.init(context=context, domain_id=domain_id)
    yield context
    context.try_shutdown()
