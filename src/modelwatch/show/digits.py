"""Numbers, shares, counts, lengths of time and dates as pages, charts and reports write them.

Sensible digits and no more: three significant ones for a metric, a true minus, units apart by a no-break space.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from modelwatch.domain.instants import DAY, HOUR, MINUTE, SECOND, parse_instant

MINUS, HARD_SPACE = "\u2212", "\u00a0"
NOTHING = "\u2013"
_EPOCH = datetime(1970, 1, 1, tzinfo=ZoneInfo("UTC"))
_FULL = 10_000
_WRITTEN = re.compile(r"(?<![\w-])(\d{4}-\d\d-\d\d)(T\d\d:\d\d:\d\d(?:\.\d+)?Z)?(?![\w-])")
SHORT_UNITS = ("ms", "sd")
"""Units that stand behind a number."""
_NEAR = 180 * DAY


def metric(value: float | None, *, signed: bool = False) -> str:
    """A metric's value with three significant digits; small ones of a few decimals, never `1e-05` below 0.001.

    Examples
    --------
    >>> metric(0.66218), metric(82.13), metric(1234.6), metric(0.1, signed=True), metric(3.0)
    ('0.662', '82.1', '1,235', '+0.100', '3.00')
    >>> metric(-0.1172, signed=True).replace(MINUS, "-"), metric(0.0), metric(0.00004).replace(HARD_SPACE, " ")
    ('-0.117', '0', '< 0.001')
    """
    if value is None:
        return NOTHING
    size = abs(value)
    # What decides is the number as it is written: 0.9996 is 1.00, not 1.000.
    near = float(f"{size:.3g}")
    if size == 0:
        text = "0"
    elif near >= 1000:
        text = count(round(size))
    elif size < 0.001:
        return _tiny(value, "0.001")
    else:
        text = f"{size:.{3 if near < 1 else 2 if near < 10 else 1 if near < 100 else 0}f}"
    return _sign(value, signed=signed) + text


def share(value: float | None, *, signed: bool = False) -> str:
    """A share as percent: none below ten percent without need, one decimal under 1 %, `< 0.1 %` under that.

    Examples
    --------
    >>> [share(each).replace(HARD_SPACE, " ") for each in (1.0, 0.1234, 0.0131, 0.0002, 0.0, 0.0634)]
    ['100 %', '12 %', '1.3 %', '< 0.1 %', '0 %', '6.3 %']
    """
    if value is None:
        return NOTHING
    percent = abs(value) * 100
    if 0 < percent < 0.1:
        return _tiny(value, f"0.1{HARD_SPACE}%")
    digits = 0 if percent == 0 or percent >= 9.95 else 1
    # What is not all is not written as all.
    if digits == 0 and 99 < percent < 100:
        digits, percent = 1, min(percent, 99.9)
    return f"{_sign(value, signed=signed)}{percent:.{digits}f}".removesuffix(".0") + f"{HARD_SPACE}%"


def count(value: int | None) -> str:
    """A count: in full up to 9,999, then in thousands, millions and billions.

    Examples
    --------
    >>> [count(each).replace(HARD_SPACE, " ") for each in (0, 9999, 10_000, 413_220, 5_200_000, 12_300_000_000)]
    ['0', '9,999', '10 k', '413 k', '5.2 M', '12 G']
    """
    if value is None:
        return NOTHING
    if abs(value) < _FULL:
        return f"{value:,}".replace("-", MINUS)
    for size, unit in ((10**9, "G"), (10**6, "M"), (10**3, "k")):
        scaled = abs(value) / size
        if scaled >= 0.9995:
            digits = 1 if scaled < 9.95 else 0
            return f"{_sign(value, signed=False)}{scaled:.{digits}f}".removesuffix(".0") + f"{HARD_SPACE}{unit}"
    raise AssertionError("a number past 9,999 has a unit")


def given(value: float) -> str:
    """A number that somebody wrote, such as a level: with the digits that it was written with.

    Examples
    --------
    >>> given(0.1), given(2000.0), given(3.0)
    ('0.1', '2,000', '3')
    """
    return f"{value:,.10g}".replace("-", MINUS)


def duration(micros: int) -> str:
    """A length of time in its largest unit; hours up to two days, as `30 h`.

    Examples
    --------
    >>> [duration(each * HOUR).replace(HARD_SPACE, " ") for each in (0, 1, 30, 49, 24 * 400)]
    ['0 s', '1 h', '30 h', '2 d', '400 d']
    """
    if micros >= 2 * DAY:
        return f"{micros // DAY}{HARD_SPACE}d"
    for size, unit in ((HOUR, "h"), (MINUTE, "min")):
        if micros >= size:
            return f"{micros // size}{HARD_SPACE}{unit}"
    return f"{micros // SECOND}{HARD_SPACE}s"


def day(instant: int, zone: str = "UTC", *, beside: int | None = None) -> str:
    """The date of an instant in a zone; without its year beside an instant of the same, or less than half a year away.

    Examples
    --------
    >>> day(0).replace(HARD_SPACE, " "), day(0, beside=-DAY).replace(HARD_SPACE, " ")
    ('1 Jan 1970', '1 Jan')
    """
    at = local(instant, zone)
    text = f"{at.day}{HARD_SPACE}{at:%b}"
    if beside is not None and (abs(instant - beside) < _NEAR or local(beside, zone).year == at.year):
        return text
    return f"{text} {at.year}"


def moment(instant: int, zone: str = "UTC", *, beside: int | None = None) -> str:
    """Date and time of an instant in a zone, as `31 Dec 02:00`.

    Examples
    --------
    >>> moment(2 * HOUR, beside=0).replace(HARD_SPACE, " ")
    '1 Jan 02:00'
    """
    return f"{day(instant, zone, beside=beside)} {local(instant, zone):%H:%M}"


def window(start: int, end: int, zone: str = "UTC", *, beside: int | None = None) -> str:
    """A window by its day, by its first and last day if it has several, by its first minute if it is shorter.

    Examples
    --------
    >>> [window(0, each * HOUR, beside=0).replace(HARD_SPACE, " ") for each in (1, 24, 23, 24 * 28)]
    ['1 Jan 00:00', '1 Jan', '1 Jan', '1 to 28 Jan']
    """
    if end - start < DAY - HOUR:
        return moment(start, zone, beside=beside)
    # An hour off on days in which the clocks change.
    first, last = start + HOUR, end - 2 * HOUR
    until = day(last, zone, beside=beside)
    if local(first, zone).date() == local(last, zone).date():
        return until
    since = day(first, zone, beside=last)
    return f"{since.partition(HARD_SPACE)[0] if _same_month(first, last, zone) else since} to {until}"


def reading(value: float | None, name: str, unit: str = "", *, signed: bool = False) -> str:
    """A value of a metric by its name: shares as percent, lengths of time in words, else with a unit that is short.

    Examples
    --------
    >>> [reading(*each).replace(HARD_SPACE, " ") for each in ((0.0634, "missing_share"), (7200.0, "silence_seconds"))]
    ['6.3 %', '2 h']
    >>> reading(3.18, "wasserstein_normed", "sd").replace(HARD_SPACE, " "), reading(0.662, "roc_auc")
    ('3.18 sd', '0.662')
    """
    if value is not None and name.endswith("_share"):
        return share(value, signed=signed)
    if value is not None and (unit == "s" or name.endswith("_seconds")):
        return duration(round(value * SECOND))
    told = metric(value, signed=signed)
    return f"{told}{HARD_SPACE}{unit}" if unit in SHORT_UNITS and value is not None else told


def prose(text: str, *, beside: int | None = None) -> str:
    r"""A stored sentence with its dates and times written as pages write them; commands between backticks stay.

    Examples
    --------
    >>> prose("began on 2013-12-31, last row of 2013-12-31T02:00:00Z", beside=parse_instant("2013-03-01"))
    'began on 31\xa0Dec, last row of 31\xa0Dec 02:00 UTC'
    >>> prose("see `show --since 2013-12-31`")
    'see `show --since 2013-12-31`'
    """

    def written(found: re.Match[str]) -> str:
        try:
            at = parse_instant(found[0])
        except ValueError:
            return found[0]
        return f"{moment(at, beside=beside)} UTC" if found[2] else day(at, beside=beside)

    parts = text.split("`")
    return "`".join(part if place % 2 else _WRITTEN.sub(written, part) for place, part in enumerate(parts))


def local(instant: int, zone: str = "UTC") -> datetime:
    """An instant, microseconds since 1970, as a date and time in a zone."""
    return (_EPOCH + timedelta(microseconds=instant)).astimezone(ZoneInfo(zone))


def _same_month(first: int, last: int, zone: str) -> bool:
    one, other = local(first, zone), local(last, zone)
    return (one.year, one.month) == (other.year, other.month)


def _tiny(value: float, least: str) -> str:
    return f"<{HARD_SPACE}{least}" if value > 0 else f">{HARD_SPACE}{MINUS}{least}"


def _sign(value: float, *, signed: bool) -> str:
    return MINUS if value < 0 else "+" if signed and value > 0 else ""
