"""The fold: new commits of the lake into stored profiles, label index and label inbox, each commit exactly once.

A commit and the cursor behind it are stored in one transaction; only commits of our own ingest are folded, because
compaction, deletion and updates write rows again that were counted before.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date

import polars as pl

from modelwatch.collect.batch import FUTURE_TOLERANCE
from modelwatch.domain.columns import DAY_PARTITION, LABEL, PREDICTION_ID, TIMESTAMP
from modelwatch.domain.instants import DAY, Window
from modelwatch.log import Commit, Lake
from modelwatch.log.lake import LABELS, PREDICTIONS, QUARANTINE
from modelwatch.profile import Plan, Profile, SliceProfile, profile_batch, slice_batch
from modelwatch.profile.outcome import has_outcomes
from modelwatch.store import State, cursors, labels, profiles, touched
from modelwatch.store.metadata import Transaction
from modelwatch.work.index import LabelIndex
from modelwatch.work.parts import PART_ROWS, write_frame
from modelwatch.work.stored import OUTCOME, PROFILE
from modelwatch.work.truth import layout_of, with_declared
from modelwatch.work.watched import Watched

BACKFILL = "backfill"  # a cursor of our own: an instant, no version of a table
BACKFILLED = 28
"""Closed windows that are measured again when columns are counted on other bins than before."""
Fold = Callable[[Transaction, pl.DataFrame], None]


@dataclass(frozen=True, slots=True)
class Folded:
    """How many rows were read, and what was found that should not be there."""

    rows: int
    notes: tuple[str, ...] = ()


def fold_lake(
    state: State,
    lake: Lake,
    watched: Watched,
    plan: Plan,
    index: LabelIndex | None,
    *,
    closed: int | None,
    progress: Callable[[int, int | None, str], None] | None = None,
) -> Folded:
    """Fold every commit that has not been folded.

    Parameters
    ----------
    closed : int or None
        The end of the last window that was closed: windows up to it are measured again if rows come into them.
    progress
        Told after every commit; what it raises ends the fold there, and the next one goes on behind it.
    """
    fold = _Folding(watched, plan, index, closed)
    rows, notes = 0, list[str]()
    if closed is not None:
        _limit(state, watched, plan, closed)
    for table, step in ((PREDICTIONS, fold.predictions), (QUARANTINE, fold.quarantine), (LABELS, fold.labels)):
        for commit in _unfolded(state, lake, watched, table):
            rows += _fold_commit(state, watched, table, commit, step)
            if progress is not None:
                progress(rows, None, "rows")
            if commit.foreign:
                notes.append(
                    f"version {commit.version} of the lake's {table} of {watched.key.model} was written by another "
                    "program: its rows are in the table, but in no profile; ingest them to have them counted"
                )
    return Folded(rows, tuple(notes))


def _limit(state: State, watched: Watched, plan: Plan, closed: int) -> None:
    """Before the whole log is folded anew, keep from where on closed windows are measured again.

    Kept until a step has done so: the fold may be killed, and no window may be due in its run.
    """
    with state.transaction() as tx:
        if cursors.get(tx, watched.model_id, PREDICTIONS) is None:
            last = plan.calendar.window_of(closed - 1)
            cursors.set_to(tx, watched.model_id, BACKFILL, plan.calendar.trailing(last, BACKFILLED).start)


def _unfolded(state: State, lake: Lake, watched: Watched, table: str) -> list[Commit]:
    with state.reading() as tx:
        cursor = cursors.get(tx, watched.model_id, table)
    return lake.commits(watched.key, table, after=-1 if cursor is None else cursor)


def _fold_commit(state: State, watched: Watched, table: str, commit: Commit, step: Fold) -> int:
    """Fold one commit; one that brought in no rows of ours only moves the cursor."""
    frame = commit.read().drop(DAY_PARTITION) if commit.files else pl.DataFrame()
    with state.transaction() as tx:
        if not frame.is_empty():
            step(tx, frame)
        cursors.set_to(tx, watched.model_id, table, commit.version)
    return frame.height


class _Folding:
    """The steps of one model's fold."""

    def __init__(self, watched: Watched, plan: Plan, index: LabelIndex | None, closed: int | None) -> None:
        self._watched, self._plan, self._index, self._closed = watched, plan, index, closed

    def predictions(self, tx: Transaction, frame: pl.DataFrame) -> None:
        """Add predictions to the profiles of their windows and to the label index."""
        frame = with_declared(frame, layout_of(self._watched.monitor))
        found = profile_batch(self._plan, frame)
        self._merge(tx, {(each.version, each.window): each.profile for each in found})
        by_day = slice_batch(self._plan, frame)
        self._merge_slices(tx, {(each.version, each.window): each.profile for each in by_day})
        self._mark(tx, PROFILE, {self._plan.calendar.window_of(each.window.start) for each in found})
        if self._index is not None and has_outcomes(self._plan):
            starts = self._index.add(tx, frame)
            self._mark(tx, OUTCOME, {self._plan.calendar.window_of(start) for start in starts})

    def quarantine(self, tx: Transaction, frame: pl.DataFrame) -> None:
        """Count quarantined rows by window, kind and field; a row without a usable time counts nowhere."""
        instants, received = pl.col(TIMESTAMP).dt.epoch("us"), pl.col("received").dt.epoch("us")
        possible = instants.is_between(DAY, received + FUTURE_TOLERANCE)
        usable = frame.filter(possible & (pl.col("source_table") == PREDICTIONS))
        base = self._plan.calendar.base
        counted: defaultdict[Window, Counter[str]] = defaultdict(Counter)
        times: defaultdict[Window, list[int]] = defaultdict(list)
        rows = usable.select(pl.col(TIMESTAMP).dt.epoch("us").alias("instant"), "kind", "field")
        for instant, kind, field in rows.iter_rows():
            start = instant - instant % base
            counted[Window(start, start + base)][f"{kind}:{field}"] += 1
            times[Window(start, start + base)].append(instant)
        empty = Profile.empty(self._plan)
        found = {
            ("", window): Profile(empty.columns, first=min(times[window]), last=max(times[window]), faults=dict(faults))
            for window, faults in counted.items()
        }
        self._merge(tx, found)
        self._mark(tx, PROFILE, {self._plan.calendar.window_of(window.start) for window in counted})

    def labels(self, tx: Transaction, frame: pl.DataFrame) -> None:
        """Put labels into the inbox by day; the clock applies them when their time has come."""
        days = frame.select(PREDICTION_ID, TIMESTAMP, LABEL, pl.col(TIMESTAMP).dt.date().alias("_day"))
        for (day,), part in days.group_by("_day", maintain_order=True):
            if isinstance(day, date):
                for piece in part.drop("_day").iter_slices(PART_ROWS):
                    labels.add(tx, self._watched.model_id, day, write_frame(piece))

    def _merge(self, tx: Transaction, found: dict[tuple[str, Window], Profile]) -> None:
        if not found:
            return
        start, end = _reach(window for _, window in found)
        stored = {
            (row.version, row.start): row.blob for row in profiles.get_many(tx, self._watched.model_id, start, end)
        }
        rows: list[tuple[str, int, int, bytes]] = []
        for (version, window), profile in found.items():
            blob = stored.get((version, window.start))
            merged = profile if blob is None else Profile.from_bytes(self._plan, blob).merge(profile)
            rows.append((version, window.start, window.end, merged.to_bytes()))
        profiles.put_many(tx, self._watched.model_id, rows)

    def _merge_slices(self, tx: Transaction, found: dict[tuple[str, Window], SliceProfile]) -> None:
        if not found:
            return
        start, end = _reach(window for _, window in found)
        stored = {
            (row.version, row.start): row.blob for row in profiles.get_slices(tx, self._watched.model_id, start, end)
        }
        rows: list[tuple[str, int, int, bytes]] = []
        for (version, window), profile in found.items():
            blob = stored.get((version, window.start))
            merged = profile if blob is None else SliceProfile.from_bytes(blob).merge(profile)
            rows.append((version, window.start, window.end, merged.to_bytes()))
        profiles.put_slices(tx, self._watched.model_id, rows)

    def _mark(self, tx: Transaction, part: str, windows: Iterable[Window]) -> None:
        """Mark those of the windows that were measured already."""
        if self._closed is not None:
            late = [window.start for window in windows if window.end <= self._closed]
            touched.mark(tx, self._watched.model_id, part, late)


def _reach(windows: Iterable[Window]) -> tuple[int, int]:
    every = list(windows)
    return min(window.start for window in every), max(window.end for window in every)
