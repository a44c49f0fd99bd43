"""The one door through which metrics, channels and sources enter modelwatch, built in or brought by a plugin.

`app` makes one catalogue, lets every room register itself and then every installed plugin; all stages look
things up here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum, auto
from importlib.metadata import entry_points
from typing import Any, Generic, Protocol, TypeVar, runtime_checkable

from modelwatch.domain.columns import Task
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
    """Where a notification goes; raises on failure, and the pipeline retries.

    A `DeliveryError` says more of the failure: that no retry helps, or when the next one may come.
    """

    @property
    def name(self) -> str: ...

    def send(self, message: Mapping[str, Any], *, key: str) -> None:
        """Deliver one message; the same key means the same message again."""
        ...


@runtime_checkable
class Addressed(Protocol):
    """A channel that can say where it sends to, without any secret, and check that address."""

    @property
    def where(self) -> str: ...

    def check(self) -> None:
        """Raise `DeliveryError` or `InputError` if no message may be sent there."""
        ...


@runtime_checkable
class Acknowledging(Protocol):
    """A channel that is also told when somebody acknowledges an incident, if `acknowledges` is true."""

    @property
    def acknowledges(self) -> bool: ...


@runtime_checkable
class Picturing(Protocol):
    """A channel whose messages carry a picture where something draws one, if `pictures` is true."""

    @property
    def pictures(self) -> bool: ...


class Form(Enum):
    """What a setting of a channel holds, and as what `ChannelKind.make` gets it."""

    TEXT = auto()  # str
    TEXTS = auto()  # tuple of str
    WHOLE = auto()  # int
    FLAG = auto()  # bool
    ADDRESS = auto()  # Secret that reveals an address of http or https: many are secrets themselves
    SECRET = auto()  # Secret
    SECRETS = auto()  # tuple of Secret


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """One key of a channel in `channels.yaml`; without a default it may be None where it is not required."""

    name: str
    form: Form
    help: str
    required: bool = False
    default: Any = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelKind:
    """A kind of channel that `channels.yaml` may declare: its keys, and how a channel is made of their values."""

    name: str
    help: str
    settings: tuple[Setting, ...]
    make: Callable[[str, Mapping[str, Any]], Channel]


class Catalog:
    """All shelves of one installation.

    `public_url` is where people reach it, empty if nowhere; `picture` draws what a message tells of as a PNG, None
    where nothing draws.
    """

    def __init__(self) -> None:
        self.metrics: Shelf[Metric] = Shelf("metric")
        self.channels: Shelf[Channel] = Shelf("channel")
        self.channel_kinds: Shelf[ChannelKind] = Shelf("channel kind")
        self.public_url = ""
        self.picture: Callable[[Mapping[str, Any]], bytes | None] | None = None

    def key_metric(self, task: Task) -> Metric | None:
        """The one metric by which a model of this task is told of at a glance, None for tasks without performance."""
        return next((metric for metric in self.metrics if task in metric.key_of), None)

    def register(self, rooms: Iterable[Callable[[Catalog], None]]) -> Catalog:
        """Let each room or plugin add what it brings."""
        for room in rooms:
            room(self)
        return self

    def load_plugins(self) -> Catalog:
        """Let every installed distribution with an entry point in `modelwatch.plugins` register itself."""
        return self.register(entry.load() for entry in entry_points(group=PLUGIN_GROUP))
