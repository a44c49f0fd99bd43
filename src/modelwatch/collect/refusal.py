"""A converted column with the values that were refused, each with the reason a person is told.

Every converter of `collect` answers with one; `quarantine` turns the reasons into quarantined rows.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

_SHOWN = 80
_FARTHEST = {"ms": 8 * 10**15, "us": 8 * 10**18, "ns": 2**63 - 1, "d": 90_000_000}
_TYPE_NAMES: dict[type[pl.DataType], str] = {
    pl.String: "text",
    pl.Boolean: "true or false",
    pl.Date: "a date",
    pl.Datetime: "a time",
    pl.Time: "a time of day",
    pl.Duration: "a duration",
    pl.List: "a list",
    pl.Array: "a list",
    pl.Binary: "binary",
}


@dataclass(frozen=True, slots=True, eq=False)
class Converted:
    """Values of a canonical type, and the reason of each refusal, null for other rows; None: no refusal."""

    values: pl.Series
    refused: pl.Series | None = None


def type_name(kind: pl.DataType) -> str:
    """A column's type in the words of a message.

    Examples
    --------
    >>> type_name(pl.Int16()), type_name(pl.List(pl.Int8))
    ('a number', 'a list')
    """
    return "a number" if kind.is_numeric() else _TYPE_NAMES.get(kind.base_type(), "an object")


def shown(column: pl.Series) -> list[str]:
    """Values as messages show them, cut where they are long.

    Examples
    --------
    >>> shown(pl.Series(["1", None]))
    ["'1'", 'None']
    """
    # Python has no name for the years after 9999, which Polars may hold.
    dated = isinstance(column.dtype, pl.Datetime | pl.Date)
    values = time_text(column, within_reach(column).cast(pl.String)).to_list() if dated else map(repr, column.to_list())
    return [text if len(text) <= _SHOWN else text[: _SHOWN - 3] + "..." for text in values]


def refuse(values: pl.Series, source: pl.Series, reason: str) -> Converted:
    """Refuse every row that had a value in `source` and has none in `values`.

    Parameters
    ----------
    reason
        The message; `{}` stands for the value, `{type}` for the source column's type.

    Examples
    --------
    >>> refuse(pl.Series([1.0, None]), pl.Series(["1", "x"]), "{} is not a number").refused.to_list()
    [None, "'x' is not a number"]
    """
    lost = values.is_null() & source.is_not_null()
    if not lost.any():
        return Converted(values)
    told = reason.replace("{type}", type_name(source.dtype))
    reasons = pl.Series([told.replace("{}", value) for value in shown(source.filter(lost))], dtype=pl.String)
    return Converted(values, nothing(pl.String(), source.len()).scatter(lost.arg_true(), reasons))


def within_reach(column: pl.Series) -> pl.Series:
    """Times or dates with null for those so far from today, some 250,000 years, that Polars fails on them."""
    farthest = _FARTHEST[column.dtype.time_unit if isinstance(column.dtype, pl.Datetime) else "d"]
    return blank(column, ~column.to_physical().is_between(-farthest, farthest))


def time_text(column: pl.Series, text: pl.Series) -> pl.Series:
    """The text of times within reach, and those beyond as the number that they are stored as."""
    return text.zip_with(within_reach(column).is_not_null(), column.to_physical().cast(pl.String))


def blank(column: pl.Series, where: pl.Series) -> pl.Series:
    """The column with null wherever `where` is true."""
    keep = pl.Series("keep", ~where)
    return pl.DataFrame([column.alias("column"), keep]).select(pl.when("keep").then("column")).to_series()


def either(first: pl.Series | None, second: pl.Series | None) -> pl.Series | None:
    """The reasons of two refusals of one column, the first one's where a row has both.

    Examples
    --------
    >>> either(pl.Series([None, "a"]), pl.Series(["b", "c"])).to_list()
    ['b', 'a']
    """
    if first is None or second is None:
        return second if first is None else first
    return first.zip_with(first.is_not_null(), second)


def nothing(kind: pl.DataType, rows: int) -> pl.Series:
    """A column of nulls."""
    return pl.repeat(None, rows, dtype=kind, eager=True)
