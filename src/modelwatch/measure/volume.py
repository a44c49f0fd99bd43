"""How much came, how old it is, how it was answered: rows, freshness, latency, errors, mean prediction.

Each function is one catalogued metric over a `ProfileView`.
"""

from __future__ import annotations

import numpy as np

from modelwatch.domain.columns import PREDICTION
from modelwatch.domain.errors import NotComputable
from modelwatch.domain.incident import Kind
from modelwatch.domain.instants import SECOND
from modelwatch.domain.measurement import Value
from modelwatch.domain.metric import Better, Family, Scope
from modelwatch.measure.quality import share
from modelwatch.measure.recorded import Recorded
from modelwatch.measure.views import ProfileView
from modelwatch.sketch import NumericSketch

Z95 = 1.959963984540054
EARLIER_DAYS = 3
"""Least number of earlier days whose mean outputs say what is usual."""
FAR, ANY = (0.0, float("inf")), (-float("inf"), float("inf"))
MISFITS = ("type", "missing", "value", "probability")
"""The kinds of fault that say that sender and specification disagree about what a row holds."""
METRICS = Recorded(family=Family.VOLUME, scope=Scope.MODEL, better=Better.LOWER, source="definition")


@METRICS.metric(
    title="Predictions", better=Better.NEAR, incident=Kind.FEED, unit="rows", range=FAR, sliced=True, formula="count"
)
def rows(view: ProfileView) -> Value:
    """Predictions in the window."""
    return Value(float(view.profile.rows), view.profile.rows)


@METRICS.metric(
    title="Age of the newest prediction",
    incident=Kind.FEED,
    unit="s",
    range=FAR,
    formula="end of the window - newest timestamp, that of a refused row too",
)
def freshness_seconds(view: ProfileView) -> Value:
    """Seconds from the newest row to the end of the window; one that was refused shows that the service answers."""
    if view.last_row is None:
        raise NotComputable("no prediction yet")
    return Value((view.window.end - view.last_row) / SECOND, view.profile.rows)


@METRICS.metric(
    title="Longest time without a row",
    incident=Kind.FEED,
    unit="s",
    range=FAR,
    formula="longest time between two rows, or to the end of the window, that ends in the window",
)
def silence_seconds(view: ProfileView) -> Value:
    """Longest time without any row, accepted or refused, that ends in the window or lasts at its end, in seconds."""
    if view.silence is None:
        raise NotComputable("no row yet")
    return Value(view.silence / SECOND, view.profile.rows)


@METRICS.metric(
    title="Rows refused",
    incident=Kind.SCHEMA,
    formula="rows quarantined for a value that is missing, of another type or impossible / these and the rows accepted",
)
def schema_mismatch_share(view: ProfileView) -> Value:
    """Share of the rows that were turned away for what they hold; a repeated id or a future time is no such fault."""
    wrong = sum(count for fault, count in view.faults.items() if fault.partition(":")[0] in MISFITS)
    return share(wrong, wrong + view.profile.rows)


@METRICS.metric(
    title="Failed predictions",
    family=Family.LATENCY,
    incident=Kind.UNKNOWN,
    formula="errors / rows that say whether they failed",
)
def error_share(view: ProfileView) -> Value:
    """Share of the predictions that failed."""
    if view.profile.error_rows == 0:
        raise NotComputable("error is not logged")
    return share(view.profile.errors, view.profile.error_rows)


@METRICS.metric(
    title="Columns in drift",
    family=Family.SUMMARY,
    incident=Kind.DRIFT,
    spans="all",
    formula="feature columns whose psi verdict fires / columns judged",
)
def drifted_share(view: ProfileView) -> Value:
    """Share of the judged feature columns that are in drift."""
    drifted, judged = view.drifted
    if judged == 0:
        raise NotComputable("no column could be judged")
    return Value(drifted / judged, judged)


@METRICS.metric(
    title="Mean prediction",
    scope=Scope.PREDICTION,
    better=Better.NEAR,
    incident=Kind.DRIFT,
    range=ANY,
    sliced=True,
    formula="mean of the score or value",
)
def prediction_mean(view: ProfileView) -> Value:
    """Mean of the model's output."""
    sketch = _output(view)
    error = Z95 * float(np.sqrt(sketch.variance / sketch.n))
    return Value(sketch.mean, sketch.n, (sketch.mean - error, sketch.mean + error))


@METRICS.metric(
    title="Mean prediction off its previous 7 days",
    scope=Scope.PREDICTION,
    better=Better.NEAR,
    incident=Kind.DRIFT,
    range=ANY,
    formula="mean prediction - mean of the previous 7 days' means",
)
def prediction_mean_shift(view: ProfileView) -> Value:
    """Mean of the model's output less the mean of its previous 7 days, whose version is new then those of any."""
    if view.short:
        raise NotComputable(view.short)
    if len(view.earlier_means) < EARLIER_DAYS:
        found = len(view.earlier_means)
        raise NotComputable(f"{found} of the previous 7 days have predictions, {EARLIER_DAYS} needed")
    sketch = _output(view)
    return Value(sketch.mean - float(np.mean(view.earlier_means)), sketch.n)


def _percentile(percent: int) -> None:
    """Make one latency percentile a metric."""

    @METRICS.metric(
        name=f"latency_p{percent}",
        title=f"Latency, {percent} % of predictions below",
        family=Family.LATENCY,
        incident=Kind.LATENCY,
        unit="ms",
        range=FAR,
        formula="quantile of latency_ms, within 1 %",
    )
    def compute(view: ProfileView) -> Value:
        """Milliseconds within which that share of the predictions was answered."""
        buckets = view.latency()
        return Value(buckets.quantile(percent / 100), buckets.n)


for _percent in (50, 95, 99):
    _percentile(_percent)


def _output(view: ProfileView) -> NumericSketch:
    sketch = view.profile.columns.get(PREDICTION)
    if not isinstance(sketch, NumericSketch):
        raise NotComputable("the model's output is no number")
    if sketch.n == 0:
        raise NotComputable("no predictions")
    return sketch
