"""A seeded schedule of SIGKILLs, and its execution on a launched graph."""

from __future__ import annotations

import random
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from tests.support.graph_processes import kill
from tests.support.launched_graph import LaunchedGraph

PAIR_S = 1.0
"""The two of a pair are killed within this time of each other."""


@dataclass(frozen=True, kw_only=True)
class Strike:
    """One kill, or two that come close together.

    Attributes:
        at_s: Seconds from the begin of the schedule.
        nodes: Names of the nodes.
        gap_s: Seconds between the first and the second.
    """

    at_s: float
    nodes: tuple[str, ...]
    gap_s: float = 0.0


@dataclass(kw_only=True)
class StrikeLog:
    """What was done: (node, pid killed, monotonic seconds), and how long the schedule took."""

    kills: list[tuple[str, int, float]] = field(default_factory=list)

    def times_s(self, node: str) -> list[float]:
        """Return when a node was killed, monotonic seconds."""
        return [at_s for name, _, at_s in self.kills if name == node]


def schedule(
    *,
    seed: int,
    kills: Mapping[str, int],
    pairs: Sequence[tuple[str, str]] = (),
    interval_s: float,
) -> list[Strike]:
    """Return strikes in random order, one in each interval at a random moment of it.

    Args:
        seed: The schedule depends on it alone.
        kills: How often each node is killed by itself.
        pairs: Nodes killed together.
        interval_s: Mean seconds from one strike to the next.
    """
    draw = random.Random(seed)
    victims: list[tuple[str, ...]] = [(node,) for node, count in kills.items() for _ in range(count)]
    victims += [pair if draw.random() < 0.5 else pair[::-1] for pair in pairs]
    draw.shuffle(victims)
    return [
        Strike(at_s=(number + draw.random()) * interval_s, nodes=nodes, gap_s=draw.random() * PAIR_S)
        for number, nodes in enumerate(victims)
    ]


def strike_all(graph: LaunchedGraph, strikes: Sequence[Strike]) -> StrikeLog:
    """Carry a schedule out, waiting before each strike until its victims are there again; the graph must outlast it.

    Raises:
        AssertionError: When the launch ends first, or a killed node does not come back.
    """
    log = StrikeLog()
    begun_s = time.monotonic()
    for strike in strikes:
        _sleep_until(begun_s + strike.at_s, graph)
        victims = [graph.wait_for_node(name) for name in strike.nodes]
        for number, victim in enumerate(victims):
            if number:
                time.sleep(strike.gap_s)
            kill(victim)
            log.kills.append((strike.nodes[number], victim.pid, time.monotonic()))
    for name, pid, _ in log.kills:
        graph.wait_for_node(name, other_than=pid)
    return log


def _sleep_until(moment_s: float, graph: LaunchedGraph) -> None:
    while (left_s := moment_s - time.monotonic()) > 0:
        if graph.status is not None:
            raise AssertionError(f"the launch ended with {graph.status} before the schedule:\n{graph.output[-3000:]}")
        time.sleep(min(left_s, 0.2))
