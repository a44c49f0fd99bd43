"""How much came, how old it is, how it was answered: rows, freshness, latency, errors, mean prediction.

Each function is one catalogued metric over a `ProfileView`.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from modelwatch.catalog import Catalog
from modelwatch.domain.columns import PREDICTION, Task
from modelwatch.domain.errors import NotComputable
from modelwatch.domain.incident import Kind
from modelwatch.domain.instants import SECOND
from modelwatch.domain.measurement import Value
from modelwatch.domain.metric import Better, Family, Metric, Scope
from modelwatch.measure.quality import share
from modelwatch.measure.views import ProfileView
from modelwatch.sketch import NumericSketch

Z95 = 1.959963984540054


def rows(view: ProfileView) -> Value:
    """Predictions in the window."""
    return Value(float(view.profile.rows), view.profile.rows)


def freshness_seconds(view: ProfileView) -> Value:
    """Seconds from the newest prediction to the end of the window."""
    if view.last_row is None:
        raise NotComputable("no prediction yet")
    return Value((view.window.end - view.last_row) / SECOND, view.profile.rows)


def silence_seconds(view: ProfileView) -> Value:
    """Seconds without any prediction: zero while rows came in the window, its age when none did."""
    if view.profile.rows:
        return Value(0.0, view.profile.rows)
    return freshness_seconds(view)


def schema_mismatch_share(view: ProfileView) -> Value:
    """Share of the rows that were turned away because a value had the wrong type."""
    wrong = sum(count for fault, count in view.faults.items() if fault.startswith("type:"))
    return share(wrong, wrong + view.profile.rows)


def error_share(view: ProfileView) -> Value:
    """Share of the predictions that failed."""
    if view.profile.error_rows == 0:
        raise NotComputable("error is not logged")
    return share(view.profile.errors, view.profile.error_rows)


def drifted_share(view: ProfileView) -> Value:
    """Share of the judged feature columns that are in drift."""
    drifted, judged = view.drifted
    if judged == 0:
        raise NotComputable("no column could be judged")
    return Value(drifted / judged, judged)


def prediction_mean(view: ProfileView) -> Value:
    """Mean of the model's output."""
    sketch = _output(view)
    error = Z95 * float(np.sqrt(sketch.variance / sketch.n))
    return Value(sketch.mean, sketch.n, (sketch.mean - error, sketch.mean + error))


def prediction_mean_shift(view: ProfileView) -> Value:
    """Mean of the model's output less the mean of its previous 7 days."""
    if len(view.earlier_means) < 3:
        raise NotComputable(f"{len(view.earlier_means)} of the previous 7 days have predictions, 3 needed")
    sketch = _output(view)
    return Value(sketch.mean - float(np.mean(view.earlier_means)), sketch.n)


def latency_quantile(q: float) -> Callable[[ProfileView], Value]:
    """The function that reads one latency percentile."""

    def compute(view: ProfileView) -> Value:
        buckets = view.latency()
        return Value(buckets.quantile(q), buckets.n)

    return compute


def _output(view: ProfileView) -> NumericSketch:
    sketch = view.profile.columns.get(PREDICTION)
    if not isinstance(sketch, NumericSketch):
        raise NotComputable("the model's output is no number")
    if sketch.n == 0:
        raise NotComputable("no predictions")
    return sketch


def register(catalog: Catalog) -> None:
    """Put the volume and latency metrics on the catalogue's shelf."""
    far = (0.0, float("inf"))
    model, output = Scope.MODEL, Scope.PREDICTION
    entries = [
        ("rows", rows, "Predictions", Family.VOLUME, model, Kind.FEED, Better.NEAR, "rows", far, "count", True),
        (
            "freshness_seconds",
            freshness_seconds,
            "Age of the newest prediction",
            Family.VOLUME,
            model,
            Kind.FEED,
            Better.LOWER,
            "s",
            far,
            "end of the window - newest timestamp",
            False,
        ),
        (
            "silence_seconds",
            silence_seconds,
            "Time without a prediction",
            Family.VOLUME,
            model,
            Kind.FEED,
            Better.LOWER,
            "s",
            far,
            "0 if rows came in the window, else end of the window - newest timestamp",
            False,
        ),
        (
            "schema_mismatch_share",
            schema_mismatch_share,
            "Rows of the wrong type",
            Family.VOLUME,
            model,
            Kind.SCHEMA,
            Better.LOWER,
            "",
            (0.0, 1.0),
            "rows quarantined for a type / rows",
            False,
        ),
        (
            "error_share",
            error_share,
            "Failed predictions",
            Family.LATENCY,
            model,
            Kind.UNKNOWN,
            Better.LOWER,
            "",
            (0.0, 1.0),
            "errors / rows that say whether they failed",
            False,
        ),
        (
            "drifted_share",
            drifted_share,
            "Columns in drift",
            Family.SUMMARY,
            model,
            Kind.DRIFT,
            Better.LOWER,
            "",
            (0.0, 1.0),
            "feature columns whose psi verdict fires / columns judged",
            False,
        ),
        (
            "prediction_mean",
            prediction_mean,
            "Mean prediction",
            Family.VOLUME,
            output,
            Kind.DRIFT,
            Better.NEAR,
            "",
            (-float("inf"), float("inf")),
            "mean of the score or value",
            True,
        ),
        (
            "prediction_mean_shift",
            prediction_mean_shift,
            "Mean prediction off its previous 7 days",
            Family.VOLUME,
            output,
            Kind.DRIFT,
            Better.NEAR,
            "",
            (-float("inf"), float("inf")),
            "mean prediction - mean of the previous 7 days' means",
            False,
        ),
        *(
            (
                f"latency_p{percent}",
                latency_quantile(percent / 100),
                f"Latency, {percent} % of predictions below",
                Family.LATENCY,
                model,
                Kind.LATENCY,
                Better.LOWER,
                "ms",
                far,
                "quantile of latency_ms, within 1 %",
                False,
            )
            for percent in (50, 95, 99)
        ),
    ]
    for name, compute, title, family, scope, kind, better, unit, span, formula, sliced in entries:
        catalog.metrics.add(
            Metric(
                name=name,
                title=title,
                family=family,
                scope=scope,
                better=better,
                incident=kind,
                formula=formula,
                source="definition",
                compute=compute,
                unit=unit,
                range=span,
                sliced=sliced,
                spans="all" if name == "drifted_share" else "first",
                # An absolute shift of .15 means something for a probability only.
                tasks=frozenset({Task.BINARY}) if name == "prediction_mean_shift" else frozenset(Task),
            )
        )
