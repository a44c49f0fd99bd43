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


def short(metric: Metric) -> str:
    """A metric's name where there is little room: people know some by fewer letters than their title."""
    return _SHORT.get(metric.name, metric.title)


def written(metric: Metric) -> Written:
    """How values of a metric are written: shares as percent, all else with three significant digits."""
    return digits.share if metric.name.endswith("_share") else digits.metric


def length(micros: int) -> str:
    """How long a span of windows is: whole days as days.

    Examples
    --------
    >>> length(DAY).replace(digits.HARD_SPACE, " "), length(DAY // 4).replace(digits.HARD_SPACE, " ")
    ('1 d', '6 h')
    """
    return digits.duration(micros) if micros % DAY else f"{micros // DAY}{digits.HARD_SPACE}d"


def found(firing: Sequence[Past], zone: str, now: int) -> str:
    """What is wrong with a column, of its worst series."""
    worst = firing[0]
    when = digits.day(worst.end - 1, zone, beside=now)
    value = written(worst.metric)(worst.value)
    over = f"over {length(worst.span)} to {when}" if worst.span > 2 * DAY else f"on {when}"
    if worst.metric.name == "missing_share" and worst.value == 1:
        return f"No values on {when}, nothing to compare"
    if worst.metric.name in _SAID:
        return f"{value} {_SAID[worst.metric.name]} {over}"
    limit = "" if worst.limit is None else f", limit {written(worst.metric)(worst.limit)}"
    return f"{worst.metric.title} {value} {over}{limit}"


def since(firing: Sequence[Past], zone: str, now: int) -> str:
    """Which series are past their limit, each since when."""
    told = [
        f"{short(each.metric)} {_over(each)}since {digits.day(each.start, zone, beside=now)}" for each in firing[:3]
    ]
    more = f" and {len(firing) - 3} more" if len(firing) > 3 else ""
    return f"Past their limit: {', '.join(told)}{more}." if len(firing) > 1 else f"Past its limit: {told[0]}."


def before(past: Past, zone: str, now: int) -> str:
    """The longest time that a series was past its limit before."""
    write = written(past.metric)
    limit = "" if past.limit is None else f" against a limit of {write(past.limit)}"
    when = digits.window(past.start, past.end, zone, beside=now)
    days = f"from {when}" if " to " in when else f"on {when}"
    return f"Before: {short(past.metric)} {_over(past)}past its limit {days}, up to {write(past.value)}{limit}."


def _over(past: Past) -> str:
    return f"over {length(past.span)} " if past.span > DAY else ""
