"""Numbers, shares, dates and lists as people read them.

The files of the kinds write their sentences with these.
"""

from __future__ import annotations

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from modelwatch.domain.instants import DAY, format_instant, to_datetime
from modelwatch.domain.metric import Metric

LISTED = 3
"""Names that a list spells out before it counts the rest."""
_SHARE = "_share"


def number(value: float) -> str:
    """A number with three figures, whole numbers and large ones in full.

    Examples
    --------
    >>> number(0.60312), number(1234.6), number(960.0), number(0.0)
    ('0.603', '1,235', '960', '0')
    """
    if abs(value) >= 1000 or value == int(value):
        return f"{value:,.0f}"
    return f"{value:.3g}"


def percent(share: float) -> str:
    """A share of 1 as percent.

    Examples
    --------
    >>> percent(1.0), percent(0.0634), percent(0.00021)
    ('100 %', '6.3 %', '0.02 %')
    """
    size = abs(share) * 100
    digits = 0 if size >= 10 or size == 0 else 1 if size >= 1 else 2
    return f"{share * 100:.{digits}f} %"


def amount(value: float, metric: Metric | None, name: str) -> str:
    """A value of a metric, in percent or with its unit where it has one."""
    if name.endswith(_SHARE):
        return percent(value)
    unit = metric.unit if metric else ""
    if unit == "s" and value >= 60:
        return stretch(value)
    return f"{number(value)} {unit}" if unit in ("s", "ms", "sd") else number(value)


def stretch(seconds: float) -> str:
    """A length of time in its two largest units.

    Examples
    --------
    >>> stretch(59), stretch(3700), stretch(200_000)
    ('59 s', '1 h 1 min', '2 d 7 h')
    """
    left, told = round(seconds), list[str]()
    for unit, size in (("d", 86_400), ("h", 3600), ("min", 60), ("s", 1)):
        count, left = divmod(left, size)
        if count or told or unit == "s":
            told.append(f"{count} {unit}")
    return " ".join(part for part in told[:2] if not part.startswith("0 ")) or "0 s"


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
