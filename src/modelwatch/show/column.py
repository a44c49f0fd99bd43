"""A column in words: how it stands and since when, what its metrics are called, and how their values are written.

The page of a column says them; nothing here knows where they were read.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from modelwatch.domain.instants import DAY
from modelwatch.domain.metric import Metric
from modelwatch.show import digits

_SHORT = MappingProxyType(
    {
        "psi": "PSI",
        "jensen_shannon": "Jensen-Shannon",
        "ks": "KS",
        "wasserstein": "Wasserstein",
        "wasserstein_normed": "Wasserstein, sd",
        "missing_share": "Missing share",
        "unseen_share": "Unseen share",
        "out_of_range_share": "Out of range",
        "largest_share": "Most frequent",
        "nan_prediction_share": "Not a number",
        "prediction_mean_shift": "Mean shift",
        "ece": "Calibration error",
        "mean_bias": "Mean bias",
    }
)
_SAID = MappingProxyType(
    {
        "missing_share": "of values missing",
        "unseen_share": "of values not in the reference",
        "out_of_range_share": "of values out of range",
    }
)
Written = Callable[[float | None], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """A series that is or was past its limit: how far at last, and from when to when; `span` is a length of time."""

    metric: Metric
    value: float
    limit: float | None
    start: int
    end: int
    span: int


@dataclass(frozen=True, slots=True)
class Line:
    """A finding and its proof, one sentence and one line."""

    says: str
    proof: str


def short(metric: Metric) -> str:
    """A metric's name where there is little room: people know some by fewer letters than their title."""
    return _SHORT.get(metric.name, metric.title)


def written(metric: Metric) -> Written:
    """How values of a metric are written: shares as percent, all else with three significant digits."""
    return digits.share if metric.name.endswith("_share") else digits.metric


def stretch(start: int, end: int, zone: str, *, beside: int | None = None) -> str:
    """A stretch of time as its days, or of less than a day as its hours.

    Examples
    --------
    >>> stretch(0, DAY, "UTC", beside=0).replace(digits.HARD_SPACE, " ")
    '1 Jan'
    >>> stretch(0, 28 * DAY, "UTC", beside=0).replace(digits.HARD_SPACE, " ")
    '1 to 28 Jan'
    >>> stretch(0, 40 * DAY, "UTC", beside=0).replace(digits.HARD_SPACE, " ")
    '1 Jan to 9 Feb'
    >>> stretch(0, DAY // 24, "UTC", beside=0).replace(digits.HARD_SPACE, " ")
    '1 Jan 00:00 to 01:00'
    """
    first, last = digits.local(start, zone), digits.local(end - 1, zone)
    if end - start < DAY - DAY // 12:
        until = digits.local(end, zone)
        same = until.date() == first.date()
        told = f"{until:%H:%M}" if same else digits.moment(end, zone, beside=beside)
        return f"{digits.moment(start, zone, beside=beside)} to {told}"
    told = digits.day(end - 1, zone, beside=beside)
    if first.date() == last.date():
        return told
    if (first.year, first.month) == (last.year, last.month):
        return f"{first.day} to {told}"
    return f"{digits.day(start, zone, beside=beside if first.year == last.year else None)} to {told}"


def found(firing: Sequence[Past], zone: str, now: int) -> str:
    """What is wrong with a column, of its worst series."""
    worst = firing[0]
    when = digits.day(worst.end - 1, zone, beside=now)
    value = written(worst.metric)(worst.value)
    over = f"over {digits.duration(worst.span)} to {when}" if worst.span > 2 * DAY else f"on {when}"
    if worst.metric.name == "missing_share" and worst.value == 1:
        return f"No values on {when}, nothing to compare"
    if worst.metric.name in _SAID:
        return f"{value} {_SAID[worst.metric.name]} {over}"
    limit = "" if worst.limit is None else f", limit {written(worst.metric)(worst.limit)}"
    return f"{worst.metric.title} {value} {over}{limit}"


def since(firing: Sequence[Past], zone: str, now: int) -> str:
    """Which series are past their limit, each since when."""
    told = [f"{short(each.metric)} {_over(each)}since {digits.day(each.start, zone, beside=now)}" for each in firing[:3]]
    more = f" and {len(firing) - 3} more" if len(firing) > 3 else ""
    return f"Past their limit: {', '.join(told)}{more}." if len(firing) > 1 else f"Past its limit: {told[0]}."


def before(past: Past, zone: str, now: int) -> str:
    """The longest time that a series was past its limit before."""
    write = written(past.metric)
    limit = "" if past.limit is None else f" against a limit of {write(past.limit)}"
    when = stretch(past.start, past.end, zone, beside=now)
    days = when if " to " not in when else f"from {when}"
    return f"Before: {short(past.metric)} {_over(past)}past its limit {days}, up to {write(past.value)}{limit}."


def _over(past: Past) -> str:
    return f"over {digits.duration(past.span)} " if past.span > DAY else ""
