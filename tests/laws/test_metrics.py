"""What holds of every catalogued metric: a complete record, a value in its range, and never a number from nothing."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import polars as pl
import pytest

from modelwatch.catalog import Catalog
from modelwatch.domain.columns import ColumnKind, Task
from modelwatch.domain.errors import NotComputable
from modelwatch.domain.instants import DAY, Window
from modelwatch.domain.metric import Family, Metric
from modelwatch.measure import register
from modelwatch.measure.views import ColumnView, OutcomeView, ProfileView
from modelwatch.profile import BinaryOutcome, Profile, RegressionOutcome, Rows
from modelwatch.profile.outcome import OUTPUT, PREDICTED, TRUTH
from modelwatch.sketch import CategorySketch, Domain, LogBuckets, NumericSketch, Sketch, build_grid, build_score_grid

CATALOG = Catalog().register([register])
RNG = np.random.default_rng(0)
REFERENCE, CURRENT = RNG.normal(size=3000), RNG.normal(0.4, 1.3, 1000)
GRID, SCORES = build_grid(REFERENCE), build_score_grid(RNG.beta(2, 5, 3000))
DOMAIN = Domain(("a", "b", "c"))
N = 500
WINDOW = Window(0, DAY)


def of(*families: Family) -> Any:
    found = [metric for metric in CATALOG.metrics if metric.family in families]
    return pytest.mark.parametrize("metric", found, ids=[metric.name for metric in found])


every = of(*Family)


def numeric(values: np.ndarray) -> NumericSketch:
    return NumericSketch.of(GRID, values, absent=7)


def category(*counts: int) -> CategorySketch:
    return CategorySketch.of(DOMAIN, dict(zip("abcz", counts, strict=False)), missing=3)


def column(metric: Metric, *, same: bool = False, empty: bool = False) -> ColumnView:
    """A column the metric can be asked of: shifted, unchanged, or without a row."""
    reference: Sketch
    current: Sketch
    if ColumnKind.NUMERIC in metric.kinds:
        kind, reference = ColumnKind.NUMERIC, numeric(REFERENCE)
        current = NumericSketch.empty(GRID) if empty else reference if same else numeric(CURRENT)
    else:
        kind, reference = ColumnKind.CATEGORICAL, category(500, 300, 200)
        current = CategorySketch.empty(DOMAIN) if empty else reference if same else category(90, 80, 20, 10)
    return ColumnView("prediction", kind, current, reference, low=-3.0, high=3.0)


def profile(*, empty: bool = False) -> ProfileView:
    output = NumericSketch.empty(GRID) if empty else numeric(CURRENT)
    latency = LogBuckets() if empty else LogBuckets.of(RNG.exponential(20, 100))
    found = Profile(
        {"prediction": output}, output.rows, latency=latency, errors=0 if empty else 3, error_rows=0 if empty else 90
    )
    last = None if empty else DAY - 5
    return ProfileView(
        WINDOW,
        found,
        last,
        drifted=(1, 4) if not empty else (0, 0),
        earlier_means=() if empty else (0.1, 0.2, 0.3),
        faults={"type:x": 1},
        silence=None if empty else 3_600_000_000,
    )


def outcome(metric: Metric, *, rows: int = N, copies: int = 1) -> OutcomeView:
    rng = np.random.default_rng(1)
    score = rng.beta(2, 5, rows)
    if Task.BINARY in metric.tasks:
        frame = pl.DataFrame(
            {OUTPUT: score, PREDICTED: (score > 0.4) * 1.0, TRUTH: (rng.random(rows) < score) * 1.0, "delay": score}
        )
        frame = pl.concat([frame] * copies)
        return OutcomeView(BinaryOutcome.grouped(SCORES, Rows.of(frame), np.zeros(frame.height, np.int64), 1)[0])
    frame = pl.DataFrame({OUTPUT: score, TRUTH: score + rng.normal(1, 0.1, rows), "delay": score})
    frame = pl.concat([frame] * copies)
    return OutcomeView(RegressionOutcome.grouped(0.3, Rows.of(frame), np.zeros(frame.height, np.int64), 1)[0])


def view(metric: Metric, *, empty: bool = False) -> Any:
    if metric.family in (Family.DRIFT, Family.QUALITY):
        return column(metric, empty=empty)
    if metric.family in (Family.PERFORMANCE, Family.LABELS):
        return outcome(metric, rows=0 if empty else N)
    return profile(empty=empty)


@every
def test_its_record_is_complete(metric: Metric) -> None:
    assert metric.title and metric.title[0].isupper()  # noqa: PT018
    assert metric.formula
    assert metric.source
    assert metric.compute.__doc__ or metric.name.startswith("latency_p")
    assert metric.range[0] < metric.range[1]
    assert metric.spans in ("all", "ends", "first")
    assert metric.kinds or metric.family not in (Family.DRIFT, Family.QUALITY)


@every
def test_its_value_lies_in_its_range_and_its_interval_around_it(metric: Metric) -> None:
    found = metric.compute(view(metric))
    assert math.isfinite(found.value)
    assert metric.range[0] <= found.value <= metric.range[1]
    assert found.n > 0
    if found.interval is not None:
        low, high = found.interval
        assert low <= found.value <= high


@every
def test_nothing_gives_a_reason_and_no_number(metric: Metric) -> None:
    if metric.name in ("rows", "schema_mismatch_share"):
        assert metric.compute(view(metric, empty=True)).value in (0.0, 1.0)
        return
    with pytest.raises(NotComputable) as reason:
        metric.compute(view(metric, empty=True))
    assert str(reason.value)


@of(Family.DRIFT)
def test_no_change_is_no_distance_and_change_is_some(metric: Metric) -> None:
    assert metric.compute(column(metric, same=True)).value == pytest.approx(0.0, abs=1e-12)
    assert metric.compute(column(metric)).value > 0.05


@of(Family.DRIFT)
def test_a_column_that_follows_the_calendar_is_not_judged(metric: Metric) -> None:
    shifted = column(metric)
    dated = ColumnView(shifted.name, shifted.kind, shifted.current, shifted.reference, calendar=True)
    with pytest.raises(NotComputable, match="follows the calendar"):
        metric.compute(dated)


@of(Family.PERFORMANCE, Family.LABELS)
def test_every_row_twice_changes_no_value(metric: Metric) -> None:
    once, twice = metric.compute(outcome(metric)), metric.compute(outcome(metric, copies=2))
    assert twice.value == pytest.approx(once.value, rel=1e-9)
    assert twice.n == 2 * once.n
