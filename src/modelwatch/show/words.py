"""Values as a person reads them in a terminal: numbers, shares, instants, windows and lists.

Every read model of this room writes its cells with these.
"""

from __future__ import annotations

from collections.abc import Sequence

NOTHING = "-"


def number(value: float | None) -> str:
    """A number with four significant digits, whole ones in full.

    Examples
    --------
    >>> number(0.123456), number(285000.0), number(12.3456), number(None), number(1.5e-7)
    ('0.1235', '285,000', '12.35', '-', '1.5e-07')
    """
    if value is None:
        return NOTHING
    if abs(value) < 1e-12:
        return "0"
    if value == int(value) and abs(value) < 1e15:
        return f"{int(value):,}"
    text = f"{value:.4g}"
    return text if "e" not in text or abs(value) < 1e-4 else f"{value:,.0f}"


def share(value: float | None) -> str:
    """A share as percent.

    Examples
    --------
    >>> share(0.1234), share(0.0), share(0.00004), share(None)
    ('12.3 %', '0 %', '<0.1 %', '-')
    """
    if value is None:
        return NOTHING
    if 0 < abs(value) < 0.0005:
        return "<0.1 %"
    return f"{value * 100:.1f}".removesuffix(".0") + " %"


def instant(text: str | None) -> str:
    """An RFC 3339 time as short as it can be: a midnight is a day, seconds stand only where there are any.

    Examples
    --------
    >>> instant("2013-03-01T00:00:00Z"), instant("2013-03-01T05:00:00Z"), instant(None)
    ('2013-03-01', '2013-03-01 05:00Z', '-')
    """
    if text is None:
        return NOTHING
    day, _, time = text.removesuffix("Z").partition("T")
    if time == "00:00:00":
        return day
    return f"{day} {time.removesuffix(':00')}Z"


def count(many: int, noun: str) -> str:
    """A count with its noun.

    Examples
    --------
    >>> count(1, "row"), count(2000, "row")
    ('1 row', '2,000 rows')
    """
    return f"{many:,} {noun}" + ("" if many == 1 else "s")


def listed(items: Sequence[str], *, most: int = 8) -> str:
    """Items in one line, cut where they are many.

    Examples
    --------
    >>> listed(["a", "b", "c"], most=2), listed([])
    ('a, b and 1 more', '-')
    """
    if len(items) > most:
        return ", ".join(items[:most]) + f" and {len(items) - most:,} more"
    return ", ".join(items) or NOTHING
