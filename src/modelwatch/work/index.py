"""The label index: the few columns of every prediction that its label will need, by day of the monitor's calendar.

The fold adds predictions to it and the clock adds labels. New rows are added to the outcomes; where labels change, the
windows they reach are counted again from their rows, so that neither order nor revisions nor repeats can matter.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date

import numpy as np
import numpy.typing as npt
import polars as pl

from modelwatch.domain.columns import MODEL_VERSION, PREDICTION, PREDICTION_ID, TIMESTAMP
from modelwatch.domain.instants import DAY
from modelwatch.profile import Plan
from modelwatch.profile.batch import slice_codes
from modelwatch.profile.outcome import OUTPUT, PREDICTED, TRUTH
from modelwatch.store.metadata import Transaction
from modelwatch.work.counts import INSTANT, Counts, slice_column, window_starts
from modelwatch.work.due import DueLabels, keep_waiting, wait, waiting
from modelwatch.work.parts import LABEL_AT, PART_ROWS, Parts
from modelwatch.work.truth import predicted
from modelwatch.work.watched import Watched

USUAL_DELAY = 7 * DAY
Mask = npt.NDArray[np.bool_]
_LABELS = (PREDICTION_ID, TRUTH, LABEL_AT)


@dataclass(slots=True)
class LabelIndex:
    """The index of one model within one run: the fold gives it predictions, each step the labels that are due."""

    watched: Watched
    plan: Plan
    part_rows: int = PART_ROWS
    _parts: Parts = field(init=False)

    def __post_init__(self) -> None:
        self._parts = Parts(self.watched.model_id, self.part_rows)

    def add(self, tx: Transaction, frame: pl.DataFrame) -> set[int]:
        """Add canonical predictions; returns the starts of the windows whose outcomes changed."""
        if frame.is_empty():
            return set()
        by_day = dict(self._by_day(self._rows(frame)))
        self._join_waiting(tx, by_day)
        starts: set[int] = set()
        for day, new in by_day.items():
            rows = self._with_known_labels(tx, day, new)
            self._parts.append(tx, day, rows)
            counts = Counts(self.plan)
            counts.add(rows)
            counts.put_sum(tx, self.watched.model_id, self.plan.days.window_of(int(rows[INSTANT][0])))
            starts.update(start for _, start, _ in counts.totals)
        return starts

    def apply(self, tx: Transaction, labels: DueLabels) -> set[int]:
        """Join labels, the greatest (timestamp, value) within the horizon winning; the rest waits.

        Returns the starts of the windows whose outcomes changed.
        """
        if not labels.rows:
            return set()
        horizon = self.watched.monitor.outcome.horizon
        changed: defaultdict[date, set[int]] = defaultdict(set)
        # Most labels come within a week; those that do not are looked for as far back as they count, then ahead.
        for days in self._stretches(tx, labels.first - horizon, labels.first - USUAL_DELAY, labels.last + DAY):
            found = [np.zeros_like(joined) for joined in labels.joined]
            for day, starts in self._join_days(tx, days, labels, found):
                changed[day] |= starts
            labels.mark(found)
        rest = (piece.select(_LABELS) for _, piece in labels.missing(tx))
        if not all(joined.all() for joined in labels.joined):
            wait(tx, self.watched.model_id, rest, since=labels.last - horizon, part_rows=self.part_rows)
        for day, starts in changed.items():
            self._recount(tx, day, starts)
        return set[int]().union(*changed.values())

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
            pl.Series(slice_column(place), slice_codes(frame, self.plan.source(column), values), dtype=pl.UInt16)
            for place, (column, values) in enumerate(self.plan.slices.items())
        ]
        return rows.with_columns(codes)

    def _by_day(self, rows: pl.DataFrame) -> Iterable[tuple[date, pl.DataFrame]]:
        calendar = self.plan.days
        hours = (rows[INSTANT] // self.plan.calendar.base) * self.plan.calendar.base
        names = {hour: calendar.date_of(calendar.window_of(hour).start) for hour in hours.unique().to_list()}
        days = hours.replace_strict(list(names), list(names.values()), return_dtype=pl.Date)
        for (day,), part in rows.with_columns(days.alias("_day")).group_by("_day", maintain_order=True):
            assert isinstance(day, date)
            yield day, part.drop("_day")

    def _join_waiting(self, tx: Transaction, by_day: dict[date, pl.DataFrame]) -> None:
        """Give new rows the labels that waited for them; these wait no longer."""
        for part, labels in waiting(tx, self.watched.model_id):
            rest = labels
            for day, new in by_day.items():
                by_day[day], _, found = self._joined(new, rest)
                rest = rest.filter(pl.Series(~found))
            if rest.height < labels.height:
                keep_waiting(tx, self.watched.model_id, part, rest)

    def _with_known_labels(self, tx: Transaction, day: date, new: pl.DataFrame) -> pl.DataFrame:
        """Give rows the label that another version of their id, of that day or the day before or after, has already."""
        reach = max(1, self.plan.days.size // DAY)
        near = [other for other in self._parts.days(tx) if abs((other - day).days) <= reach]
        for batch in self._parts.batches(tx, near, labelled=True):
            known = pl.concat([self._parts.read(tx, part).select(_LABELS) for part in batch])
            new, _, _ = self._joined(new, known.drop_nulls(LABEL_AT))
        return new

    def _join_days(
        self, tx: Transaction, days: list[date], labels: DueLabels, found: list[Mask]
    ) -> Iterator[tuple[date, set[int]]]:
        """Join labels into the given days, marking those that were found; yields each day's windows that changed."""
        for batch in self._parts.batches(tx, days):
            frames = [self._parts.read(tx, part) for part in batch]
            rows = pl.concat(frames)
            changed = np.zeros(rows.height, dtype=np.bool_)
            for number, piece in labels.missing(tx):
                rows, gained, hits = self._joined(rows, piece)
                changed |= gained
                found[number][piece["_label"].to_numpy()[hits]] = True
            first = 0
            for part, frame in zip(batch, frames, strict=True):
                gained = changed[first : first + frame.height]
                if gained.any():
                    self._parts.rewrite(tx, part, rows.slice(first, frame.height))
                    starts = window_starts(self.plan, frame[INSTANT].to_numpy()[gained])
                    yield part.day, set(np.unique(starts).tolist())
                first += frame.height

    def _joined(self, rows: pl.DataFrame, labels: pl.DataFrame) -> tuple[pl.DataFrame, Mask, Mask]:
        """Rows with those of the labels that win over what they have; which rows gained one, which labels fit."""
        gained, found = np.zeros(rows.height, dtype=np.bool_), np.zeros(labels.height, dtype=np.bool_)
        numbered = rows.select(PREDICTION_ID, INSTANT).with_row_index("_row")
        given = numbered.join(labels.select(_LABELS).with_row_index("_given"), on=PREDICTION_ID, how="inner")
        found[given["_given"].to_numpy()] = True
        best = (
            given.filter(pl.col(LABEL_AT) - pl.col(INSTANT) <= self.watched.monitor.outcome.horizon)
            .select("_row", TRUTH, LABEL_AT)
            .sort(LABEL_AT, TRUTH)
            .unique("_row", keep="last", maintain_order=True)
        )
        own = rows.select(pl.col(TRUTH, LABEL_AT).gather(best["_row"]).name.prefix("own_"))
        later = pl.col("own_label_at").is_null() | (pl.col(LABEL_AT) > pl.col("own_label_at"))
        same = (pl.col(LABEL_AT) == pl.col("own_label_at")) & (pl.col(TRUTH) > pl.col("own_truth"))
        won = pl.concat([best, own], how="horizontal").filter(later | same)
        if won.is_empty():
            return rows, gained, found
        gained[won["_row"].to_numpy()] = True
        columns = [rows[name].clone().scatter(won["_row"], won[name]) for name in (TRUTH, LABEL_AT)]
        return rows.with_columns(columns), gained, found

    def _recount(self, tx: Transaction, day: date, starts: set[int]) -> None:
        """Count a day's windows with the given starts again, and its slices."""
        counts = Counts(self.plan)
        for part in self._parts.of(tx, day):
            counts.add(self._parts.read(tx, part), starts)
        counts.put(tx, self.watched.model_id)

    def _stretches(self, tx: Transaction, oldest: int, usual: int, newest: int) -> list[list[date]]:
        """The days of the index from `usual` to `newest`, those back to `oldest`, and those after all."""
        known, days = self._parts.days(tx), self.plan.days
        first, near, last = (days.date_of(at) for at in (oldest - days.size, usual - days.size, newest))
        return [
            [day for day in known if near <= day <= last],
            [day for day in known if first <= day < near],
            [day for day in known if day > last],
        ]


__all__ = ["LabelIndex"]
