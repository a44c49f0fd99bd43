"""A reference file as canonical rows, and those rows as blocks: one profile with its outcome per window.

`setup` learns from the blocks what is normal; a past window of the log is read the same way.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl

from modelwatch.catalog import Catalog
from modelwatch.collect.canonical import canonical_predictions
from modelwatch.collect.classes import class_column, truth
from modelwatch.collect.files import digest_of, is_untyped, read_batches
from modelwatch.collect.layout import SOURCE_ROW, Layout
from modelwatch.collect.typed import typed
from modelwatch.domain.columns import MODEL_VERSION, TIMESTAMP, Task
from modelwatch.domain.errors import InputError
from modelwatch.domain.instants import Window
from modelwatch.profile import Outcome, Plan, Rows, outcomes_of, profile_batch, slice_batch
from modelwatch.profile.batch import group_days, slice_codes
from modelwatch.profile.block import Block
from modelwatch.profile.outcome import OUTPUT, PREDICTED, TRUTH, has_outcomes
from modelwatch.profile.profile import Profile, merge_profiles
from modelwatch.spec import Monitor
from modelwatch.work.truth import layout_of, predicted

_FILES = "a parquet, csv, jsonl or arrow file, named from the folder of the specification"


@dataclass(frozen=True, slots=True)
class ReferenceRows:
    """A reference file as canonical rows, with the truth beside them where the file has it.

    `columns` are those of the file.
    """

    monitor: Monitor
    frame: pl.DataFrame
    timed: bool
    digest: str
    columns: tuple[str, ...] = ()

    @property
    def longest_gap(self) -> int | None:
        """Microseconds between the two neighbouring rows that are farthest apart, None without times."""
        if not self.timed or self.frame.height < 2:
            return None
        gap = self.frame[TIMESTAMP].dt.epoch("us").sort().diff().max()
        return gap if isinstance(gap, int) else None


def read_reference(monitor: Monitor, *, catalog: Catalog, folder: Path, received: int) -> ReferenceRows | None:
    """Read a monitor's reference file and fit the monitor to it; None if it names no file."""
    path = monitor.reference.locate(folder)
    if path is None:
        return None
    if not path.is_file():
        what = "is no file" if path.exists() else "is not there"
        monitor.refuse(
            "reference", "path", message=f"found {monitor.reference.path!r}: {path} {what}; allowed: {_FILES}"
        )
    batches = list(read_batches(path))
    raw = pl.concat(batches, how="diagonal_relaxed")
    monitor = monitor.resolve(typed(raw) if is_untyped(path) else raw, catalog=catalog)
    if monitor.task is Task.BINARY:
        monitor = monitor.settle_classes(_classes(raw, layout_of(monitor), text=is_untyped(path)))
    layout = layout_of(monitor)
    digest = digest_of(path)
    timed = layout.timestamp in raw.columns
    canonical = canonical_predictions(raw, layout, received=received, digest=digest, first_row=1, text=is_untyped(path))
    if canonical.quarantine.height:
        first = canonical.quarantine.row(0, named=True)
        raise _unusable(path, raw, canonical.quarantine.height, first["row"], f"{first['field']}: {first['reason']}")
    frame = canonical.frame
    if layout.label is not None and layout.label in raw.columns:
        truths = truth(raw[layout.label], layout, text=is_untyped(path))
        if truths.refused is not None:
            refused = truths.refused.is_not_null().arg_true()
            reason = f"{layout.label}: {truths.refused[refused[0]]}"
            raise _unusable(path, raw, refused.len(), refused[0] + 1, reason)
        frame = frame.with_columns(truths.label.gather(frame[SOURCE_ROW] - 1).alias(TRUTH))
    return ReferenceRows(monitor, frame, timed, digest, tuple(raw.columns))


def _classes(raw: pl.DataFrame, layout: Layout, *, text: bool) -> dict[str, list[str]]:
    """The distinct classes of label and prediction, as they would be stored."""
    columns = {"label": layout.label, "prediction": layout.prediction}
    return {
        role: class_column(raw[name], layout, text=text).values.drop_nulls().unique().sort().to_list()
        for role, name in columns.items()
        if name in raw.columns
    }


def _unusable(path: Path, raw: pl.DataFrame, rows: int, first: int, reason: str) -> InputError:
    return InputError(
        f"{path.name}: {rows:,} of {raw.height:,} rows of the reference cannot be used; "
        f"the first is row {first:,}, {reason}"
    )


def reference_blocks(plan: Plan, monitor: Monitor, rows: ReferenceRows) -> list[Block]:
    """The blocks of a reference, one for each window that has rows; versions are pooled."""
    frame = rows.frame.with_columns(pl.lit("").alias(MODEL_VERSION))
    if not rows.timed:
        frame = frame.with_columns(pl.lit(0).cast(pl.Datetime("us", "UTC")).alias(TIMESTAMP))
    parts: dict[Window, list[Profile]] = {}
    for found in profile_batch(plan, frame):
        parts.setdefault(plan.calendar.window_of(found.window.start), []).append(found.profile)
    slices = {found.window: found.profile for found in slice_batch(plan, frame)}
    outcomes = _outcomes(plan, monitor, frame) if TRUTH in frame.columns and has_outcomes(plan) else {}
    return [
        Block(window, merge_profiles(found), slices.get(window), *outcomes.get(window, (None, ())))
        for window, found in sorted(parts.items())
    ]


def _outcomes(plan: Plan, monitor: Monitor, frame: pl.DataFrame) -> dict[Window, tuple[Outcome, tuple[Outcome, ...]]]:
    """The outcome of every window, with those of its slices where a window is a day or longer."""
    output = plan.output
    assert output is not None
    index = Rows.of(
        frame.select(
            pl.col(output.source).cast(pl.Float64).alias(OUTPUT),
            predicted(monitor).alias(PREDICTED),
            pl.col(TRUTH),
        )
    )
    instants = frame[TIMESTAMP].dt.epoch("us").to_numpy()
    if plan.days != plan.calendar:
        starts, codes = np.unique(instants - instants % plan.calendar.size, return_inverse=True)
        found = outcomes_of(plan, index, codes.astype(np.int64), starts.size)
        return {
            plan.calendar.window_of(int(start)): (outcome, ()) for start, outcome in zip(starts, found, strict=True)
        }
    days = group_days(plan, frame, instants)
    found = outcomes_of(plan, index, days.codes, len(days.keys))
    sliced: list[list[Outcome]] = [[] for _ in days.keys]
    for column, values in plan.slices.items():
        width = len(values) + 1
        every = outcomes_of(
            plan,
            index,
            days.codes * width + slice_codes(frame, plan.source(column), values),
            len(sliced) * width,
        )
        for day, outcomes in enumerate(sliced):
            outcomes.extend(every[day * width : (day + 1) * width])
    return {window: (found[day], tuple(sliced[day])) for day, (_, window) in enumerate(days.keys)}
