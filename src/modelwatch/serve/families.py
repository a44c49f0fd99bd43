"""The families of `/metrics`: each name with its type and help, and how one sample is written.

`figures` and `exposition` fill them; `docs/howto/prometheus.md` lists the same names for people.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from modelwatch.serve.counters import BUCKETS
from modelwatch.serve.labels import with_more

_BOUNDS = (*map(repr, BUCKETS), "+Inf")


@dataclass(frozen=True, slots=True)
class Family:
    """One family: `name` is that of its samples, without the endings of a histogram's."""

    name: str
    kind: str
    help: str

    def head(self, *, openmetrics: bool) -> str:
        """The lines that stand before the samples."""
        # OpenMetrics names a counter without the ending that its samples have.
        name = self.name.removesuffix("_total") if openmetrics and self.kind == "counter" else self.name
        return f"# HELP {name} {self.help}\n# TYPE {name} {self.kind}\n"


FAMILIES = (
    Family("ml_predictions_total", "counter", "Predictions that were logged since the server started."),
    Family("ml_prediction_errors_total", "counter", "Predictions that failed since the server started."),
    Family("ml_prediction_latency_seconds", "histogram", "How long predictions took."),
    Family("ml_model_accuracy", "gauge", "Share of labelled predictions that were right, last window with labels."),
    Family("ml_model_performance", "gauge", "Performance on labelled predictions, last window with labels."),
    Family("ml_drift_score", "gauge", "Population stability index of a column, last closed window."),
    Family("ml_drift_measure", "gauge", "Other distances of a column from the reference, last closed window."),
    Family("ml_data_drift_share", "gauge", "Share of the feature columns in drift, last closed window."),
    Family("ml_prediction_mean", "gauge", "Mean of the score or predicted value, last closed window."),
    Family("ml_prediction_mean_7d", "gauge", "Mean of the score or value over the seven days before."),
    Family("ml_missing_share", "gauge", "Share of a column's values that are missing, last closed window."),
    Family("ml_labels_pending", "gauge", "Predictions of the last 28 windows with rows that have no label."),
    Family("ml_incidents_open", "gauge", "Incidents that are open or acknowledged."),
    Family("model_predictions_total", "counter", "As ml_predictions_total, by another usual name."),
    Family("model_drift_score", "gauge", "As ml_drift_score, by another usual name."),
    Family("input_feature_value", "gauge", "Mean of a numeric column, last closed window."),
    Family("modelwatch_rows_total", "counter", "What became of the rows that came in since the server started."),
    Family("modelwatch_window_lag_seconds", "gauge", "How long ago a window should have been measured."),
    Family("modelwatch_spool_rows", "gauge", "Rows that are durable and wait for the lake."),
    Family("modelwatch_queued_bytes", "gauge", "Requests in memory that are not answered yet."),
    Family("modelwatch_models", "gauge", "Models under watch."),
    Family("modelwatch_models_in_trouble", "gauge", "Models that could not be watched."),
    Family("modelwatch_accepting", "gauge", "Whether rows are accepted: 1, or 0."),
    Family("modelwatch_series_dropped_total", "counter", "Series left out of scrapes since the server started."),
)


ALIASES = {"ml_predictions_total": "model_predictions_total", "ml_drift_score": "model_drift_score"}
"""Other usual names of families, told on request."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One line: its family, the name it stands under, its labels in braces or nothing, its value."""

    family: str
    name: str
    labels: str
    value: float

    def line(self) -> str:
        """The line as both formats have it."""
        return f"{self.name}{self.labels} {_number(self.value)}\n"


def sample(family: str, labels: str, value: float) -> Sample:
    """A sample under its family's own name."""
    return Sample(family, family, labels, value)


def histogram(family: str, labels: str, counts: Sequence[int], total: float) -> list[Sample]:
    """The samples of one latency histogram, from its counts by bucket and the sum of its seconds."""
    found: list[Sample] = []
    running = 0
    for bound, count in zip(_BOUNDS, counts, strict=True):
        running += count
        found.append(Sample(family, f"{family}_bucket", with_more(labels, le=bound), running))
    found.append(Sample(family, f"{family}_sum", labels, total))
    found.append(Sample(family, f"{family}_count", labels, running))
    return found


def _number(value: float) -> str:
    """A number as Go reads it."""
    if value in (float("inf"), float("-inf")):
        return "+Inf" if value > 0 else "-Inf"
    return repr(float(value))
