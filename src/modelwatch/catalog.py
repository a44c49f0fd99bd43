"""The one door through which metrics, channels and sources enter modelwatch, built in or brought by a plugin.

`app` makes one catalogue, lets every room register itself and then every installed plugin; all stages look
things up here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from importlib.metadata import entry_points
from typing import Any, Generic, Protocol, TypeVar

from modelwatch.domain.errors import InputError, UnknownName
from modelwatch.domain.metric import Metric

PLUGIN_GROUP = "modelwatch.plugins"


class Named(Protocol):
    """Anything with a name it is looked up by."""

    @property
    def name(self) -> str: ...


T = TypeVar("T", bound=Named)


class Shelf(Generic[T]):
    """The registered things of one sort, in the order they came.

    Examples
    --------
    >>> from modelwatch.catalog import Catalog
    >>> "psi" in Catalog().metrics
    False
    """

    def __init__(self, what: str) -> None:
        self._what = what
        self._items: dict[str, T] = {}

    def add(self, item: T) -> T:
        """Register one thing; its name must be free."""
        if item.name in self._items:
            raise InputError(f"{self._what} {item.name!r} is registered already: give yours another name")
        self._items[item.name] = item
        return item

    def get(self, name: str) -> T:
        """The thing of that name; the error names what there is."""
        try:
            return self._items[name]
        except KeyError:
            raise UnknownName(
                f"there is no {self._what} {name!r}: known are {', '.join(sorted(self._items)) or 'none'}"
            ) from None

    def __contains__(self, name: object) -> bool:
        return name in self._items

    def __iter__(self) -> Iterator[T]:
        return iter(self._items.values())

    def names(self) -> tuple[str, ...]:
        """All names, in the order of registration."""
        return tuple(self._items)


class Channel(Protocol):
    """Where a notification goes; raises on failure, and the pipeline retries."""

    @property
    def name(self) -> str: ...

    def send(self, message: Mapping[str, Any], *, key: str) -> None:
        """Deliver one message; the same key means the same message again."""
        ...


class Catalog:
    """All shelves of one installation."""

    def __init__(self) -> None:
        self.metrics: Shelf[Metric] = Shelf("metric")
        self.channels: Shelf[Channel] = Shelf("channel")

    def register(self, rooms: Iterable[Callable[[Catalog], None]]) -> Catalog:
        """Let each room or plugin add what it brings."""
        for room in rooms:
            room(self)
        return self

    def load_plugins(self) -> Catalog:
        """Let every installed distribution with an entry point in `modelwatch.plugins` register itself."""
        return self.register(entry.load() for entry in entry_points(group=PLUGIN_GROUP))
