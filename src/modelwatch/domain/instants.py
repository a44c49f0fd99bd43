"""Instants and windows of event time, as whole microseconds since 1970 in UTC.

Every stage carries time in this one form; text and time zones appear only at the edges.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from modelwatch.domain.errors import InputError

SECOND = 1_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR
_UNITS = {"s": SECOND, "m": MINUTE, "h": HOUR, "d": DAY, "w": 7 * DAY, "y": 365 * DAY}
LONGEST_DURATION = 100 * _UNITS["y"]
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def parse_instant(text: str) -> int:
    """Read an RFC 3339 time or a plain date (midnight UTC) as microseconds since 1970.

    Examples
    --------
    >>> parse_instant("1970-01-02")
    86400000000
    >>> parse_instant("1970-01-01T01:00:00+01:00")
    0

    Raises
    ------
    InputError
        If the text is no such time.
    """
    try:
        moment = datetime.fromisoformat(text.strip())
        # An offset may lead out of the years 1 to 9999 (OverflowError).
        return to_us(moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC))
    except (ValueError, OverflowError):
        raise InputError(f"{text!r} is not a time: write it as 2013-03-01 or 2013-03-01T06:00:00Z") from None


def to_us(moment: datetime) -> int:
    """Microseconds since 1970 of a time that carries its zone."""
    return (moment - _EPOCH) // timedelta(microseconds=1)


def to_datetime(instant: int) -> datetime:
    """The UTC datetime of microseconds since 1970."""
    return _EPOCH + timedelta(microseconds=instant)


def format_instant(instant: int) -> str:
    """RFC 3339 in UTC, with a fraction only where there is one.

    Examples
    --------
    >>> format_instant(86_400_000_000)
    '1970-01-02T00:00:00Z'
    """
    return to_datetime(instant).isoformat().replace("+00:00", "Z")


def day_of(instant: int) -> date:
    """The UTC day an instant lies in."""
    return to_datetime(instant).date()


def parse_duration(text: str) -> int:
    """Read `90s`, `15m`, `1h`, `28d`, `4w` or `1y` (365 days) as microseconds.

    Examples
    --------
    >>> parse_duration("15m") // MINUTE
    15

    Raises
    ------
    InputError
        If the text is no whole number followed by one of the units.
    """
    match = re.fullmatch(r"([0-9]{1,15})\s*([smhdwy])", text.strip())
    duration = int(match[1]) * _UNITS[match[2]] if match else 0
    if not 0 < duration <= LONGEST_DURATION:
        raise InputError(
            f"{text!r} is not a duration: write a whole number and one of {', '.join(_UNITS)}, "
            f"as in 30m or 28d, at most {LONGEST_DURATION // _UNITS['y']}y"
        )
    return duration


def format_duration(duration: int) -> str:
    """Text that `parse_duration` reads back, in the largest of its units but weeks that divides it.

    Examples
    --------
    >>> format_duration(36 * HOUR)
    '36h'
    """
    for unit in ("y", "d", "h", "m"):
        if duration % _UNITS[unit] == 0:
            return f"{duration // _UNITS[unit]}{unit}"
    return f"{duration // SECOND}s"


@dataclass(frozen=True, slots=True, order=True)
class Window:
    """A half-open interval of event time `[start, end)`, both in microseconds since 1970."""

    start: int
    end: int

    def __post_init__(self) -> None:
        if self.end <= self.start:
            bounds = f"{format_instant(self.start)} to {format_instant(self.end)}"
            raise InputError(f"a window must end after it starts: {bounds}")

    @property
    def length(self) -> int:
        """Microseconds from start to end."""
        return self.end - self.start

    def __contains__(self, instant: int) -> bool:
        return self.start <= instant < self.end

    def to_dict(self) -> dict[str, str]:
        """`{"start", "end"}` in RFC 3339."""
        return {"start": format_instant(self.start), "end": format_instant(self.end)}
