"""Topics without ROS: adapters are tested by handing them messages and looking at what they publish."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from typing import Any


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
        types: Type name of each topic that was used.
    """

    def __init__(self) -> None:
        self.published: dict[str, list[Any]] = defaultdict(list)
        self.goals: dict[str, list[dict[str, Any]]] = defaultdict(list)
        self.types: dict[str, str] = {}
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

    def action(self, name: str, type_name: str) -> Callable[..., None]:
        """Return a function that puts a goal's fields into `goals`."""
        self.types[name] = type_name
        return lambda **fields: self.goals[name].append(fields)

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
