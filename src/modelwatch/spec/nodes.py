"""YAML text as a tree of nodes that know their line and column; scalars stay the text that was written.

First step of `parse`. Built on the events of the YAML reader, never on its constructors: no tag makes an
object, no alias multiplies, `no` and `1:30` stay what they are; what a scalar means is decided by its key.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, cast

import yaml

from modelwatch.spec.faults import Faults, Path

LONGEST_TEXT = 1_000_000
DEEPEST = 20
_NOTHING = ("", "~", "null", "Null", "NULL")


@dataclass(frozen=True, slots=True, kw_only=True)
class Scalar:
    """One word, number or text; `plain` if it stood without quotes."""

    text: str
    plain: bool = True
    line: int = 0
    column: int = 0

    @property
    def empty(self) -> bool:
        """Whether nothing was written, or `null`."""
        return self.plain and self.text in _NOTHING


@dataclass(frozen=True, slots=True, kw_only=True)
class Items:
    """A list."""

    items: tuple[Node, ...]
    line: int = 0
    column: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Entries:
    """Keys with their values, in the order of the file, no key twice."""

    pairs: tuple[tuple[Scalar, Node], ...]
    line: int = 0
    column: int = 0


Node = Scalar | Items | Entries


def describe(node: Node) -> str:
    """What was found, for a message."""
    match node:
        case Scalar() if node.empty:
            return "nothing"
        case Scalar():
            text = repr(node.text if len(node.text) <= 60 else node.text[:57] + "...")
            return text if node.plain else f"the text {text}"
        case Items():
            return "a list"
        case Entries():
            return "keys and values"


def find(root: Node, path: Path) -> Node:
    """The node at a path, or the nearest one above it where the file does not go so deep."""
    node = root
    for step in path:
        match node, step:
            case Entries(), str():
                below = next((value for key, value in node.pairs if key.text == step), None)
            case Items(), int() if step < len(node.items):
                below = node.items[step]
            case _:
                below = None
        if below is None:
            break
        node = below
    return node


@dataclass(frozen=True, slots=True)
class Spot:
    """A place in a file that has been read, to note what turns out wrong there later."""

    root: Node
    faults: Faults
    path: Path = ()

    def below(self, *steps: str | int) -> Spot:
        """The place some steps deeper."""
        return Spot(self.root, self.faults, (*self.path, *steps))

    def refuse(self, message: str) -> None:
        """Note a fault here."""
        self.faults.add(find(self.root, self.path), self.path, message)

    def given(self, *steps: str | int) -> bool:
        """Whether something is written at a place some steps deeper."""
        at = find(self.root, (*self.path, *steps))
        above = find(self.root, (*self.path, *steps[:-1]))
        return at is not above and not (isinstance(at, Scalar) and at.empty)

    def sound(self, *paths: str) -> bool:
        """Whether nothing was found wrong under any of these keys of the file, so that they can be judged."""
        return not self.faults.under(*((path,) for path in paths))


def node_of(value: Any) -> Node:
    """Turn plain values, as Python or JSON hold them, into the nodes that the same YAML would give."""
    match value:
        case None:
            return Scalar(text="null")
        case bool():
            return Scalar(text="true" if value else "false")
        case int() | float():
            return Scalar(text=repr(value))
        case str():
            return Scalar(text=value, plain=False)
        case Mapping():
            pairs = cast("Mapping[Any, Any]", value)
            return Entries(pairs=tuple((Scalar(text=str(key)), node_of(each)) for key, each in pairs.items()))
        case Sequence():
            return Items(items=tuple(node_of(each) for each in cast("Sequence[Any]", value)))
        case _:
            return Scalar(text=str(value), plain=False)


def read_nodes(text: str, faults: Faults) -> Node:
    """Read YAML text as one tree.

    Parameters
    ----------
    text
        At most a million characters, one document, no aliases, no tags.
    faults
        Takes what is wrong with single nodes.

    Raises
    ------
    SpecError
        If the text as a whole is not YAML, so that no more can be said of it.
    """
    if len(text) > LONGEST_TEXT:
        faults.add(Scalar(text=""), (), f"found {len(text)} characters; allowed: at most {LONGEST_TEXT}")
        faults.raise_any()
    try:
        return _Reader(text, faults).document()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        context = f" {error.context}" if error.context else ""
        message = f"this is not YAML: {error.problem or 'it cannot be read'}{context}"
        faults.add(_at(mark), (), message)
    except yaml.reader.ReaderError as error:
        before = text[: error.position]
        place = Scalar(text="", line=before.count("\n") + 1, column=error.position - before.rfind("\n"))
        faults.add(place, (), f"found the character U+{int(error.character):04X}; allowed: printable characters")
    faults.raise_any()
    return Entries(pairs=())


def _at(mark: yaml.Mark | None) -> Scalar:
    return Scalar(text="") if mark is None else Scalar(text="", line=mark.line + 1, column=mark.column + 1)


class _Events(Protocol):
    def get_event(self) -> yaml.Event: ...


class _Reader:
    """Recursive descent over the events of one document."""

    def __init__(self, text: str, faults: Faults) -> None:
        self._events: _Events = yaml.SafeLoader(text.removeprefix("\ufeff"))
        self._faults = faults

    def document(self) -> Node:
        self._events.get_event()  # the stream starts
        event = self._events.get_event()
        if isinstance(event, yaml.StreamEndEvent):
            return Scalar(text="", line=1, column=1)
        root = self._node(self._events.get_event(), (), 0)
        self._events.get_event()  # the document ends
        more = self._events.get_event()
        if not isinstance(more, yaml.StreamEndEvent):
            self._faults.add(_at(more.start_mark), (), "found a second document; allowed: one")
        return root

    def _node(self, event: yaml.Event, path: Path, depth: int) -> Node:
        place = _at(event.start_mark)
        if depth > DEEPEST:
            raise yaml.MarkedYAMLError(
                problem=f"lists and keys go deeper than {DEEPEST} levels", problem_mark=event.start_mark
            )
        if isinstance(event, yaml.AliasEvent):
            self._faults.add(place, path, f"found the alias '*{event.anchor}'; allowed: the value itself")
            return Scalar(text="", line=place.line, column=place.column)
        if isinstance(event, yaml.ScalarEvent | yaml.CollectionStartEvent) and event.tag not in (None, "!"):
            self._faults.add(place, path, f"found the tag {event.tag!r}; allowed: values without a tag")
        if isinstance(event, yaml.ScalarEvent):
            return Scalar(text=event.value, plain=event.style is None, line=place.line, column=place.column)
        if isinstance(event, yaml.SequenceStartEvent):
            return Items(items=tuple(self._items(path, depth)), line=place.line, column=place.column)
        return Entries(pairs=tuple(self._pairs(path, depth)), line=place.line, column=place.column)

    def _items(self, path: Path, depth: int) -> Iterator[Node]:
        number = 0
        while not isinstance(event := self._events.get_event(), yaml.SequenceEndEvent):
            yield self._node(event, (*path, number), depth + 1)
            number += 1

    def _pairs(self, path: Path, depth: int) -> Iterator[tuple[Scalar, Node]]:
        seen: dict[str, int] = {}
        while not isinstance(event := self._events.get_event(), yaml.MappingEndEvent):
            key = self._node(event, path, depth + 1)
            value_event = self._events.get_event()
            if not isinstance(key, Scalar):
                self._faults.add(key, path, f"found {describe(key)} as a key; allowed: a word")
                self._node(value_event, path, depth + 1)
                continue
            value = self._node(value_event, (*path, key.text), depth + 1)
            if key.text in seen:
                self._faults.add(
                    key,
                    (*path, key.text),
                    f"found this key a second time, first on line {seen[key.text]}; allowed: once",
                )
                continue
            seen[key.text] = key.line
            yield key, value
