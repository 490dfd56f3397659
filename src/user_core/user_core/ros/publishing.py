"""Publishing that never ends a node: rclpy raises when a writer's history is full or its context is gone."""

from __future__ import annotations

from typing import Any

from rclpy.logging import get_logger
from rclpy.publisher import Publisher


def try_publish(publisher: Publisher, message: Any) -> bool:
    """Publish; return False, and say so in the node's log at most every ten seconds, when the middleware refuses.

    What must not be lost is on disk and sent again, so a refusal is reported and nothing else.
    """
    try:
        publisher.publish(message)
    except RuntimeError as error:  # RCLError is one; its class is private to rclpy
        logger = get_logger(publisher.logger_name)
        logger.warning(f"{publisher.topic_name}: not published: {error}", throttle_duration_sec=10.0)
        return False
    return True
