"""Outcomes counted from rows of the label index, by version and window and, for slices, by version and day.

New rows are added to what is stored; where labels changed, a day's windows are counted again, part by part.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt
import polars as pl

from modelwatch.domain.columns import MODEL_VERSION
from modelwatch.domain.instants import SECOND, Window
from modelwatch.profile import Plan
from modelwatch.profile.block import pack_outcomes, unpack_outcomes
from modelwatch.profile.outcome import Outcome, Rows, empty_outcome, merge_outcomes, outcomes_of
from modelwatch.sketch.grid import Ints
from modelwatch.store import outcomes as store
from modelwatch.store.metadata import Transaction
from modelwatch.store.windowed import WindowBlob
from modelwatch.work.parts import LABEL_AT

INSTANT = "instant"
_Key = tuple[str, int, int]  # version, start, end
_Names = npt.NDArray[np.str_]


@dataclass(slots=True)
class Counts:
    """Outcomes of one day's rows: of every window, and of every slice in the order of the plan's slices."""

    plan: Plan
    totals: dict[_Key, Outcome] = field(default_factory=dict[_Key, Outcome])
    slices: dict[_Key, list[Outcome]] = field(default_factory=dict[_Key, list[Outcome]])

    def add(self, frame: pl.DataFrame, windows: Collection[int] | None = None) -> None:
        """Count rows of one day; in windows only those that start at the given instants, if they are named."""
        names = frame[MODEL_VERSION].unique().sort()
        # A day may have millions of rows: their versions are never spelled out.
        numbers = pl.int_range(names.len(), eager=True)
        codes = frame[MODEL_VERSION].replace_strict(names, numbers, return_dtype=pl.Int64).to_numpy()
        versions, rows, instants = names.to_numpy().astype(str), _arrays(frame), frame[INSTANT].to_numpy()
        self._add_slices(frame, rows, codes, versions)
        if windows is not None:
            starts = window_starts(self.plan, instants)
            wanted = np.isin(starts, np.array(sorted(windows), dtype=np.int64))
            rows, codes, instants = rows[wanted], codes[wanted], instants[wanted]
        if instants.size:
            self._add_windows(rows, codes, instants, versions)

    def put(self, tx: Transaction, model_id: int) -> None:
        """Store what was counted in place of what was there."""
        store.put_many(tx, model_id, [(*key, pack_outcomes([outcome])) for key, outcome in self.totals.items()])
        store.put_slices(tx, model_id, [(*key, pack_outcomes(found)) for key, found in self.slices.items()])

    def put_sum(self, tx: Transaction, model_id: int, day: Window) -> None:
        """Store what was counted of new rows of a day, with what was there."""
        for row in store.get_many(tx, model_id, day.start, day.end):
            if (key := _key(row)) in self.totals:
                [stored] = unpack_outcomes(self.plan, row.blob, empty_outcome(self.plan))
                self.totals[key] = merge_outcomes([stored, self.totals[key]])
        for row in store.get_slices(tx, model_id, day.start, day.end):
            if (key := _key(row)) in self.slices:
                stored = unpack_outcomes(self.plan, row.blob, empty_outcome(self.plan))
                self.slices[key] = _sums(stored, self.slices[key])
        self.put(tx, model_id)

    def _add_windows(self, rows: Rows, versions: Ints, instants: Ints, names: _Names) -> None:
        starts, places = np.unique(window_starts(self.plan, instants), return_inverse=True)
        pairs, groups = np.unique(versions * len(starts) + places, return_inverse=True)
        found = outcomes_of(self.plan, rows, groups.astype(np.int64), pairs.size)
        for pair, outcome in zip(pairs, found, strict=True):
            window = self.plan.calendar.window_of(int(starts[pair % len(starts)]))
            key = str(names[pair // len(starts)]), window.start, window.end
            before = self.totals.get(key)
            self.totals[key] = outcome if before is None else merge_outcomes([before, outcome])

    def _add_slices(self, frame: pl.DataFrame, rows: Rows, versions: Ints, names: _Names) -> None:
        if not self.plan.slices:
            return
        day = self.plan.days.window_of(int(frame[INSTANT][0]))
        plain = replace(rows, delay=np.full(frame.height, np.nan))  # how late labels come is not told by slice
        by_version: list[list[Outcome]] = [[] for _ in names]
        for place, values in enumerate(self.plan.slices.values()):
            width = len(values) + 1
            codes = versions * width + frame[slice_column(place)].to_numpy().astype(np.int64)
            found = outcomes_of(self.plan, plain, codes, len(names) * width)
            for version, outcomes in enumerate(by_version):
                outcomes.extend(found[version * width : (version + 1) * width])
        for name, outcomes in zip(names, by_version, strict=True):
            key = str(name), day.start, day.end
            self.slices[key] = _sums(self.slices[key], outcomes) if key in self.slices else outcomes


def window_starts(plan: Plan, instants: Ints) -> Ints:
    """The start of the window that each instant lies in."""
    hours, places = np.unique(instants - instants % plan.calendar.base, return_inverse=True)
    starts = np.array([plan.calendar.window_of(int(hour)).start for hour in hours], dtype=np.int64)
    return starts[places]


def slice_column(place: int) -> str:
    """The index's column with the codes of the plan's slices at a place."""
    return f"slice_{place}"


def _sums(left: list[Outcome], right: list[Outcome]) -> list[Outcome]:
    return [merge_outcomes(pair) for pair in zip(left, right, strict=True)]


def _key(row: WindowBlob) -> _Key:
    return row.version, row.start, row.end


def _arrays(frame: pl.DataFrame) -> Rows:
    late = frame[LABEL_AT].cast(pl.Float64).to_numpy() - frame[INSTANT].to_numpy()
    return replace(Rows.of(frame), delay=late / SECOND)
