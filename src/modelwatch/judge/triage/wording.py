"""Values of metrics, dates and lists as people read them.

The files of the kinds write their sentences with these.
"""

from __future__ import annotations

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from modelwatch.domain.instants import DAY, SECOND, format_instant, to_datetime
from modelwatch.domain.metric import Metric
from modelwatch.domain.quantity import reading, stretch

LISTED = 3
"""Names that a list spells out before it counts the rest."""


def amount(value: float, metric: Metric | None, name: str) -> str:
    """A value of a metric, in percent or with its unit where it has one."""
    return reading(value, name, metric.unit if metric else "")


def named(names: Sequence[str], what: str = "columns") -> str:
    """A list of names, counted after the first few.

    Examples
    --------
    >>> named(["temp"]), named(["temp", "dewp", "humid"]), named(["a", "b", "c", "d", "e"])
    ('temp', 'temp, dewp and humid', 'a, b and 3 more columns')
    """
    if len(names) > LISTED:
        return f"{', '.join(names[: LISTED - 1])} and {len(names) - LISTED + 1} more {what}"
    return " and ".join(filter(None, (", ".join(names[:-1]), *names[-1:])))


def day(end: int, size: int, timezone: str = "UTC") -> str:
    """The local day, or below a day the start in UTC, of the window of `size` that ends with `window`.

    Examples
    --------
    >>> from modelwatch.domain.instants import parse_instant
    >>> start = parse_instant("2013-08-22T04:00:00Z")
    >>> day(start + DAY, DAY, "America/New_York")
    '2013-08-22'
    """
    if size < DAY - DAY // 24:
        return format_instant(end - size)
    # its middle: a day in which the clocks change starts an hour off
    return to_datetime(end - size // 2).astimezone(ZoneInfo(timezone)).date().isoformat()


def lasting(span: int, size: int) -> str:
    """How long a span of windows is, where one of them is of `size` microseconds and days are of 23 to 25 hours.

    Examples
    --------
    >>> lasting(28, DAY + DAY // 24), lasting(6, DAY // 24)
    ('28 d', '6 h')
    """
    days = round(size / DAY)
    whole = days * DAY if abs(size - days * DAY) <= DAY // 24 < size else size
    return stretch(span * whole / SECOND)


def over(span: int) -> str:
    """How many windows a value speaks of, nothing for one.

    Examples
    --------
    >>> over(28), over(1)
    (' over 28 windows', '')
    """
    return f" over {span} windows" if span > 1 else ""


def when(end: int, size: int, timezone: str, span: int = 1) -> str:
    """Which windows a value speaks of: the one that ends there, or a span of them.

    Examples
    --------
    >>> when(2 * DAY, DAY, "UTC"), when(28 * DAY, DAY, "UTC", span=28), when(DAY, DAY // 24, "UTC")
    ('on 1970-01-02', 'over the 28 windows to 1970-01-28', 'at 1970-01-01T23:00:00Z')
    """
    date = day(end, size, timezone)
    if span > 1:
        return f"over the {span} windows to {date}"
    return f"at {date}" if "T" in date else f"on {date}"


def count(n: int, thing: str) -> str:
    """A number of things.

    Examples
    --------
    >>> count(1, "window"), count(2, "window")
    ('1 window', '2 windows')
    """
    return f"{n:,} {thing}" if n == 1 else f"{n:,} {thing}s"
