"""Times of every spelling as microseconds in UTC: RFC 3339, epoch numbers, dates, datetimes of any zone.

One converter of columns among those of `convert`, in a file of its own because a time has most spellings.
"""

from __future__ import annotations

from datetime import UTC, datetime

import polars as pl

from modelwatch.collect.layout import INSTANT
from modelwatch.collect.refusal import Converted, blank, nothing, refuse, within_reach

# An epoch number tells its unit by its size: seconds up to the year 5138, and milliseconds from March 1973,
# microseconds and nanoseconds alike.
_SECONDS_BELOW = 10**11
_MILLISECONDS_BELOW = 10**14
_MICROSECONDS_BELOW = 10**17
_LARGEST = 2.0**63
# What Python's datetime holds, and so what every later stage can show.
_FIRST, _LAST = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
_FORMATS = ("%Y-%m-%dT%H:%M:%S%.f%:z", "%Y-%m-%dT%H:%M:%S%.f")
_HINT = "write it as 2013-03-01T06:00:00Z or as seconds since 1970"


def instants(column: pl.Series, *, text: bool = False) -> Converted:
    """Read a column of times; those without a zone are UTC.

    Parameters
    ----------
    column
        Any type but a column of Python objects.
    text
        Whether the source knows no types (CSV), so that digits are an epoch number; eight digits are a date.

    Returns
    -------
    Converted
        Microseconds in UTC, and the reason where a value is no time.

    Examples
    --------
    >>> instants(pl.Series([1_362_132_000, 1_362_132_000_000])).values.dt.year().to_list()
    [2013, 2013]
    >>> instants(pl.Series(["2013-03-01 06:00", "soon"])).refused.to_list()
    [None, "'soon' is not a time: write it as 2013-03-01T06:00:00Z or as seconds since 1970"]
    """
    kind = column.dtype
    if isinstance(kind, pl.Datetime):
        near = within_reach(column)
        aware = near.dt.replace_time_zone("UTC") if kind.time_zone is None else near.dt.convert_time_zone("UTC")
        return _within_calendar(aware.cast(INSTANT), column)
    if kind == pl.Date:
        return _within_calendar(within_reach(column).cast(pl.Datetime("us")).dt.replace_time_zone("UTC"), column)
    if kind.is_numeric():
        return _within_calendar(_from_numbers(column), column)
    if kind == pl.String:
        return _within_calendar(_from_text(column, digits=text), column)
    return refuse(nothing(INSTANT, column.len()), column, "{} is {type} where a time is declared")


def _within_calendar(values: pl.Series, source: pl.Series) -> Converted:
    return refuse(blank(values, ~values.is_between(_FIRST, _LAST)), source, "{} is not a time: " + _HINT)


def _from_numbers(column: pl.Series) -> pl.Series:
    """Microseconds of epoch numbers, null for those out of the calendar."""
    if column.dtype.is_integer():
        number = pl.col("number").cast(pl.Int64, strict=False)
        size = number.abs()
        thousandth = number // 1000
    else:
        number = pl.col("number").cast(pl.Float64)
        number = pl.when(number.is_finite() & (number.abs() < _LARGEST)).then(number)
        size = number.abs()
        thousandth = number / 1000
    micros = (
        pl.when(size < _SECONDS_BELOW)
        .then(number * 1_000_000)
        .when(size < _MILLISECONDS_BELOW)
        .then(number * 1_000)
        .when(size < _MICROSECONDS_BELOW)
        .then(number)
        .otherwise(thousandth)
    )
    whole = micros.round().cast(pl.Int64, strict=False) if column.dtype.is_float() else micros
    return pl.DataFrame({"number": column}).select(whole.cast(INSTANT)).to_series()


def _from_text(column: pl.Series, *, digits: bool) -> pl.Series:
    written = column.str.strip_chars()
    spelled = written.str.replace(r"^(\d{4}-\d\d-\d\d)[ tT](.*?)[ ]?(?:[zZ]|UTC)?$", "${1}T$2")
    zulu = spelled.str.replace(r"^(\d{4}-\d\d-\d\d)$", "${1}T00:00:00")
    values = nothing(INSTANT, column.len())
    for spelling in _FORMATS:
        read = zulu.str.to_datetime(spelling, time_unit="us", time_zone="UTC", strict=False)
        values = values.zip_with(values.is_not_null(), read)
        if values.null_count() == column.null_count():
            return values
    if digits:
        numbers = written.str.extract(r"^(\d{1,7}|\d{9,19}|\d+\.\d*|-\d+)$").cast(pl.Float64, strict=False)
        exact = written.str.extract(r"^(\d{1,7}|\d{9,19})$").cast(pl.Int64, strict=False)
        values = values.zip_with(values.is_not_null(), _from_numbers(exact))
        values = values.zip_with(values.is_not_null(), _from_numbers(numbers))
    left = written.filter(values.is_null() & written.is_not_null()).unique()
    read_one_by_one = [_from_iso(each) for each in left]
    late = written.replace_strict(left, pl.Series(read_one_by_one, dtype=pl.Int64), default=None).cast(INSTANT)
    return values.zip_with(values.is_not_null(), late)


def _from_iso(text: str) -> int | None:
    """Microseconds of rarer spellings of ISO 8601 (weeks, basic format), which Polars does not read."""
    if text.isdigit() and len(text) != len("20130301"):
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment
    return (moment - datetime(1970, 1, 1, tzinfo=UTC)) // datetime.resolution
