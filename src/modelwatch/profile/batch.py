"""Rows to profiles, locally: one pass over a batch makes the profiles of all its versions, windows and slices.

The engine of the fold; `work` merges what it returns into what is stored.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import polars as pl

from modelwatch.domain.columns import ERROR, LATENCY_MS, MODEL_VERSION, TIMESTAMP
from modelwatch.domain.instants import Window
from modelwatch.profile.plan import OTHER, ColumnPlan, Plan
from modelwatch.profile.profile import Profile
from modelwatch.profile.slices import SliceProfile
from modelwatch.sketch import CategorySketch, LogBuckets, NumericSketch, PresenceSketch, Sketch
from modelwatch.sketch.grid import Floats, Ints


@dataclass(frozen=True, slots=True)
class Profiled:
    """One profile with its version and base window."""

    version: str
    window: Window
    profile: Profile


@dataclass(frozen=True, slots=True)
class SliceProfiled:
    """One day's slice profile with its version and day."""

    version: str
    window: Window
    profile: SliceProfile


@dataclass(frozen=True, slots=True)
class _Groups:
    """Rows numbered by group; a group is a version and a window."""

    codes: Ints
    keys: list[tuple[str, Window]]


def profile_batch(plan: Plan, frame: pl.DataFrame) -> list[Profiled]:
    """The profile of every version and base window among the rows of a canonical batch, in order.

    Examples
    --------
    >>> from modelwatch.domain.calendar import Calendar
    >>> from modelwatch.domain.columns import Task
    >>> from modelwatch.domain.instants import HOUR
    >>> from modelwatch.profile.plan import build_plan
    >>> rows = pl.DataFrame({"timestamp": [0, 1], "model_version": ["1", "1"], "score": [0.2, 0.4]})
    >>> rows = rows.cast({"timestamp": pl.Datetime("us", "UTC")})
    >>> plan = build_plan(rows, calendar=Calendar(HOUR), task=Task.BINARY, features={})
    >>> [profiled.profile.rows for profiled in profile_batch(plan, rows)]
    [2]
    """
    if frame.is_empty():
        return []
    instants = frame[TIMESTAMP].dt.epoch("us").to_numpy()
    starts = instants - instants % plan.calendar.base
    groups = _group(frame, starts, {int(s): Window(int(s), int(s) + plan.calendar.base) for s in np.unique(starts)})
    size = len(groups.keys)
    columns = {name: _sketches(column, frame, groups.codes, size) for name, column in plan.columns.items()}
    rows = np.bincount(groups.codes, minlength=size)
    first, last = _extremes(instants, groups.codes, size)
    latency = _latency(frame, groups.codes, size)
    errors, error_rows = _errors(frame, groups.codes, size)
    return [
        Profiled(
            version,
            window,
            Profile(
                {name: sketches[i] for name, sketches in columns.items()},
                int(rows[i]),
                int(first[i]),
                int(last[i]),
                latency[i],
                int(errors[i]),
                int(error_rows[i]),
            ),
        )
        for i, (version, window) in enumerate(groups.keys)
    ]


def slice_batch(plan: Plan, frame: pl.DataFrame) -> list[SliceProfiled]:
    """The slice profile of every version and day among the rows of a canonical batch, in order."""
    if frame.is_empty() or not plan.slices:
        return []
    instants = frame[TIMESTAMP].dt.epoch("us").to_numpy()
    groups = group_days(plan, frame, instants)
    size = len(groups.keys)
    output = _output_values(plan, frame)
    finite = np.isfinite(output)
    output = np.where(finite, output, 0.0)
    names = list(plan.columns)
    absent = (
        np.stack([_absent(plan.columns[name], frame) for name in names], axis=1)
        if names
        else np.zeros((frame.height, 0), bool)
    )
    blocks: list[SliceProfile] = []
    parts: list[list[tuple[Ints, Ints, Ints, Floats, Floats]]] = [[] for _ in range(size)]
    for column, values in plan.slices.items():
        width = len(values) + 1
        cell = groups.codes * width + slice_codes(frame, plan.source(column), values)
        rows = np.bincount(cell, minlength=size * width).reshape(size, width)
        missing = np.stack([np.bincount(cell[absent[:, c]], minlength=size * width) for c in range(len(names))], axis=1)
        missing = missing.reshape(size, width, len(names))
        counted = np.bincount(cell[finite], minlength=size * width).reshape(size, width)
        sums = np.bincount(cell, weights=output, minlength=size * width).reshape(size, width)
        squares = np.bincount(cell, weights=output * output, minlength=size * width).reshape(size, width)
        for i in range(size):
            parts[i].append((rows[i], missing[i], counted[i], sums[i], squares[i]))
    blocks = [SliceProfile(*(np.concatenate(arrays) for arrays in zip(*part, strict=True))) for part in parts]
    return [SliceProfiled(version, window, block) for (version, window), block in zip(groups.keys, blocks, strict=True)]


def group_days(plan: Plan, frame: pl.DataFrame, instants: Ints) -> _Groups:
    """Number the rows by version and day of the plan's calendar."""
    hours = instants - instants % plan.calendar.base
    windows = {int(hour): plan.days.window_of(int(hour)) for hour in np.unique(hours)}
    starts = np.array([window.start for window in windows.values()], dtype=np.int64)
    places = np.searchsorted(np.fromiter(windows, dtype=np.int64), hours)
    return _group(frame, starts[places], {window.start: window for window in windows.values()})


def slice_codes(frame: pl.DataFrame, column: str, values: Iterable[str]) -> Ints:
    """The number of each row's slice of one segment column; values without a slice of their own come last."""
    kept = list(values)
    if column not in frame.columns:
        return np.full(frame.height, len(kept), dtype=np.int64)
    codes = (
        frame[column]
        .cast(pl.String)
        .replace_strict(kept, list(range(len(kept))), default=len(kept), return_dtype=pl.Int64)
    )
    return codes.fill_null(len(kept)).to_numpy()


def _group(frame: pl.DataFrame, starts: Ints, windows: dict[int, Window]) -> _Groups:
    versions = frame[MODEL_VERSION].fill_null("").to_numpy()
    names, version_codes = np.unique(versions.astype(str), return_inverse=True)
    ordered = np.unique(starts)
    pairs = version_codes.astype(np.int64) * ordered.size + np.searchsorted(ordered, starts)
    used, codes = np.unique(pairs, return_inverse=True)
    keys = [(str(names[pair // ordered.size]), windows[int(ordered[pair % ordered.size])]) for pair in used]
    return _Groups(codes.astype(np.int64), keys)


def _sketches(column: ColumnPlan, frame: pl.DataFrame, codes: Ints, size: int) -> list[Sketch]:
    if column.source not in frame.columns:
        rows = np.bincount(codes, minlength=size)
        return [_all_missing(column, int(count)) for count in rows]
    series = frame[column.source]
    present = series.is_not_null().to_numpy()
    absent = np.bincount(codes[~present], minlength=size)
    if column.grid is not None:
        values = series.drop_nulls().cast(pl.Float64).to_numpy()
        return list(NumericSketch.grouped(column.grid, values, codes[present], size, absent=absent))
    if column.domain is not None:
        return list(_categories(column, series.cast(pl.String), codes, size, absent))
    there = np.bincount(codes[present], minlength=size)
    return [PresenceSketch(int(there[i]), int(absent[i])) for i in range(size)]


def _all_missing(column: ColumnPlan, rows: int) -> Sketch:
    if column.grid is not None:
        return NumericSketch.of(column.grid, np.array([], dtype=np.float64), absent=rows)
    return PresenceSketch(0, rows) if column.domain is None else CategorySketch.of(column.domain, {}, missing=rows)


def _categories(column: ColumnPlan, series: pl.Series, codes: Ints, size: int, absent: Ints) -> list[CategorySketch]:
    assert column.domain is not None
    known = column.domain.values
    place = series.replace_strict(list(known), list(range(len(known))), default=len(known), return_dtype=pl.Int64)
    places = place.fill_null(-1).to_numpy()
    width = len(known)
    inside = (places >= 0) & (places < width)
    counts = np.bincount(codes[inside] * max(width, 1) + places[inside], minlength=size * max(width, 1)).reshape(
        size, -1
    )[:, :width]
    strangers: list[dict[str, int]] = [{} for _ in range(size)]
    outside = (places == width) & series.is_not_null().to_numpy()
    if outside.any():
        rest = pl.DataFrame({"group": codes[outside], "value": series.filter(pl.Series(outside))})
        for group, value, rows in rest.group_by("group", "value").len().iter_rows():
            strangers[group][value] = rows
    return [
        CategorySketch.of(column.domain, strangers[i], missing=int(absent[i])).merge(
            CategorySketch(column.domain, counts[i])
        )
        if strangers[i]
        else CategorySketch(column.domain, counts[i], missing=int(absent[i]))
        for i in range(size)
    ]


def _extremes(instants: Ints, codes: Ints, size: int) -> tuple[Ints, Ints]:
    first, last = np.full(size, np.iinfo(np.int64).max), np.full(size, np.iinfo(np.int64).min)
    np.minimum.at(first, codes, instants)
    np.maximum.at(last, codes, instants)
    return first, last


def _latency(frame: pl.DataFrame, codes: Ints, size: int) -> list[LogBuckets]:
    if LATENCY_MS not in frame.columns or frame[LATENCY_MS].null_count() == frame.height:
        return [LogBuckets()] * size
    present = frame[LATENCY_MS].is_not_null().to_numpy()
    values = frame[LATENCY_MS].drop_nulls().cast(pl.Float64).to_numpy()
    absent = np.bincount(codes[~present], minlength=size)
    return LogBuckets.grouped(values, codes[present], size, missing=absent)


def _errors(frame: pl.DataFrame, codes: Ints, size: int) -> tuple[Ints, Ints]:
    if ERROR not in frame.columns:
        return np.zeros(size, np.int64), np.zeros(size, np.int64)
    known = frame[ERROR].is_not_null().to_numpy()
    failed = frame[ERROR].fill_null(False).to_numpy()
    return np.bincount(codes[failed], minlength=size), np.bincount(codes[known], minlength=size)


def _output_values(plan: Plan, frame: pl.DataFrame) -> Floats:
    output = plan.output
    if output is None or output.grid is None or output.source not in frame.columns:
        return np.full(frame.height, np.nan)
    return frame[output.source].cast(pl.Float64).fill_null(float("nan")).to_numpy()


def _absent(column: ColumnPlan, frame: pl.DataFrame) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    if column.source not in frame.columns:
        return np.ones(frame.height, dtype=np.bool_)
    series = frame[column.source]
    absent = series.is_null()
    return (absent | series.is_nan().fill_null(False) if series.dtype.is_float() else absent).to_numpy()


__all__ = ["OTHER", "Profiled", "SliceProfiled", "group_days", "profile_batch", "slice_batch", "slice_codes"]
