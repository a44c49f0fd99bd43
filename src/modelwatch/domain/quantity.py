"""Quantities as people read them: numbers, shares as percent, lengths of time in words.

The stories of `judge` and the messages of `act` write their values with these.
"""

from __future__ import annotations

_SHARE = "_share"
_SECONDS = "_seconds"
_UNITS = ("s", "ms", "sd")  # short enough to stand behind a number
_LONG = 60  # seconds from which a length of time is told in larger units


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


def stretch(seconds: float) -> str:
    """A length of time in the two largest units that it has any of.

    Examples
    --------
    >>> stretch(59), stretch(3700), stretch(200_000), stretch(172_980)
    ('59 s', '1 h 1 min', '2 d 7 h', '2 d 3 min')
    """
    left, told = round(seconds), list[str]()
    for unit, size in (("d", 86_400), ("h", 3600), ("min", 60), ("s", 1)):
        count, left = divmod(left, size)
        if count:
            told.append(f"{count} {unit}")
    return " ".join(told[:2]) or "0 s"


def reading(value: float, metric: str, unit: str = "") -> str:
    """A value of a metric: shares in percent, lengths of time in words, else a number with its unit if it is short.

    Examples
    --------
    >>> reading(0.0634, "missing_share"), reading(173_000.0, "silence_seconds"), reading(3.18, "wasserstein", "sd")
    ('6.3 %', '2 d 3 min', '3.18 sd')
    """
    if metric.endswith(_SHARE):
        return percent(value)
    seconds = unit == "s" or metric.endswith(_SECONDS)
    if seconds and value >= _LONG:
        return stretch(value)
    unit = "s" if seconds else unit
    return f"{number(value)} {unit}" if unit in _UNITS else number(value)
