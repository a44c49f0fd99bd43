"""What a value may look like: a shape reads a node, says what it allows, and gives its JSON Schema.

`keys` declares every key of the specification with these: reading, error texts and schema come from the same
object.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any, Final, Protocol

from modelwatch.spec.faults import Faults, Path, closest, did_you_mean, one_of
from modelwatch.spec.nodes import Entries, Node, Scalar, describe, node_of


class Missing(Enum):
    """Stands where no value could be read; the fault has been noted."""

    VALUE = "missing"


MISSING: Final = Missing.VALUE


@dataclass(frozen=True, slots=True)
class Place:
    """Where in the specification is being read, and what the reading needs."""

    faults: Faults
    path: Path = ()

    def below(self, step: str | int) -> Place:
        """The place one step deeper."""
        return Place(self.faults, (*self.path, step))

    def refuse(self, node: Node, message: str) -> Missing:
        """Note a fault here."""
        self.faults.add(node, self.path, message)
        return MISSING


class Shape(Protocol):
    """What one value may look like."""

    def read(self, node: Node, place: Place) -> Any:
        """The value of a node, or MISSING once the fault is noted."""
        ...

    def allowed(self) -> str:
        """What may stand here, in words."""
        ...

    def schema(self) -> dict[str, Any]:
        """What may stand here, as JSON Schema."""
        ...


def read_below(shape: Shape, node: Node, place: Place, step: str | int) -> Any:
    """Read a child, unless its text was refused before it could be given a meaning."""
    below = place.below(step)
    return MISSING if place.faults.at(below.path) else shape.read(node, below)


def unfit(shape: Shape, node: Node, place: Place) -> Missing:
    """Refuse a node whose form is wrong."""
    return place.refuse(node, f"found {describe(node)}; allowed: {shape.allowed()}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """One key of an object.

    `default` is written as YAML would hold it and read like any value; None: the key may be left out.
    """

    shape: Shape
    help: str
    required: bool = False
    default: Any = None


@dataclass(frozen=True, slots=True)
class Object:
    """Declared keys; a key without a value is as if it were not there.

    Keys in `later` are part of the design but not built yet: they are refused, not ignored.
    """

    keys: Mapping[str, Key]
    later: tuple[str, ...] = ()

    def read(self, node: Node, place: Place) -> Any:
        """A value for every declared key, None for those that are absent or were refused."""
        if isinstance(node, Scalar) and node.empty:
            node = Entries(pairs=(), line=node.line, column=node.column)
        if not isinstance(node, Entries):
            return unfit(self, node, place)
        given = {name.text: self._value(name, value, place) for name, value in node.pairs}
        return {name: self._settle(name, given, node, place) for name in self.keys}

    def _value(self, name: Scalar, value: Node, place: Place) -> Any:
        """The value of a written key; None where nothing was written."""
        below = place.below(name.text)
        if name.text not in (*self.keys, *self.later):
            return below.refuse(name, f"found an unknown key; {self._allowed()}{self._meant(name.text)}")
        if isinstance(value, Scalar) and value.empty and not place.faults.at(below.path):
            return None
        if name.text in self.later:
            return below.refuse(name, f"found a key that is not available yet; {self._allowed()}")
        return read_below(self.keys[name.text].shape, value, place, name.text)

    def _settle(self, name: str, given: dict[str, Any], node: Entries, place: Place) -> Any:
        """The given value, else the default."""
        value, key = given.get(name), self.keys[name]
        if value is MISSING:
            return None
        if value is None and key.default is not None:
            return key.shape.read(node_of(key.default), place.below(name))
        if value is None and key.required:
            place.below(name).refuse(node, f"found nothing; allowed: {key.shape.allowed()}")
        return value

    def allowed(self) -> str:
        """The keys."""
        return f"the keys {one_of(self.keys)}"

    def _meant(self, name: str) -> str:
        """The key that was meant, which may belong one level deeper: the indentation may be wrong."""
        inner = ((outer, key.shape.keys) for outer, key in self.keys.items() if isinstance(key.shape, Object))
        deeper = {word: f"{outer}.{word}" for outer, keys in inner for word in keys}
        close = closest(name, deeper)
        return did_you_mean(name, self.keys) or (f"; did you mean {deeper[close]!r}?" if close else "")

    def _allowed(self) -> str:
        return f"allowed: {one_of(self.keys)}"

    def schema(self) -> dict[str, Any]:
        """An object that has these keys and no other."""
        properties: dict[str, Any] = {}
        for name, key in self.keys.items():
            given = {} if key.default is None else {"default": key.default}
            properties[name] = {"description": key.help, **given, **_or_nothing(key)}
        required = [name for name, key in self.keys.items() if key.required]
        return {
            "type": "object",
            "properties": properties,
            **({"required": required} if required else {}),
            "additionalProperties": False,
        }


def _or_nothing(key: Key) -> dict[str, Any]:
    shape = key.shape.schema()
    return shape if key.required else {"anyOf": [shape, {"type": "null"}]}


@dataclass(frozen=True, slots=True)
class Later:
    """A form of a value that is designed but not built yet; `instead` is what may stand here now."""

    instead: str

    def read(self, node: Node, place: Place) -> Any:
        """Refuse whatever stands here."""
        message = f"found {describe(node)}, which is not available yet; allowed: {self.instead}"
        return place.refuse(node, message)

    def allowed(self) -> str:
        """What may stand here now."""
        return self.instead

    def schema(self) -> dict[str, Any]:
        """What no value satisfies."""
        return {"not": {}}
