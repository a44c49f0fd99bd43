"""What lists and maps may hold, as shapes made of other shapes.

`keys` declares its keys with these where a value is more than one word.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from modelwatch.spec.nodes import Entries, Items, Node, Scalar
from modelwatch.spec.shapes import MISSING, Later, Place, Shape, read_below, unfit


@dataclass(frozen=True, slots=True)
class ListOf:
    """A list of at least some values; with `lone`, one value by itself is a list of one."""

    shape: Shape
    what: str
    at_least: int = 0
    lone: bool = False

    def read(self, node: Node, place: Place) -> Any:
        """The values as a tuple, None for those that were refused."""
        if self.lone and not isinstance(node, Items):
            value = self.shape.read(node, place)
            return value if value is MISSING else (value,)
        if not isinstance(node, Items) or len(node.items) < self.at_least:
            return unfit(self, node, place)
        values = [read_below(self.shape, item, place, number) for number, item in enumerate(node.items)]
        return tuple(None if value is MISSING else value for value in values)

    def allowed(self) -> str:
        """What the list holds."""
        return f"a list of {self.what}{' that is not empty' if self.at_least else ''}"

    def schema(self) -> dict[str, Any]:
        """An array, or a value by itself."""
        item = self.shape.schema()
        array = {"type": "array", "items": item, **({"minItems": self.at_least} if self.at_least else {})}
        return {"anyOf": [array, item]} if self.lone else array


@dataclass(frozen=True, slots=True)
class Pair:
    """A list of exactly two values."""

    shape: Shape

    def read(self, node: Node, place: Place) -> Any:
        """Both values, or nothing if one of them is wrong."""
        if not isinstance(node, Items) or len(node.items) != 2:
            return unfit(self, node, place)
        first, second = (read_below(self.shape, item, place, number) for number, item in enumerate(node.items))
        return MISSING if first is MISSING or second is MISSING else (first, second)

    def allowed(self) -> str:
        """What both are."""
        return f"a list of two, each {self.shape.allowed()}"

    def schema(self) -> dict[str, Any]:
        """An array of two."""
        return {"type": "array", "items": self.shape.schema(), "minItems": 2, "maxItems": 2}


@dataclass(frozen=True, slots=True)
class MapOf:
    """Names of the user's own choice with values of one shape."""

    shape: Shape
    what: str
    at_least: int = 1

    def read(self, node: Node, place: Place) -> Any:
        """The values that could be read, by name."""
        if not isinstance(node, Entries) or len(node.pairs) < self.at_least:
            return unfit(self, node, place)
        values = {name.text: read_below(self.shape, value, place, name.text) for name, value in node.pairs}
        return {name: value for name, value in values.items() if value is not MISSING}

    def allowed(self) -> str:
        """What the names and the values are."""
        return self.what

    def schema(self) -> dict[str, Any]:
        """An object of any keys."""
        return {
            "type": "object",
            "additionalProperties": self.shape.schema(),
            "minProperties": self.at_least,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Either:
    """One shape if a scalar stands here, another for a list, another for keys and values."""

    scalar: Shape | None = None
    items: Shape | None = None
    entries: Shape | None = None

    def read(self, node: Node, place: Place) -> Any:
        """Read by the shape for this form of node."""
        forms = {Scalar: self.scalar, Items: self.items, Entries: self.entries}
        shape = forms[type(node)]
        return unfit(self, node, place) if shape is None else shape.read(node, place)

    def allowed(self) -> str:
        """What each form allows."""
        texts = [shape.allowed() for shape in self._shapes()]
        # The text of one form may name another form, for whoever wrote the first one wrongly.
        return ", or ".join(
            text for number, text in enumerate(texts) if not any(text in each for each in texts[:number])
        )

    def schema(self) -> dict[str, Any]:
        """Any of the forms."""
        return {"anyOf": [shape.schema() for shape in self._shapes()]}

    def _shapes(self) -> list[Shape]:
        shapes = (self.scalar, self.items, self.entries)
        return [shape for shape in shapes if shape is not None and not isinstance(shape, Later)]
