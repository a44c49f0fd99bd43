"""Both sides of one column in one type, with what the change of type and name tells.

Between `tables` and `views`: the reference decides the kind, and the current values are converted to it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from modelwatch.collect.convert import convert
from modelwatch.collect.refusal import type_name
from modelwatch.compare.result import Finding
from modelwatch.compare.tables import Table
from modelwatch.domain.columns import ColumnKind
from modelwatch.domain.errors import UnknownName
from modelwatch.domain.measurement import Status
from modelwatch.spec.faults import did_you_mean
from modelwatch.spec.infer import survey
from modelwatch.spec.kinds import Facts, Storage, kind_of
from modelwatch.spec.roles import find_roles

SCHEMA = "schema"


@dataclass(frozen=True, slots=True, eq=False)
class Side:
    """One side of a column as its kind's type; a value that did not fit counts as missing."""

    values: pl.Series
    refused: int = 0
    reason: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Compared:
    """One column on both sides; without a side or a kind it is only told, and `why` says what is the matter.

    `single` says that one side stores float32: both are then compared as float32.
    """

    name: str
    kind: ColumnKind | None
    reference: Side | None
    current: Side | None
    single: bool = False
    why: str = ""
    findings: tuple[Finding, ...] = ()


def choose(reference: Table, current: Table, *, columns: Sequence[str] | None, time: str | None) -> list[str]:
    """The columns to compare: the reference's in their order, then those that only the current side has.

    Raises
    ------
    UnknownName
        If a column is asked for that neither side has, or the reference has no column `time`.
    """
    every = list(dict.fromkeys([*reference.frame.columns, *current.frame.columns]))
    if time is not None and time not in reference.frame.columns:
        raise _unknown(time, reference.frame.columns, "the reference")
    if columns is None:
        return [name for name in every if name != time]
    for name in columns:
        if name not in every:
            raise _unknown(name, every, "either table")
    return list(dict.fromkeys(columns))


def _unknown(name: str, there: Sequence[str], where: str) -> UnknownName:
    listed = ", ".join(there[:20]) + (", ..." if len(there) > 20 else "")
    return UnknownName(f"there is no column {name!r} in {where}, which has {listed}{did_you_mean(name, there)}")


def compared(reference: Table, current: Table, names: Sequence[str]) -> Iterator[Compared]:
    """Bring both sides of each column into the type of its kind."""
    facts = survey(reference.frame.select(name for name in names if name in reference.frame.columns))
    roles = find_roles(facts).columns
    for name in names:
        if name not in reference.frame.columns:
            yield _lone(name, None, _side(current.frame[name], None), "it is not in the reference")
        elif name not in current.frame.columns:
            yield _lone(
                name,
                _side(reference.frame[name], None),
                None,
                "it is not in the current data",
                truth=roles.get("label") == name,
            )
        else:
            yield _both(facts[name], reference, current, names_rows=roles.get("id") == name)


def _lone(name: str, reference: Side | None, current: Side | None, why: str, *, truth: bool = False) -> Compared:
    if truth:
        status, text = Status.OK, f"column {name!r} is only in the reference: the truth comes later"
    elif reference is None:
        status, text = Status.WARNING, f"column {name!r} is not in the reference"
    else:
        status, text = Status.CRITICAL, f"column {name!r} is not in the current data"
    return Compared(name, None, reference, current, why=why, findings=(Finding(SCHEMA, name, status, text),))


def _both(facts: Facts, reference: Table, current: Table, *, names_rows: bool) -> Compared:
    name = facts.name
    before, now = _plain(reference.frame[name]), _plain(current.frame[name])
    # Where a side with types says that these are texts, the other's digits are texts too.
    if reference.words is not None and now.dtype == pl.String and not current.text:
        before = reference.words[name]
        facts = survey(before.to_frame())[name]
    elif current.words is not None and before.dtype == pl.String:
        now = current.words[name]
    kind, why = _kind(facts, before, now)
    first, second = _side(before, kind, text=reference.text), _side(now, kind, text=current.text)
    findings = tuple(_findings(facts, kind, current, before, now, (first, second)))
    if kind is not None and not why:
        if names_rows:
            why = "it names the rows"
        elif second.refused and second.refused == now.len() - now.null_count():
            why = f"no current value fits: {second.reason}"
    return Compared(
        name, kind, first, second, single=pl.Float32 in (before.dtype, now.dtype), why=why, findings=findings
    )


def _kind(facts: Facts, before: pl.Series, now: pl.Series) -> tuple[ColumnKind | None, str]:
    """The kind by the reference's values, or by the current ones where the reference has none."""
    if facts.storage is Storage.NOTHING and now.dtype != pl.Null:
        return _kind(survey(now.to_frame())[facts.name], now, now)
    if before.dtype == pl.Object:
        types = {type(value).__name__ for value in before if value is not None}
        return None, f"it holds {' and '.join(sorted(types))} values"
    kind, reason = kind_of(facts)
    return kind, "" if kind is not None else f"it {reason}"


def _plain(column: pl.Series) -> pl.Series:
    """Codes of a fixed list as the words they stand for."""
    return column.cast(pl.String) if isinstance(column.dtype, pl.Categorical | pl.Enum) else column


def _side(column: pl.Series, kind: ColumnKind | None, *, text: bool = False) -> Side:
    if kind is None:
        return Side(column)
    converted = convert(column, kind, text=text)
    if converted.refused is None:
        return Side(converted.values)
    reasons = converted.refused.drop_nulls()
    return Side(converted.values, reasons.len(), reasons[0] if reasons.len() else "")


def _findings(
    facts: Facts,
    kind: ColumnKind | None,
    current: Table,
    before: pl.Series,
    now: pl.Series,
    sides: tuple[Side, Side],
) -> Iterator[Finding]:
    name = facts.name
    for side, column, where in zip(sides, (before, now), ("reference", "current"), strict=True):
        if side.refused:
            present = column.len() - column.null_count()
            text = f"{side.refused:,} of {present:,} {where} values of {name!r} do not fit: {side.reason}"
            yield Finding(SCHEMA, name, Status.CRITICAL, text, value=side.refused / present)
    if sides[1].refused or current.text:
        return
    was, is_now = type_name(before.dtype), type_name(now.dtype)
    if pl.Null in (before.dtype, now.dtype) or pl.Object in (before.dtype, now.dtype):
        return
    if was != is_now and kind is not ColumnKind.BOOLEAN:
        yield Finding(SCHEMA, name, Status.CRITICAL, f"column {name!r} was {was} and is {is_now} now")
    elif kind is ColumnKind.NUMERIC and facts.storage is Storage.WHOLE and now.dtype.is_float():
        fractions = now.filter(now.is_finite() & (now % 1 != 0)).len()
        if fractions:
            text = f"column {name!r} held whole numbers, {fractions:,} current values have fractions"
            yield Finding(SCHEMA, name, Status.WARNING, text, value=fractions / now.len())


def kinds_of(columns: Sequence[Compared]) -> Mapping[str, ColumnKind]:
    """The kinds of the columns that can be counted."""
    return {each.name: each.kind for each in columns if each.kind is not None and each.reference is not None}
