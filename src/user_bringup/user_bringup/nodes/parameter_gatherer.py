"""Asks every live node for its parameters, without ever waiting."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from rcl_interfaces.srv import GetParameters, ListParameters
from rclpy.client import Client
from rclpy.node import Node
from rclpy.parameter import parameter_value_to_python

_IGNORED_PREFIXES = ("qos_overrides.", "use_sim_time", "start_type_description_service")
_GIVE_UP_AFTER = 5


class ParameterGatherer:
    """Collects parameters of nodes as they appear in the graph.

    Args:
        node: Who asks.
        on_change: Called with all parameters by full node name, whenever there are new ones.
    """

    def __init__(self, *, node: Node, on_change: Callable[[Mapping[str, Mapping[str, Any]]], None]) -> None:
        self._node = node
        self._on_change = on_change
        self._parameters: dict[str, dict[str, Any]] = {}
        self._asking: dict[str, list[Client]] = {}
        self._polls: dict[str, int] = {}

    def poll(self) -> None:
        """Ask nodes that have not answered yet; one that stays silent is asked anew after a few polls."""
        for name, namespace in self._node.get_node_names_and_namespaces():
            full = f"{namespace.rstrip('/')}/{name}"
            if name.startswith("_") or full in self._parameters:
                continue
            self._polls[full] = self._polls.get(full, 0) + 1
            if full not in self._asking:
                self._ask(full)
            elif self._polls[full] % _GIVE_UP_AFTER == 0:
                self._end(full)

    def _ask(self, full: str) -> None:
        lister = self._node.create_client(ListParameters, f"{full}/list_parameters")
        getter = self._node.create_client(GetParameters, f"{full}/get_parameters")
        self._asking[full] = [lister, getter]

        def listed(future: Any) -> None:  # noqa: ANN401 - rclpy's future
            if full not in self._asking or future.result() is None:
                return
            names = [name for name in future.result().result.names if not name.startswith(_IGNORED_PREFIXES)]
            request = GetParameters.Request(names=names)
            getter.call_async(request).add_done_callback(lambda got: self._take(full, names, got.result()))

        lister.call_async(ListParameters.Request()).add_done_callback(listed)

    def _take(self, full: str, names: list[str], response: Any) -> None:  # noqa: ANN401 - GetParameters.Response
        if full not in self._asking or response is None or len(response.values) != len(names):
            return
        values = {name: parameter_value_to_python(value) for name, value in zip(names, response.values, strict=True)}
        self._parameters[full] = {name: _plain(value) for name, value in sorted(values.items())}
        self._end(full)
        self._on_change(self._parameters)

    def _end(self, full: str) -> None:
        for client in self._asking.pop(full, []):
            self._node.destroy_client(client)


def _plain(value: Any) -> Any:  # noqa: ANN401 - any parameter value
    return value if value is None or isinstance(value, str | bool | int | float) else list(value)
