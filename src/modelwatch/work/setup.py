"""What happens once per monitor version: the reference is read, the plan is made and what is normal is learned.

`apply` calls it with a file; a model that has none gets its plan from its own first window.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from hashlib import blake2b
from itertools import pairwise
from pathlib import Path

import numpy as np
import polars as pl

from modelwatch.catalog import Catalog
from modelwatch.domain.columns import LABEL, PREDICTION, PREDICTION_ID, TIMESTAMP, ColumnKind, Task
from modelwatch.domain.errors import SpecError
from modelwatch.domain.instants import DAY, Window, format_instant
from modelwatch.log import Lake
from modelwatch.log.lake import LABELS, PREDICTIONS
from modelwatch.measure import Reference, learn_reference
from modelwatch.profile import ColumnPlan, Plan, build_plan
from modelwatch.profile.block import Block
from modelwatch.profile.outcome import TRUTH
from modelwatch.sketch import NumericSketch
from modelwatch.spec import Monitor, Range, parse, render
from modelwatch.spec.faults import did_you_mean
from modelwatch.store import State, models, monitors, references, reset
from modelwatch.work.dormant import patience_of
from modelwatch.work.keeping import load_reference, save_reference
from modelwatch.work.reference import ReferenceRows, read_reference, reference_blocks
from modelwatch.work.truth import layout_of, with_declared
from modelwatch.work.watched import Watched

CROWDED = 0.05
"""A bin of an old grid that holds more than this of a new reference makes the grid useless."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Applied:
    """What applying a monitor came to."""

    monitor: Monitor
    version: int
    changed: bool
    rows: int = 0
    notes: tuple[str, ...] = ()


def apply_monitor(
    state: State, catalog: Catalog, monitor: Monitor, *, folder: Path, now: int, received: int
) -> Applied:
    """Make `monitor` the model's latest specification and learn its reference.

    Parameters
    ----------
    folder : Path
        Where the reference's path is looked up from.
    now : int
        The home's clock; `received` is the time by the wall, by which rows from the future are told.

    Raises
    ------
    SpecError
        If monitor and reference do not fit together, or a column's kind differs from what is logged already.
    """
    rows = read_reference(monitor, catalog=catalog, folder=folder, received=received)
    if rows is not None:
        monitor = rows.monitor
    else:
        _check_alone(monitor)
    digest = blake2b(monitor.text.encode() + (rows.digest if rows else "").encode(), digest_size=16).hexdigest()
    with state.reading() as tx:
        old = models.known(tx).get(monitor.key)
        latest = None if old is None else monitors.latest(tx, old)
        if latest is not None and latest.digest == digest:
            return Applied(
                monitor=monitor,
                version=latest.version,
                changed=False,
                rows=0 if rows is None else rows.frame.height,
            )
        stored = None if old is None else references.load(tx, old)
    if latest is not None:
        _check_kinds(parse(latest.text, catalog=catalog, project=monitor.key.project), monitor)
    existing = None if stored is None else load_reference(stored)[0]
    plan: Plan | None = None
    reference: Reference | None = None
    blocks: Sequence[Block] = ()
    if rows is not None:
        plan = kept_grids(plan_of(monitor, rows.frame), existing, rows.frame, monitor.ranges)
        blocks = reference_blocks(plan, monitor, rows)
        bare = Watched(0, monitor.key, monitor, catalog, plan).setting(plan)
        reference = learn_reference(bare, blocks, longest_gap=rows.longest_gap, timed=rows.timed)
    with state.transaction() as tx:
        model_id = models.ensure(tx, monitor.key)
        version = monitors.add_version(tx, model_id, render(monitor), digest, now)
        if plan is not None and reference is not None:
            save_reference(tx, model_id, digest, plan, reference, blocks)
            if existing is not None and existing.to_bytes() != plan.to_bytes():
                reset.forget_folds(tx, model_id)
        elif stored is not None and existing is not None and not _serves(existing, stored.digest, monitor):
            # Its plan came from its own log, and will again.
            references.forget(tx, model_id)
            reset.forget_folds(tx, model_id)
    return Applied(
        monitor=monitor,
        version=version,
        changed=True,
        rows=0 if rows is None else rows.frame.height,
        notes=() if plan is None else (*_notes(plan, reference), *_of_classes(monitor), *_lacking(rows)),
    )


def kept_grids(plan: Plan, existing: Plan | None, frame: pl.DataFrame, ranges: Sequence[Range]) -> Plan:
    """The plan with the model's own grids and domains where those still serve.

    Raises
    ------
    SpecError
        If a column that is logged already has changed its kind: its values could not be compared.
    """
    if existing is None:
        return plan
    columns = dict(plan.columns)
    for name, column in plan.columns.items():
        old = existing.columns.get(name)
        if old is None:
            continue
        if old.kind is not column.kind:
            raise SpecError(_of_another_kind(name, old.kind, column.kind))
        ends = [end for declared in ranges if declared.column == name for end in (declared.low, declared.high)]
        marked = old.grid is not None and all(old.grid.marks(end) for end in ends if np.isfinite(end))
        if old.grid is not None and marked and not _crowded(old, frame):
            columns[name] = replace(column, grid=old.grid)
        elif (
            old.domain is not None and column.domain is not None and set(column.domain.values) <= set(old.domain.values)
        ):
            columns[name] = replace(column, domain=old.domain)
    return replace(plan, columns=columns)


def _of_another_kind(name: str, was: ColumnKind, now: ColumnKind) -> str:
    found = (
        f"column {name!r} was {was} and is {now} now, and what is logged of it could not be compared with what comes"
    )
    if name == PREDICTION:
        return f"{found}: keep the task and what the model's output is, or apply it under another name (model: ...)"
    return (
        f"{found}: keep {name}: {was}, give the changed column another name in the data, "
        "or apply the specification under another name (model: ...)"
    )


def _check_kinds(old: Monitor, new: Monitor) -> None:
    """Refuse a monitor under which what is logged means something else, before a row of it comes.

    Raises
    ------
    SpecError
        With the ways out.
    """
    if Task.REGRESSION in (old.task, new.task) and old.task is not new.task:
        message = (
            f"model {new.key.model!r} was applied as {old.task} and is {new.task} now, and what is logged of its "
            f"predictions could not be compared with what comes: keep task: {old.task}, or apply the specification "
            "under another name (model: ...)"
        )
        new.refuse("task", message=message)
    for name, kind in new.features.items():
        was = old.features.get(name, kind)
        if was is not kind:
            new.refuse("columns", "features", name, message=_of_another_kind(name, was, kind))


def _digest_of(window: Window | None) -> str:
    """What a plan that was made from the log is known by: the window it was told to take, or none."""
    return "first" if window is None else f"{format_instant(window.start)}/{format_instant(window.end)}"


def _serves(plan: Plan, digest: str, monitor: Monitor) -> bool:
    """Whether a plan that was made from the log still counts what the monitor names."""
    if digest != _digest_of(monitor.reference.window):
        return False
    kinds = {name: plan.columns[name].kind for name in plan.features}
    same = (plan.calendar, plan.task, tuple(plan.slices)) == (monitor.calendar, monitor.task, monitor.segments)
    return same and kinds == dict(monitor.features)


def _crowded(column: ColumnPlan, frame: pl.DataFrame) -> bool:
    """Whether one bin of the old grid that can hold many values holds too much of the new reference."""
    assert column.grid is not None
    values = frame[column.source].drop_nulls().cast(pl.Float64).to_numpy()
    sketch = NumericSketch.of(column.grid, values)
    wide = sketch.counts[~column.grid.atoms]
    return bool(sketch.n) and int(wide.max()) > CROWDED * sketch.n


def plan_from_lake(state: State, lake: Lake, watched: Watched, until: int) -> Watched:
    """Give a model without a plan one, from a window of its log: the one it names as reference, else its first."""
    if watched.plan is not None:
        return watched
    monitor = watched.monitor
    if lake.latest_version(watched.key, PREDICTIONS) < 0:
        return watched
    rows = lake.scan(watched.key, PREDICTIONS)
    window = monitor.reference.window
    if window is None:
        window = _first_window(rows, monitor, until)
    if window is None or window.end + monitor.lateness > until:
        return watched
    start, end = (pl.lit(edge).cast(pl.Datetime("us", "UTC")) for edge in (window.start, window.end))
    frame = rows.filter(pl.col(TIMESTAMP) >= start, pl.col(TIMESTAMP) < end).collect()
    if frame.is_empty():
        return watched
    if monitor.auto and not monitor.features:
        raise SpecError("columns.features is auto and there is no reference to take them from: list the features")
    frame = with_declared(frame, layout_of(monitor))
    plan = plan_of(monitor, frame)
    reference: Reference | None = None
    blocks: Sequence[Block] = ()
    if monitor.reference.window is not None:
        given = ReferenceRows(monitor, _with_truth(lake, watched, frame, until), True, _digest_of(window))
        blocks = reference_blocks(plan, monitor, given)
        reference = learn_reference(watched.setting(plan), blocks, longest_gap=given.longest_gap)
    with state.transaction() as tx:
        save_reference(tx, watched.model_id, _digest_of(monitor.reference.window), plan, reference, blocks)
    return replace(watched, plan=plan, reference=reference)


def _first_window(rows: pl.LazyFrame, monitor: Monitor, until: int) -> Window | None:
    """The first window that closed by `until` and has rows, but for those that a long silence parts from all others.

    A single row of 1970, say, tells nothing of what the model's values look like.
    """
    base = monitor.calendar.base
    hours = rows.select((pl.col(TIMESTAMP).dt.epoch("us") // base * base).unique().sort()).collect().to_series()
    windows = list(dict.fromkeys(monitor.calendar.window_of(hour) for hour in hours.to_list()))
    closed = [window for window in windows if window.end + monitor.lateness <= until]
    patience = patience_of(monitor, monitor.fresh or monitor.calendar.size)
    for window, after in pairwise(closed):
        if after.start - window.end <= patience:
            return window
    return closed[-1] if closed else None


def _with_truth(lake: Lake, watched: Watched, frame: pl.DataFrame, until: int) -> pl.DataFrame:
    """Logged predictions with the labels that had come for them by `until`."""
    if lake.latest_version(watched.key, LABELS) < 0:
        return frame
    seen = pl.col(TIMESTAMP) <= pl.lit(until).cast(pl.Datetime("us", "UTC"))
    labels = lake.scan(watched.key, LABELS).filter(seen).select(PREDICTION_ID, TIMESTAMP, LABEL).collect()
    labels = labels.join(frame.select(PREDICTION_ID), on=PREDICTION_ID, how="semi").drop_nulls()
    last = (
        labels.sort(TIMESTAMP, LABEL)
        .unique(PREDICTION_ID, keep="last")
        .select(PREDICTION_ID, pl.col(LABEL).alias(TRUTH))
    )
    return frame.join(last, on=PREDICTION_ID, how="left", maintain_order="left")


def plan_of(monitor: Monitor, frame: pl.DataFrame) -> Plan:
    """The plan that a resolved monitor asks for, with grids made from canonical rows."""
    layout = layout_of(monitor)
    marks: dict[str, list[float]] = {PREDICTION: [monitor.roles.threshold]}
    for declared in monitor.ranges:
        ends = [declared.low, declared.high]
        marks.setdefault(declared.column, []).extend(end for end in ends if np.isfinite(end))
    return build_plan(
        frame,
        calendar=monitor.calendar,
        task=monitor.task,
        features=monitor.features,
        segments=monitor.segments,
        sources={name: layout.stored(name) for name in monitor.features},
        marks=marks,
    )


def _of_classes(monitor: Monitor) -> tuple[str, ...]:
    others = monitor.roles.negative
    if monitor.task is not Task.BINARY or len(others) < 2:
        return ()
    return (f"several classes count as not {monitor.roles.positive}: {', '.join(map(str, others))}",)


def _lacking(rows: ReferenceRows | None) -> Iterator[str]:
    """The columns that somebody named and the reference does not have: it may lack them, or they are misspelt."""
    roles = {} if rows is None else rows.monitor.roles.named
    for role in ("id", "timestamp", "version", "label"):
        if rows is not None and role in roles and roles[role] not in rows.columns:
            hint = did_you_mean(roles[role], rows.columns)
            yield f"the reference has no column {roles[role]!r} (columns.{role}){hint}"


def _check_alone(monitor: Monitor) -> None:
    """Refuse a monitor without a reference file that leaves open what only such a file could tell.

    Raises
    ------
    SpecError
        With the line.
    """
    if monitor.auto:
        message = "found auto, and there is no reference file to take them from; allowed: each feature with its kind"
        monitor.refuse("columns", "features", message=message)
    if monitor.task is not Task.NONE and monitor.roles.score is None and monitor.roles.prediction is None:
        message = (
            "found neither score nor prediction, and no reference file that could have them; allowed: their columns"
        )
        monitor.refuse("columns", message=message)


def _notes(plan: Plan, reference: Reference | None) -> tuple[str, ...]:
    notes: list[str] = []
    if plan.slices and plan.calendar.size < DAY:
        notes.append("slices are not measured on windows shorter than a day yet")
    if plan.dropped_slices:
        notes.append(f"{plan.dropped_slices} slices beyond the largest 200 are counted as other")
    if reference is not None and reference.calendar_columns:
        names = ", ".join(sorted(reference.calendar_columns))
        notes.append(f"not judged for drift, as they follow the calendar: {names}")
    if reference is not None and not reference.spreads:
        notes.append("the reference has fewer than 10 windows of time: noise floors assume independent rows")
    return tuple(notes)
