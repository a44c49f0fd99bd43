"""What a single word or number may be: each shape gives the text of a scalar a value or says what is allowed.

`keys` declares every key of the specification with these and with the containers of `shapes`.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from modelwatch.domain.errors import InputError
from modelwatch.domain.names import NAME_LENGTH, NAME_PATTERN, check_name
from modelwatch.spec.faults import did_you_mean, one_of
from modelwatch.spec.nodes import Node, Scalar, describe
from modelwatch.spec.shapes import Place

_WHOLE = re.compile(r"[-+]?(0|[1-9][0-9]*)")
_NUMBER = re.compile(r"[-+]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][-+]?[0-9]+)?")


class NotAllowed(Exception):
    """A scalar is none of what a shape allows: `later` if it will be some day, `hint` ends the message."""

    def __init__(self, *, later: bool = False, hint: str = "") -> None:
        self.later = later
        self.hint = hint


class One:
    """Base of the shapes of a single scalar: subclasses turn its text into a value."""

    def read(self, node: Node, place: Place) -> Any:
        """Read the scalar, or note what was found and what is allowed."""
        refusal = NotAllowed()
        if isinstance(node, Scalar) and not node.empty:
            try:
                return self.value(node)
            except NotAllowed as refused:
                refusal = refused
        found = f"found {describe(node)}{', which is not available yet' if refusal.later else ''}"
        return place.refuse(node, f"{found}; allowed: {self.allowed()}{refusal.hint}")

    def value(self, scalar: Scalar) -> Any:
        """The value of a scalar; raises NotAllowed."""
        raise NotImplementedError

    def allowed(self) -> str:
        """What may stand here, in words."""
        raise NotImplementedError


@dataclass(frozen=True, slots=True)
class Text(One):
    """Any text, kept as written: `version: 3` is the text 3, `no` is the text no."""

    what: str = "a text"
    pattern: str = ""

    def value(self, scalar: Scalar) -> str:
        if not scalar.text or (self.pattern and not re.fullmatch(self.pattern, scalar.text)):
            raise NotAllowed
        return scalar.text

    def allowed(self) -> str:
        return self.what

    def schema(self) -> dict[str, Any]:
        if self.pattern:
            return {"type": "string", "pattern": f"^({self.pattern})$"}
        # an editor reads 3 and true as what YAML makes of them
        return {"type": ["string", "number", "boolean"], "minLength": 1}


@dataclass(frozen=True, slots=True)
class Name(One):
    """A name that becomes a folder: of a model or an environment."""

    def value(self, scalar: Scalar) -> str:
        try:
            return check_name(scalar.text)
        except InputError:
            raise NotAllowed from None

    def allowed(self) -> str:
        return (
            f"at most {NAME_LENGTH} lower-case letters, digits, '_', '-' and single dots between them, "
            "starting with a letter or digit"
        )

    def schema(self) -> dict[str, Any]:
        return {"type": ["string", "integer"], "pattern": f"^{NAME_PATTERN}$", "maxLength": NAME_LENGTH}


@dataclass(frozen=True, slots=True)
class Choice(One):
    """One of some words; those in `later` are part of the design but not available yet."""

    words: Sequence[str]
    later: Callable[[str], bool] = field(default=lambda _: False)
    aliases: Mapping[str, str] = field(default_factory=dict[str, str])
    otherwise: str = ""  # what may stand here instead of a word

    def value(self, scalar: Scalar) -> str:
        word = self.aliases.get(scalar.text, scalar.text)
        if word in self.words:
            return word
        if self.later(word):
            raise NotAllowed(later=True)
        raise NotAllowed(hint=did_you_mean(word, self.words))

    def allowed(self) -> str:
        return ", or ".join(filter(None, [one_of(self.words), self.otherwise]))

    def schema(self) -> dict[str, Any]:
        return {"enum": [*self.words, *self.aliases]}


def words(*allowed: str, later: Sequence[str] = (), otherwise: str = "") -> Choice:
    """A choice among fixed words."""
    return Choice(allowed, later=lambda word: word in later, otherwise=otherwise)


@dataclass(frozen=True, slots=True)
class Whole(One):
    """A whole number between two bounds, both included."""

    low: int
    high: int

    def value(self, scalar: Scalar) -> int:
        if not (scalar.plain and len(scalar.text) < 20 and _WHOLE.fullmatch(scalar.text)):
            raise NotAllowed
        number = int(scalar.text)
        if not self.low <= number <= self.high:
            raise NotAllowed
        return number

    def allowed(self) -> str:
        return f"a whole number from {self.low} to {self.high}"

    def schema(self) -> dict[str, Any]:
        return {"type": "integer", "minimum": self.low, "maximum": self.high}


@dataclass(frozen=True, slots=True)
class Number(One):
    """A finite number between two bounds, both included; `nothing` makes `null` a bound that is open."""

    low: float = -math.inf
    high: float = math.inf
    nothing: bool = False

    def read(self, node: Node, place: Place) -> Any:
        if self.nothing and isinstance(node, Scalar) and node.empty:
            return None
        return One.read(self, node, place)

    def value(self, scalar: Scalar) -> float:
        if not (scalar.plain and _NUMBER.fullmatch(scalar.text)):
            raise NotAllowed
        number = float(scalar.text)
        if not (math.isfinite(number) and self.low <= number <= self.high):
            raise NotAllowed
        return number

    def allowed(self) -> str:
        bounds = (f" from {self.low:g}" if math.isfinite(self.low) else "") + (
            f" to {self.high:g}" if math.isfinite(self.high) else ""
        )
        return f"a number{bounds}{' or null' if self.nothing else ''}"

    def schema(self) -> dict[str, Any]:
        bounds = {"minimum": self.low, "maximum": self.high}
        return {
            "type": ["number", "null"] if self.nothing else "number",
            **{name: bound for name, bound in bounds.items() if math.isfinite(bound)},
        }


@dataclass(frozen=True, slots=True)
class Flag(One):
    """True or false."""

    def value(self, scalar: Scalar) -> bool:
        if not scalar.plain or scalar.text not in ("true", "false"):
            raise NotAllowed
        return scalar.text == "true"

    def allowed(self) -> str:
        return "true, false"

    def schema(self) -> dict[str, Any]:
        return {"type": "boolean"}


@dataclass(frozen=True, slots=True)
class Class(One):
    """A class as a model gives it: a number, true or false, or a text."""

    def value(self, scalar: Scalar) -> bool | int | float | str:
        if not scalar.plain:
            return scalar.text
        if scalar.text in ("true", "false"):
            return scalar.text == "true"
        if _WHOLE.fullmatch(scalar.text) and len(scalar.text) < 20:
            return int(scalar.text)
        return float(scalar.text) if _NUMBER.fullmatch(scalar.text) else scalar.text

    def allowed(self) -> str:
        return "a number, true, false or a text"

    def schema(self) -> dict[str, Any]:
        return {"type": ["string", "number", "boolean"]}
