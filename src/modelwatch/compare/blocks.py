"""What the days of the reference say of noise: how far whole days of it lie from the rest, metric by metric.

`engine` asks for it when the reference has a time column; rows of one day are not independent of each other.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from modelwatch.catalog import Catalog
from modelwatch.collect.convert import convert
from modelwatch.compare.columns import Compared, kinds_of
from modelwatch.domain.calendar import Calendar
from modelwatch.domain.columns import MODEL_VERSION, TIMESTAMP, ColumnKind, Task
from modelwatch.domain.errors import InputError
from modelwatch.domain.instants import DAY
from modelwatch.measure import Reference, Setting, learn_reference
from modelwatch.measure.reference import BLOCKS
from modelwatch.profile import build_plan, profile_batch
from modelwatch.profile.block import Block
from modelwatch.sketch.grid import Ints


@dataclass(frozen=True, slots=True)
class Days:
    """The reference learned from its days; `span` is the length in days at which it is compared."""

    reference: Reference
    span: int
    days: int


def learn_days(
    columns: Sequence[Compared], time: pl.Series, current: pl.Series | int, *, catalog: Catalog, timezone: str
) -> Days | None:
    """Learn from the reference's days; None if it has fewer than ten.

    Parameters
    ----------
    columns
        With the reference's values.
    time
        When each of the reference's rows was, shape (n,).
    current
        The same of the current rows, or only how many they are: they then count as days of the usual size.
    catalog
        The metrics.
    timezone
        Whose midnight the days start at.

    Raises
    ------
    InputError
        If a value of `time` or `current` is no time.
    """
    calendar = Calendar(DAY, timezone)
    instants = _instants(time, "the reference")
    now = current if isinstance(current, int) else _instants(current, "the current data")
    timed = instants.is_not_null()
    starts = _day_starts(instants.drop_nulls().to_numpy(), calendar)
    days = np.unique(starts).size
    if days < BLOCKS:
        return None
    kinds = kinds_of(columns)
    # Columns of the rows may bear any name, so here they are numbered.
    sources = {name: str(place) for place, name in enumerate(kinds)}
    values = [
        each.reference.values.alias(sources[each.name]) for each in columns if each.name in kinds and each.reference
    ]
    frame = (
        pl.DataFrame(values)
        .filter(timed)
        .with_columns(
            pl.Series(starts).cast(pl.Datetime("us", "UTC")).alias(TIMESTAMP), pl.lit("").alias(MODEL_VERSION)
        )
    )
    plan = build_plan(frame, calendar=calendar, task=Task.NONE, features=kinds, sources=sources)
    # A day's rows all stand at its first instant, so the first base window is the whole day.
    blocks = [Block(calendar.window_of(found.window.end - 1), found.profile) for found in profile_batch(plan, frame)]
    span = min(_days_of(now, calendar, rows_a_day=frame.height / days), max(days // 2, 1))
    setting = Setting(plan=plan, catalog=catalog, spans=(span,), minimum=1)
    return Days(learn_reference(setting, blocks), span, days)


def _instants(column: pl.Series, where: str) -> pl.Series:
    """Microseconds since 1970, null where there is no value."""
    times = convert(column, ColumnKind.DATETIME, text=True)
    if times.refused is not None:
        reasons = times.refused.drop_nulls()
        present = column.len() - column.null_count()
        raise InputError(
            f"column {column.name!r} of {where} cannot be the time: {reasons.len():,} of {present:,} values do not "
            f"fit, the first: {reasons[0]}"
        )
    return times.values.to_physical()


def _day_starts(instants: Ints, calendar: Calendar) -> Ints:
    """The first instant of each row's day."""
    hours, places = np.unique(instants - instants % calendar.base, return_inverse=True)
    starts = np.array([calendar.window_of(int(hour)).start for hour in hours], dtype=np.int64)
    return starts[places]


def _days_of(current: pl.Series | int, calendar: Calendar, *, rows_a_day: float) -> int:
    if isinstance(current, int):
        return max(math.ceil(current / rows_a_day), 1)
    return max(np.unique(_day_starts(current.drop_nulls().to_numpy(), calendar)).size, 1)
