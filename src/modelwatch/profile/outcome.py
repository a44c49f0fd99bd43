"""What the labels say of a group of predictions: counts and sums from which every performance metric is read.

Made from the rows of the label index of one day, again whenever a label of that day arrives or is revised, so that the
order in which labels come never matters.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from modelwatch.domain.columns import Task
from modelwatch.domain.errors import HomeError
from modelwatch.profile.plan import Plan
from modelwatch.sketch import Grid, LogBuckets
from modelwatch.sketch.buckets import merge_buckets
from modelwatch.sketch.grid import Floats, Ints

OUTPUT = "output"  # score or value, Float64
PREDICTED = "predicted"  # binary: 1.0 for the positive class, 0.0 for the other
TRUTH = "truth"  # binary: 1.0 or 0.0; regression: the value; null without a label
DELAY = "delay"  # seconds from the prediction to its label

_TINY = float(np.finfo(np.float64).eps)


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """Rows of the label index as arrays of shape (n,), NaN where something is not known."""

    output: Floats
    predicted: Floats
    truth: Floats
    delay: Floats

    @classmethod
    def of(cls, frame: pl.DataFrame) -> Rows:
        """The columns of a frame; those it lacks are not known."""
        unknown = np.full(frame.height, np.nan)
        columns = (OUTPUT, PREDICTED, TRUTH, DELAY)
        return cls(*(frame[name].to_numpy() if name in frame.columns else unknown for name in columns))

    def __getitem__(self, rows: npt.NDArray[np.bool_]) -> Rows:
        return Rows(self.output[rows], self.predicted[rows], self.truth[rows], self.delay[rows])


@dataclass(frozen=True, slots=True, eq=False)
class BinaryOutcome:
    """Labelled binary predictions of one group.

    Attributes
    ----------
    rows, labelled : int
        Predictions in the group, and those with a label.
    counts : array of shape (2, grid.bins)
        Labelled rows by truth (negative, positive) and score bin.
    confusion : array of shape (2, 2)
        Labelled rows by truth and predicted class.
    score_sums : array of shape (grid.bins,)
        Sums of the labelled scores in each bin.
    sums : array of shape (5,)
        Of the labelled rows with a score: sum of scores, of squared scores, of scores of positives, log loss, number.
    """

    grid: Grid
    counts: Ints
    confusion: Ints
    score_sums: Floats
    sums: Floats
    rows: int = 0
    labelled: int = 0
    positives: int = 0
    delays: LogBuckets = field(default_factory=LogBuckets)

    @classmethod
    def empty(cls, grid: Grid) -> BinaryOutcome:
        """The outcome of no rows."""
        return cls(
            grid,
            np.zeros((2, grid.bins), np.int64),
            np.zeros((2, 2), np.int64),
            np.zeros(grid.bins),
            np.zeros(5),
        )

    @classmethod
    def grouped(cls, grid: Grid, given: Rows, groups: Ints, size: int) -> list[BinaryOutcome]:
        """One outcome for each of `size` groups of index rows."""
        rows = np.bincount(groups, minlength=size)
        labelled = ~np.isnan(given.truth)
        given, groups = given[labelled], groups[labelled]
        truth = given.truth.astype(np.int64)
        counted = np.bincount(groups, minlength=size)
        positives = np.bincount(groups[truth == 1], minlength=size)
        classed = ~np.isnan(given.predicted)
        cell = groups[classed] * 4 + truth[classed] * 2 + given.predicted[classed].astype(np.int64)
        confusion = np.bincount(cell, minlength=size * 4).reshape(size, 2, 2)
        delays = _delays(given.delay, groups, size)
        scored = np.isfinite(given.output)
        score, truth, groups = given.output[scored], truth[scored], groups[scored]
        bins = grid.index(score)
        counts = np.bincount((groups * 2 + truth) * grid.bins + bins, minlength=size * 2 * grid.bins)
        score_sums = np.bincount(groups * grid.bins + bins, weights=score, minlength=size * grid.bins)
        clipped = np.clip(score, _TINY, 1.0 - _TINY)
        loss = -np.where(truth == 1, np.log(clipped), np.log1p(-clipped))
        terms = [score, score * score, score * truth, loss, np.ones_like(score)]
        sums = np.stack([np.bincount(groups, weights=term, minlength=size) for term in terms], axis=1)
        counts, score_sums = counts.reshape(size, 2, grid.bins), score_sums.reshape(size, grid.bins)
        return [
            cls(
                grid,
                counts[i],
                confusion[i],
                score_sums[i],
                sums[i],
                int(rows[i]),
                int(counted[i]),
                int(positives[i]),
                delays[i],
            )
            for i in range(size)
        ]

    def merge(self, other: BinaryOutcome) -> BinaryOutcome:
        """The outcome of both groups."""
        return _merge_binary([self, other])

    def pack(self) -> list[Any]:
        """Sparse counts as bytes, then the plain numbers."""
        used = np.flatnonzero(self.counts.any(axis=0))
        return [
            used.astype("<u2").tobytes(),
            self.counts[:, used].astype("<i8").tobytes(),
            self.score_sums[used].astype("<f8").tobytes(),
            self.confusion.ravel().tolist(),
            self.sums.tolist(),
            self.rows,
            self.labelled,
            self.positives,
            self.delays.pack(),
        ]

    @classmethod
    def unpack(cls, grid: Grid, packed: list[Any]) -> BinaryOutcome:
        """The outcome that `pack` wrote down, on its grid."""
        empty = cls.empty(grid)
        used = np.frombuffer(packed[0], "<u2")
        empty.counts[:, used] = np.frombuffer(packed[1], "<i8").reshape(2, -1)
        empty.score_sums[used] = np.frombuffer(packed[2], "<f8")
        confusion = np.array(packed[3], dtype=np.int64).reshape(2, 2)
        sums, delays = np.array(packed[4], dtype=np.float64), LogBuckets.unpack(packed[8])
        rows, labelled, positives = packed[5:8]
        return cls(grid, empty.counts, confusion, empty.score_sums, sums, rows, labelled, positives, delays)


@dataclass(frozen=True, slots=True, eq=False)
class RegressionOutcome:
    """Labelled regression predictions of one group.

    `sums` holds, over labelled rows with a prediction: number, error, absolute error, squared error, absolute error
    over absolute truth, fourth power of the error, truth and squared truth, both less the plan's centre.
    """

    centre: float
    sums: Floats
    rows: int = 0
    labelled: int = 0
    zeros: int = 0
    truth_sum: float = 0.0
    delays: LogBuckets = field(default_factory=LogBuckets)

    @classmethod
    def empty(cls, centre: float) -> RegressionOutcome:
        """The outcome of no rows."""
        return cls(centre, np.zeros(8))

    @classmethod
    def grouped(cls, centre: float, given: Rows, groups: Ints, size: int) -> list[RegressionOutcome]:
        """One outcome for each of `size` groups of index rows."""
        rows = np.bincount(groups, minlength=size)
        labelled = ~np.isnan(given.truth)
        given, groups = given[labelled], groups[labelled]
        counted = np.bincount(groups, minlength=size)
        delays = _delays(given.delay, groups, size)
        totals = np.bincount(groups, weights=given.truth, minlength=size)
        usable = np.isfinite(given.output) & np.isfinite(given.truth)
        value, truth, groups = given.output[usable], given.truth[usable], groups[usable]
        error, centred = value - truth, truth - centre
        # As scikit-learn: a true value of zero counts as the smallest step above it.
        relative = np.abs(error) / np.maximum(np.abs(truth), _TINY)
        terms = [np.ones_like(error), error, np.abs(error), error**2, relative, error**4, centred, centred**2]
        sums = np.stack([np.bincount(groups, weights=term, minlength=size) for term in terms], axis=1)
        zeros = np.bincount(groups[truth == 0], minlength=size)
        return [
            cls(centre, sums[i], int(rows[i]), int(counted[i]), int(zeros[i]), float(totals[i]), delays[i])
            for i in range(size)
        ]

    def merge(self, other: RegressionOutcome) -> RegressionOutcome:
        """The outcome of both groups."""
        return _merge_regression([self, other])

    def pack(self) -> list[Any]:
        """Plain numbers."""
        return [self.sums.tolist(), self.rows, self.labelled, self.zeros, self.truth_sum, self.delays.pack()]

    @classmethod
    def unpack(cls, centre: float, packed: list[Any]) -> RegressionOutcome:
        """The outcome that `pack` wrote down."""
        sums, rows, labelled, zeros, total, delays = packed
        return cls(centre, np.array(sums, dtype=np.float64), rows, labelled, zeros, total, LogBuckets.unpack(delays))


Outcome = BinaryOutcome | RegressionOutcome


def has_outcomes(plan: Plan) -> bool:
    """Whether labels of this plan's task can be scored."""
    return plan.task in (Task.BINARY, Task.REGRESSION) and plan.output is not None and plan.output.grid is not None


def empty_outcome(plan: Plan) -> Outcome:
    """The outcome of no rows."""
    grid = _grid(plan)
    return BinaryOutcome.empty(grid) if plan.task is Task.BINARY else RegressionOutcome.empty(grid.centre)


def outcomes_of(plan: Plan, rows: Rows, groups: Ints, size: int) -> list[Outcome]:
    """The outcome of each of `size` groups of label-index rows, by the plan's task."""
    grid = _grid(plan)
    if plan.task is Task.BINARY:
        return list(BinaryOutcome.grouped(grid, rows, groups, size))
    return list(RegressionOutcome.grouped(grid.centre, rows, groups, size))


def unpack_outcome(plan: Plan, packed: list[Any]) -> Outcome:
    """The outcome that `pack` wrote down."""
    grid = _grid(plan)
    return (
        BinaryOutcome.unpack(grid, packed)
        if plan.task is Task.BINARY
        else RegressionOutcome.unpack(grid.centre, packed)
    )


def merge_outcomes(outcomes: Sequence[Outcome]) -> Outcome:
    """The outcome of several groups of one plan."""
    filled = [outcome for outcome in outcomes if outcome.rows] or list(outcomes[:1])
    if len(filled) == 1:
        return filled[0]
    if isinstance(filled[0], BinaryOutcome):
        return _merge_binary([outcome for outcome in filled if isinstance(outcome, BinaryOutcome)])
    return _merge_regression([outcome for outcome in filled if isinstance(outcome, RegressionOutcome)])


def _merge_binary(parts: Sequence[BinaryOutcome]) -> BinaryOutcome:
    return BinaryOutcome(
        parts[0].grid,
        np.add.reduce([part.counts for part in parts]),
        np.add.reduce([part.confusion for part in parts]),
        np.add.reduce([part.score_sums for part in parts]),
        np.add.reduce([part.sums for part in parts]),
        sum(part.rows for part in parts),
        sum(part.labelled for part in parts),
        sum(part.positives for part in parts),
        merge_buckets([part.delays for part in parts]),
    )


def _merge_regression(parts: Sequence[RegressionOutcome]) -> RegressionOutcome:
    return RegressionOutcome(
        parts[0].centre,
        np.add.reduce([part.sums for part in parts]),
        sum(part.rows for part in parts),
        sum(part.labelled for part in parts),
        sum(part.zeros for part in parts),
        sum(part.truth_sum for part in parts),
        merge_buckets([part.delays for part in parts]),
    )


def _grid(plan: Plan) -> Grid:
    if plan.output is None or plan.output.grid is None:
        raise HomeError(f"a plan for task {plan.task} without a numeric output holds no outcomes")
    return plan.output.grid


def _delays(delay: Floats, groups: Ints, size: int) -> list[LogBuckets]:
    known = ~np.isnan(delay)
    if not known.any():
        return [LogBuckets()] * size
    return LogBuckets.grouped(delay[known], groups[known], size, missing=np.zeros(size, dtype=np.int64))
