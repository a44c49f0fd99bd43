"""What a time, a length of time or a time zone may be, as shapes of a single scalar.

`keys` declares its keys with these and with the words and numbers of `scalars`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any
from zoneinfo import available_timezones

from modelwatch.domain.errors import InputError
from modelwatch.domain.instants import format_duration, parse_duration, parse_instant
from modelwatch.spec.faults import did_you_mean
from modelwatch.spec.nodes import Scalar
from modelwatch.spec.scalars import NotAllowed, One

_DURATION = "^[0-9]+ *[smhdwy]$"


@dataclass(frozen=True, slots=True)
class Zone(One):
    """The name of a time zone."""

    def value(self, scalar: Scalar) -> str:
        zones = available_timezones()
        if scalar.text not in zones:
            raise NotAllowed(hint=did_you_mean(scalar.text, sorted(zones)))
        return scalar.text

    def allowed(self) -> str:
        return "a time zone such as UTC or America/New_York"

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "minLength": 1}


@dataclass(frozen=True, slots=True)
class Duration(One):
    """A length of time as microseconds, `zero` if none at all may be written as 0."""

    low: int
    high: int
    zero: bool = False

    def value(self, scalar: Scalar) -> int:
        if self.zero and re.fullmatch("0[smhdwy]?", scalar.text):
            return 0
        try:
            duration = parse_duration(scalar.text)
        except InputError:
            raise NotAllowed from None
        if not self.low <= duration <= self.high:
            raise NotAllowed
        return duration

    def allowed(self) -> str:
        bounds = f"{format_duration(self.low)} to {format_duration(self.high)}"
        return f"{'0 or ' if self.zero else ''}a duration from {bounds}, written as 30m, 6h or 28d"

    def schema(self) -> dict[str, Any]:
        text = {"type": "string", "pattern": _DURATION}
        return {"anyOf": [text, {"const": 0}]} if self.zero else text


@dataclass(frozen=True, slots=True)
class Instant(One):
    """A time or a date as microseconds since 1970."""

    def value(self, scalar: Scalar) -> int:
        try:
            return parse_instant(scalar.text)
        except InputError:
            raise NotAllowed from None

    def allowed(self) -> str:
        return "a time such as 2013-03-01 or 2013-03-01T06:00:00Z"

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "minLength": 4}
