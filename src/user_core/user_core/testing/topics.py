"""Topics without ROS: adapters are tested by handing them messages and looking at what they publish."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from typing import Any

from user_core.goals import GoalEvent, GoalReport, OnGoalReport, SendGoal


class FakeMessage:
    """A message of any type: fields come into being, nested, when they are first looked at."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        value = FakeMessage()
        setattr(self, name, value)
        return value

    @classmethod
    def of(cls, **fields: Any) -> FakeMessage:
        """Return a message with fields; a double underscore descends: header__stamp__sec=1."""
        message = cls()
        for path, value in fields.items():
            *parents, last = path.split("__")
            owner: Any = message
            for parent in parents:
                owner = getattr(owner, parent)
            setattr(owner, last, value)
        return message


class _FakeSubscription:
    """Ends its own callback."""

    def __init__(self, callbacks: list[Callable[[Any], None]], callback: Callable[[Any], None]) -> None:
        self._callbacks, self._callback = callbacks, callback

    def destroy(self) -> None:
        """Stop receiving."""
        self._callbacks.remove(self._callback)


class FakeTopics:
    """Satisfies `Topics`.

    Attributes:
        published: Messages by topic, in order.
        goals: Fields of the action goals sent, by action name.
        canceled: Names of the actions whose goals were canceled, in order.
        types: Type name of each topic that was used.
    """

    def __init__(self) -> None:
        self.published: dict[str, list[Any]] = defaultdict(list)
        self.goals: dict[str, list[dict[str, Any]]] = defaultdict(list)
        self.canceled: list[str] = []
        self.types: dict[str, str] = {}
        self._listeners: dict[str, list[OnGoalReport]] = defaultdict(list)
        self._callbacks: dict[str, list[Callable[[Any], None]]] = defaultdict(list)

    def subscribe(
        self, topic: str, type_name: str, callback: Callable[[Any], None], *, reliable: bool
    ) -> _FakeSubscription:
        """Remember the callback for `deliver`."""
        self.types[topic] = type_name
        self._callbacks[topic].append(callback)
        return _FakeSubscription(self._callbacks[topic], callback)

    def publisher(self, topic: str, type_name: str, *, reliable: bool) -> Callable[[Any], None]:
        """Return a function that puts messages into `published`."""
        self.types[topic] = type_name
        return self.published[topic].append

    def action(self, name: str, type_name: str) -> SendGoal:
        """Return a function that puts a goal's fields into `goals`; it is answered by `report` alone."""
        self.types[name] = type_name

        def send(fields: Mapping[str, Any], report: OnGoalReport) -> Callable[[], None]:
            self.goals[name].append(dict(fields))
            self._listeners[name].append(report)
            return lambda: self.canceled.append(name)

        return send

    def report(self, name: str, event: GoalEvent, *, index: int = -1, **fields: Any) -> None:
        """Answer a goal of an action, by default the newest."""
        self._listeners[name][index](GoalReport(event=event, **fields))

    def message(self, type_name: str) -> FakeMessage:
        """Return a message of any type."""
        return FakeMessage()

    def publisher_count(self, topic: str) -> int:
        """Return 1: nobody else is there."""
        return 1

    def deliver(self, topic: str, message: Any) -> int:
        """Hand a message to the subscribers of a topic; return how many there were."""
        callbacks = list(self._callbacks[topic])
        for callback in callbacks:
            callback(message)
        return len(callbacks)
