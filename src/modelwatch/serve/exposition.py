"""The figures of `/metrics`: what went through the server, and the last measurements, under the usual names.

Counters come from this process, gauges from the store; both are bounded, since one series too many fails a
whole scrape.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from prometheus_client import CollectorRegistry
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.exposition import choose_encoder
from prometheus_client.registry import Collector

from modelwatch.domain.measurement import Measurement, Status
from modelwatch.domain.names import ModelKey
from modelwatch.serve.counters import BUCKETS
from modelwatch.serve.live import LiveHome

MODEL_LABELS = ("model_name", "model", "model_version", "env")
MOST_SERIES = 20_000
COLUMNS_SHOWN = 20
PERFORMANCE = frozenset(
    {
        *("accuracy", "precision", "recall", "f1", "mcc", "false_positive_rate", "false_negative_rate"),
        *("roc_auc", "average_precision", "log_loss", "brier", "ece", "mean_bias", "mae", "rmse", "mape", "r2"),
    }
)
DRIFT = ("ks", "jensen_shannon", "wasserstein", "chi2")
_GAUGES = {
    "ml_model_accuracy": "Share of the labelled predictions whose class is right, in the last window that has it.",
    "ml_model_performance": "Performance on labelled predictions, in the last window that has it.",
    "ml_drift_score": "Population stability index of a column against the reference, last closed window.",
    "ml_drift_measure": "Other distances of a column from the reference, last closed window.",
    "ml_data_drift_share": "Share of the columns that drifted, last closed window.",
    "ml_prediction_mean": "Mean of the score or predicted value, last closed window.",
    "ml_prediction_mean_7d": "Mean of the score or predicted value over the last seven windows.",
    "ml_missing_share": "Share of a column's values that are missing, last closed window.",
    "ml_labels_pending": "Share of the predictions old enough for a label that have none.",
    "ml_incidents_open": "Incidents that are open or acknowledged.",
}
_EXTRA = {
    "ml_model_performance": ("metric",),
    "ml_drift_score": ("feature_name",),
    "ml_drift_measure": ("feature_name", "measure"),
    "ml_missing_share": ("feature_name",),
}


@dataclass(frozen=True, slots=True)
class _Gauge:
    """One value of a gauge: its name, the labels beyond the model's, and the value."""

    name: str
    extra: tuple[str, ...]
    value: float


def exposition(live: LiveHome, project: str, accept: str) -> tuple[bytes, str]:
    """The text of one scrape and its media type, which follows the `Accept` header."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Scrape(live, project))
    encode, media_type = choose_encoder(accept)
    return encode(registry), media_type


class _Scrape(Collector):
    """All families of one scrape."""

    def __init__(self, live: LiveHome, project: str) -> None:
        self._live, self._project = live, project

    def collect(self) -> Iterator[Metric]:
        yield from self._served()
        yield from self._gauges()
        yield from self._watcher()

    def _served(self) -> Iterator[Metric]:
        rows = CounterMetricFamily("ml_predictions", "Predictions that were logged.", labels=MODEL_LABELS)
        errors = CounterMetricFamily("ml_prediction_errors", "Predictions that failed.", labels=MODEL_LABELS)
        latency = HistogramMetricFamily(
            "ml_prediction_latency_seconds", "How long predictions took.", labels=MODEL_LABELS
        )
        for (key, version), served in self._live.counters.served().items():
            if key.project != self._project:
                continue
            labels = _labels(key, version)
            rows.add_metric(labels, served.rows)
            errors.add_metric(labels, served.errors)
            running, buckets = 0, list[tuple[str, float]]()
            for bound, n in zip((*map(str, BUCKETS), "+Inf"), served.latency.tolist(), strict=True):
                running += n
                buckets.append((bound, running))
            latency.add_metric(labels, buckets, served.latency_sum)
        yield from (rows, errors, latency)

    def _gauges(self) -> Iterator[Metric]:
        families = {
            name: GaugeMetricFamily(name, told, labels=(*MODEL_LABELS, *_EXTRA.get(name, ())))
            for name, told in _GAUGES.items()
            if name != "ml_incidents_open"
        }
        dropped = count = 0
        for key in self._live.home.models():
            if key.project != self._project:
                continue
            for version, gauges in _of_model(self._live, key).items():
                for gauge in gauges:
                    if count >= MOST_SERIES:
                        dropped += 1
                        continue
                    families[gauge.name].add_metric((*_labels(key, version), *gauge.extra), gauge.value)
                    count += 1
        yield from families.values()
        yield self._incidents()
        told = "Series that were left out of this scrape because there are too many."
        family = GaugeMetricFamily("modelwatch_series_dropped", told)
        family.add_metric((), dropped)
        yield family

    def _incidents(self) -> Metric:
        labels = ("model_name", "model", "env", "severity")
        family = GaugeMetricFamily("ml_incidents_open", _GAUGES["ml_incidents_open"], labels=labels)
        counts = {
            (key.model, key.env, level): 0
            for key in self._live.home.models()
            if key.project == self._project
            for level in ("warning", "critical")
        }
        for incident in self._live.home.incidents(None, state="open", project=self._project):
            place = (incident["model"], incident.get("env", "prod"), incident["severity"])
            counts[place] = counts.get(place, 0) + 1
        for (model, env, level), n in counts.items():
            family.add_metric((model, model, env, level), n)
        return family

    def _watcher(self) -> Iterator[Metric]:
        names = ("model_name", "model", "env", "table", "fate")
        rows = CounterMetricFamily("modelwatch_rows", "What became of rows that came in.", labels=names)
        for (key, table), fate in self._live.counters.fates().items():
            if key.project == self._project:
                for word in ("accepted", "duplicates", "quarantined"):
                    rows.add_metric((key.model, key.model, key.env, table, word), getattr(fate, word))
        yield rows
        intake = self._live.intake
        for name, told, value in (
            ("modelwatch_spool_rows", "Rows that are durable and wait for the lake.", self._live.home.spool.backlog),
            ("modelwatch_queued_bytes", "Requests in memory that are not answered yet.", intake.queued_bytes),
            ("modelwatch_models_in_trouble", "Models that could not be watched.", len(self._live.troubles)),
            ("modelwatch_accepting", "Whether rows are accepted.", 0.0 if intake.trouble else 1.0),
        ):
            family = GaugeMetricFamily(name, told)
            family.add_metric((), value)
            yield family
        lag = GaugeMetricFamily(
            "modelwatch_window_lag_seconds",
            "How long ago the next window of a model should have been measured.",
            labels=("model_name", "model", "env"),
        )
        for key, seconds in self._live.lags().items():
            if key.project == self._project:
                lag.add_metric((key.model, key.model, key.env), seconds)
        yield lag


def _of_model(live: LiveHome, key: ModelKey) -> dict[str, list[_Gauge]]:
    """The gauges of a model's last windows by version."""
    return {version: [*_gauges_of(measured)] for version, measured in live.latest(key).items()}


def _gauges_of(measured: Iterable[Measurement]) -> Iterator[_Gauge]:
    """What Prometheus is told of one version; of columns only those that are warning or worse."""
    by_column: dict[str, list[_Gauge]] = {}
    bad: dict[str, int] = {}
    for each in measured:
        metric, column, span = each.series.metric, each.series.column, each.series.span
        if each.value is None or each.series.slice:
            continue
        if metric in PERFORMANCE and span == 1:
            yield _Gauge("ml_model_performance", (metric,), each.value)
        model_wide = _MODEL_WIDE.get((metric, span))
        if model_wide is not None:
            yield _Gauge(model_wide, (), each.value)
        if span == 1 and column and metric in ("psi", "missing_share", *DRIFT):
            gauge = (
                _Gauge("ml_drift_score", (column,), each.value)
                if metric == "psi"
                else _Gauge("ml_missing_share", (column,), each.value)
                if metric == "missing_share"
                else _Gauge("ml_drift_measure", (column, metric), each.value)
            )
            by_column.setdefault(column, []).append(gauge)
        if column and each.status in (Status.WARNING, Status.CRITICAL):
            bad[column] = max(bad.get(column, 0), each.status.rank)
    bad.setdefault("prediction", 0)
    shown = sorted(bad, key=lambda name: (-bad[name], name))[:COLUMNS_SHOWN]
    for column in shown:
        yield from by_column.get(column, ())


_MODEL_WIDE: Mapping[tuple[str, int], str] = {
    ("accuracy", 1): "ml_model_accuracy",
    ("drifted_share", 1): "ml_data_drift_share",
    ("prediction_mean", 1): "ml_prediction_mean",
    ("prediction_mean", 7): "ml_prediction_mean_7d",
    ("labels_pending_share", 1): "ml_labels_pending",
}


def _labels(key: ModelKey, version: str) -> tuple[str, str, str, str]:
    return key.model, key.model, version, key.env
