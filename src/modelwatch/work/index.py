"""The label index: the few columns of every prediction that its label will need, by day of the monitor's calendar.

The fold adds predictions to it and the clock adds labels; whatever changes in a day, that day's outcomes are counted
again from its rows, so that neither order nor revisions nor repeats can matter.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from io import BytesIO

import numpy as np
import numpy.typing as npt
import polars as pl

from modelwatch.domain.columns import LABEL, MODEL_VERSION, PREDICTION, PREDICTION_ID, TIMESTAMP
from modelwatch.domain.instants import DAY, SECOND
from modelwatch.profile import Plan
from modelwatch.profile.batch import slice_codes
from modelwatch.profile.block import pack_outcomes
from modelwatch.profile.outcome import OUTPUT, PREDICTED, TRUTH, Outcome, Rows, outcomes_of
from modelwatch.sketch.grid import Ints
from modelwatch.store import labels as store
from modelwatch.store import outcomes as outcome_store
from modelwatch.store.metadata import Transaction
from modelwatch.work.truth import predicted
from modelwatch.work.watched import Watched

INSTANT = "instant"
LABEL_AT = "label_at"
USUAL_DELAY = 7 * DAY
WAITING = 0  # the one part of the store's waiting labels that is used
_LABELS = (PREDICTION_ID, TRUTH, LABEL_AT)


@dataclass(slots=True)
class LabelIndex:
    """The index of one model within one run; days are loaded once, and written back whenever they change."""

    watched: Watched
    plan: Plan
    _days: dict[date, pl.DataFrame] = field(default_factory=dict[date, pl.DataFrame])
    _known: list[date] | None = None

    def add(self, tx: Transaction, frame: pl.DataFrame) -> set[int]:
        """Add canonical predictions; returns the starts of the windows whose outcomes changed."""
        if frame.is_empty():
            return set()
        rows = self._rows(frame)
        waiting = read_frame(store.waiting(tx, self.watched.model_id).get(WAITING))
        touched: set[date] = set()
        for day, new in self._by_day(rows):
            part = self._with_known_labels(tx, day, new)
            if waiting is not None:
                part, joined = self._joined(part, waiting)
                waiting = waiting.join(joined, on=PREDICTION_ID, how="anti")
            self._put(tx, day, pl.concat([self._day(tx, day), part]) if self._has(tx, day) else part)
            touched.add(day)
        if waiting is not None:
            self._wait(tx, waiting)
        return self._recount(tx, touched)

    def apply(self, tx: Transaction, labels: pl.DataFrame) -> set[int]:
        """Join canonical labels, the greatest (timestamp, value) within the horizon winning; the rest waits."""
        given = self._labels(labels)
        if given.is_empty():
            return set()
        horizon = self.watched.monitor.outcome.horizon
        first, last = int(given[LABEL_AT].min() or 0), int(given[LABEL_AT].max() or 0)  # type: ignore[arg-type]
        changed: set[date] = set()
        rest = given
        # Most labels come within a week; those that do not are looked for as far back as they count, then ahead.
        for days in self._stretches(tx, first - horizon, first - USUAL_DELAY, last + DAY):
            if rest.is_empty():
                break
            touched, found = self._join_days(tx, days, rest)
            changed |= touched
            rest = rest.join(found, on=PREDICTION_ID, how="anti")
        if not rest.is_empty():
            waiting = read_frame(store.waiting(tx, self.watched.model_id).get(WAITING))
            rest = rest if waiting is None else pl.concat([waiting, rest]).unique(maintain_order=True)
            self._wait(tx, rest.filter(pl.col(LABEL_AT) > last - horizon))
        return self._recount(tx, changed)

    def _rows(self, frame: pl.DataFrame) -> pl.DataFrame:
        """The index rows of canonical predictions."""
        output = self.plan.output
        value = (
            pl.lit(None, dtype=pl.Float64)
            if output is None or output.grid is None
            else pl.col(output.source).cast(pl.Float64)
        )
        known = predicted(self.watched.monitor) if PREDICTION in frame.columns else pl.lit(None, dtype=pl.Float64)
        rows = frame.select(
            PREDICTION_ID,
            pl.col(MODEL_VERSION).fill_null(""),
            pl.col(TIMESTAMP).dt.epoch("us").alias(INSTANT),
            value.alias(OUTPUT),
            known.alias(PREDICTED),
            pl.lit(None, dtype=pl.Float64).alias(TRUTH),
            pl.lit(None, dtype=pl.Int64).alias(LABEL_AT),
        )
        codes = [
            pl.Series(_slice_column(place), slice_codes(frame, self.plan.source(column), values), dtype=pl.UInt16)
            for place, (column, values) in enumerate(self.plan.slices.items())
        ]
        return rows.with_columns(codes)

    def _labels(self, labels: pl.DataFrame) -> pl.DataFrame:
        """Canonical labels as the index keeps them, each once; which wins hangs on the prediction's horizon."""
        rows = labels.select(
            PREDICTION_ID, pl.col(LABEL).alias(TRUTH), pl.col(TIMESTAMP).dt.epoch("us").alias(LABEL_AT)
        )
        return rows.drop_nulls().unique(maintain_order=True)

    def _by_day(self, rows: pl.DataFrame) -> Iterable[tuple[date, pl.DataFrame]]:
        calendar = self.plan.days
        hours = (rows[INSTANT] // self.plan.calendar.base) * self.plan.calendar.base
        names = {hour: calendar.date_of(calendar.window_of(hour).start) for hour in hours.unique().to_list()}
        days = hours.replace_strict(list(names), list(names.values()), return_dtype=pl.Date)
        for (day,), part in rows.with_columns(days.alias("_day")).group_by("_day", maintain_order=True):
            assert isinstance(day, date)
            yield day, part.drop("_day")

    def _with_known_labels(self, tx: Transaction, day: date, part: pl.DataFrame) -> pl.DataFrame:
        """Give rows the label that another version of their id, of that day or the day before or after, has already."""
        near = [other for other in self._neighbours(tx, day) if self._has(tx, other)]
        if not near:
            return part
        known = pl.concat([self._day(tx, other).select(_LABELS) for other in near])
        return self._joined(part, known.drop_nulls().unique(maintain_order=True))[0]

    def _joined(self, rows: pl.DataFrame, labels: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
        """Rows with those of the labels that win over what they have; and the ids that were found at all."""
        found = rows.select(PREDICTION_ID).join(labels.select(PREDICTION_ID), on=PREDICTION_ID, how="semi").unique()
        if found.is_empty():
            return rows, found
        horizon = self.watched.monitor.outcome.horizon
        numbered = rows.with_row_index("_row")
        given = numbered.select("_row", PREDICTION_ID, INSTANT).join(labels, on=PREDICTION_ID, how="inner")
        own = numbered.select("_row", PREDICTION_ID, INSTANT, TRUTH, LABEL_AT).drop_nulls(LABEL_AT)
        best = (
            pl.concat([given.select(own.columns), own])
            .filter(pl.col(LABEL_AT) - pl.col(INSTANT) <= horizon)
            .sort(LABEL_AT, TRUTH)
            .unique("_row", keep="last")
        )
        kept = numbered.drop(TRUTH, LABEL_AT).join(
            best.select("_row", TRUTH, LABEL_AT), on="_row", how="left", maintain_order="left"
        )
        return kept.select(rows.columns), found

    def _join_days(self, tx: Transaction, days: list[date], labels: pl.DataFrame) -> tuple[set[date], pl.DataFrame]:
        """Join labels into the given days; returns the days that changed and the ids that were found."""
        found = labels.select(PREDICTION_ID).clear()
        if not days:
            return set(), found
        ids = pl.concat([self._day(tx, day).select(PREDICTION_ID, pl.lit(day).alias("_day")) for day in days])
        hits = ids.join(labels.select(PREDICTION_ID), on=PREDICTION_ID, how="semi")
        changed: set[date] = set()
        for day in hits["_day"].unique().sort().to_list():
            before = self._day(tx, day)
            after, _ = self._joined(before, labels)
            if not after.equals(before):
                self._put(tx, day, after)
                changed.add(day)
        return changed, hits.select(PREDICTION_ID).unique()

    def _recount(self, tx: Transaction, days: Iterable[date]) -> set[int]:
        """Count the outcomes of whole days again; returns the starts of their windows."""
        starts: set[int] = set()
        totals: list[tuple[str, int, int, bytes]] = []
        sliced: list[tuple[str, int, int, bytes]] = []
        for day in days:
            frame = self._day(tx, day)
            names = frame[MODEL_VERSION].unique().sort()
            # A day may have millions of rows: their versions are never spelled out.
            numbers = pl.int_range(names.len(), eager=True)
            codes = frame[MODEL_VERSION].replace_strict(names, numbers, return_dtype=pl.Int64).to_numpy()
            versions, rows, instants = names.to_numpy().astype(str), _arrays(frame), frame[INSTANT].to_numpy()
            found = self._outcomes(rows, codes, instants, versions)
            starts.update(start for _, start, _, _ in found)
            totals += found
            sliced += self._slice_outcomes(frame, rows, codes, versions)
        outcome_store.put_many(tx, self.watched.model_id, totals)
        outcome_store.put_slices(tx, self.watched.model_id, sliced)
        return starts

    def _outcomes(
        self, rows: Rows, versions: Ints, instants: Ints, names: npt.NDArray[np.str_]
    ) -> list[tuple[str, int, int, bytes]]:
        """The outcome of every version and window of a day."""
        base = self.plan.calendar.base
        hours, places = np.unique(instants - instants % base, return_inverse=True)
        windows = [self.plan.calendar.window_of(int(hour)) for hour in hours]
        ordered = sorted(set(windows))
        window_of_hour = np.array([ordered.index(window) for window in windows], dtype=np.int64)
        pairs, groups = np.unique(versions * len(ordered) + window_of_hour[places], return_inverse=True)
        found = outcomes_of(self.plan, rows, groups.astype(np.int64), pairs.size)
        keys = [(str(names[pair // len(ordered)]), ordered[int(pair % len(ordered))]) for pair in pairs]
        return [
            (version, window.start, window.end, pack_outcomes([outcome]))
            for (version, window), outcome in zip(keys, found, strict=True)
        ]

    def _slice_outcomes(
        self, frame: pl.DataFrame, rows: Rows, versions: Ints, names: npt.NDArray[np.str_]
    ) -> list[tuple[str, int, int, bytes]]:
        """The outcomes of every slice of a day, for each version in the order of the plan's slices."""
        if not self.plan.slices:
            return []
        day = self.plan.days.window_of(int(frame[INSTANT][0]))
        plain = replace(rows, delay=np.full(frame.height, np.nan))  # how late labels come is not told by slice
        by_version: list[list[Outcome]] = [[] for _ in names]
        for place, values in enumerate(self.plan.slices.values()):
            width = len(values) + 1
            codes = versions * width + frame[_slice_column(place)].to_numpy().astype(np.int64)
            found = outcomes_of(self.plan, plain, codes, len(names) * width)
            for version, outcomes in enumerate(by_version):
                outcomes.extend(found[version * width : (version + 1) * width])
        return [
            (str(name), day.start, day.end, pack_outcomes(outcomes))
            for name, outcomes in zip(names, by_version, strict=True)
        ]

    def _stretches(self, tx: Transaction, oldest: int, usual: int, newest: int) -> list[list[date]]:
        """The days of the index from `usual` to `newest`, those back to `oldest`, and those after all."""
        known, days = self._all(tx), self.plan.days
        first, near, last = (days.date_of(at) for at in (oldest - days.size, usual - days.size, newest))
        return [
            [day for day in known if near <= day <= last],
            [day for day in known if first <= day < near],
            [day for day in known if day > last],
        ]

    def _neighbours(self, tx: Transaction, day: date) -> list[date]:
        reach = max(1, self.plan.days.size // DAY)
        return [other for other in self._all(tx) if abs((other - day).days) <= reach]

    def _all(self, tx: Transaction) -> list[date]:
        if self._known is None:
            self._known = store.index_days(tx, self.watched.model_id)
        return self._known

    def _has(self, tx: Transaction, day: date) -> bool:
        return day in self._days or day in self._all(tx)

    def _day(self, tx: Transaction, day: date) -> pl.DataFrame:
        if day not in self._days:
            frame = read_frame(store.get_index(tx, self.watched.model_id, [day]).get(day))
            assert frame is not None, "a day that the index lists has a blob"
            self._days[day] = frame
        return self._days[day]

    def _put(self, tx: Transaction, day: date, frame: pl.DataFrame) -> None:
        store.put_index(tx, self.watched.model_id, {day: write_frame(frame)})
        self._days[day] = frame
        if day not in self._all(tx):
            self._known = sorted([*self._all(tx), day])

    def _wait(self, tx: Transaction, labels: pl.DataFrame) -> None:
        store.put_waiting(tx, self.watched.model_id, {WAITING: None if labels.is_empty() else write_frame(labels)})


def _arrays(frame: pl.DataFrame) -> Rows:
    late = frame[LABEL_AT].cast(pl.Float64).to_numpy() - frame[INSTANT].to_numpy()
    return replace(Rows.of(frame), delay=late / SECOND)


def _slice_column(place: int) -> str:
    return f"slice_{place}"


def write_frame(frame: pl.DataFrame) -> bytes:
    """A small frame as bytes."""
    buffer = BytesIO()
    frame.write_ipc(buffer, compression="lz4")
    return buffer.getvalue()


def read_frame(data: bytes | None) -> pl.DataFrame | None:
    """The frame that `write_frame` wrote, None for no bytes."""
    return None if data is None else pl.read_ipc(BytesIO(data))


__all__ = ["LabelIndex", "read_frame", "write_frame"]
