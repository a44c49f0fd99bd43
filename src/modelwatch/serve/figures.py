"""What `/metrics` tells of one model, taken from its last measurements: few numbers, kept until the next window.

`live` makes them after each run, so that a scrape asks no database.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from modelwatch.domain.columns import PREDICTION
from modelwatch.domain.latest import Latest
from modelwatch.domain.measurement import Measurement, Status, worst
from modelwatch.domain.names import ModelKey
from modelwatch.serve.families import Sample, sample
from modelwatch.serve.labels import is_sound, of_version, with_more

MOST_COLUMNS = 20
_OF_VERSION = {"drifted_share": "ml_data_drift_share", "prediction_mean": "ml_prediction_mean"}
_OF_COLUMN = {"psi": "ml_drift_score", "missing_share": "ml_missing_share"}
_DISTANCES = frozenset({"ks", "jensen_shannon", "wasserstein", "wasserstein_normed", "chi2"})

# A name and its number; tuples, because a thousand models have hundreds of thousands of them.
Named = tuple[str, float]


@dataclass(frozen=True, slots=True)
class Column:
    """What is known of one column: how bad it is at worst, and its values by metric."""

    worst: Status
    values: tuple[Named, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What is told of one model.

    Attributes
    ----------
    versions
        The versions in use.
    whole, performance
        Values of a version as a whole by family, and its performance by metric.
    columns
        By version and column, those in trouble and all others.
    incidents
        Open ones by severity.
    means
        Of the numeric columns, by version.
    """

    versions: frozenset[str] = frozenset()
    whole: Mapping[str, Sequence[Named]] = field(default_factory=dict[str, Sequence[Named]])
    performance: Mapping[str, Sequence[Named]] = field(default_factory=dict[str, Sequence[Named]])
    columns: Mapping[str, Mapping[str, Column]] = field(default_factory=dict[str, Mapping[str, Column]])
    incidents: Mapping[str, int] = field(default_factory=dict[str, int])
    means: Mapping[str, Mapping[str, float]] = field(default_factory=dict[str, Mapping[str, float]])

    def inputs(self, key: ModelKey, names: Iterable[str]) -> list[Sample]:
        """The means of the columns in trouble, at most 20 of a version, and of those asked for by name."""
        wanted, found = frozenset(names), list[Sample]()
        for version in sorted(self.versions):
            columns, means = self.columns.get(version, {}), self.means.get(version, {})
            bad = [name for name, column in columns.items() if column.worst.firing]
            bad.sort(key=lambda name: (-columns[name].worst.rank, name))
            labels = of_version(key, version)
            for name in sorted({*bad[:MOST_COLUMNS], *wanted} & means.keys()):
                found.append(sample("input_feature_value", with_more(labels, feature_name=name), means[name]))
        return found

    def of_whole(self, key: ModelKey) -> list[Sample]:
        """The samples of all versions, of their columns only the drift of the model's output."""
        found: list[Sample] = []
        for version in sorted(self.versions):
            labels = of_version(key, version)
            found += [sample(family, labels, value) for family, value in self.whole.get(version, ())]
            for metric, value in self.performance.get(version, ()):
                found.append(sample("ml_model_performance", with_more(labels, metric=metric), value))
            output = self.columns.get(version, {}).get(PREDICTION)
            if output is not None:
                found += [each for each in _of_column(labels, PREDICTION, output) if each.family == "ml_drift_score"]
        return found

    def asked(self, key: ModelKey, names: Iterable[str]) -> list[Sample]:
        """The samples of columns that are asked for by name, those that are always told left out."""
        wanted = frozenset(names)
        return [
            each
            for version, columns in self.columns.items()
            for name in sorted(wanted & columns.keys())
            for each in _more_of_column(of_version(key, version), name, columns[name])
        ]

    def firing(self, key: ModelKey, status: Status, *, without: Iterable[str]) -> list[Sample]:
        """The samples of the columns that are as bad as `status` at worst, at most 20 of a version."""
        left_out = frozenset(without)
        found: list[Sample] = []
        for version, columns in self.columns.items():
            bad = sorted(name for name, column in columns.items() if column.worst is status and name not in left_out)
            labels = of_version(key, version)
            for name in bad[:MOST_COLUMNS]:
                found += _more_of_column(labels, name, columns[name])
        return found


def figures_of(latest: Latest, incidents: Iterable[str]) -> Figures:
    """What is told of a model whose open incidents have these severities.

    Versions and columns with names that no label can hold are left out.
    """
    severities = [*incidents]
    versions = sorted(filter(is_sound, latest.versions))
    return Figures(
        versions=frozenset(versions),
        whole={version: tuple(_whole(latest, version)) for version in versions},
        performance={version: tuple(_values(latest.scored.get(version, ()))) for version in versions},
        columns={version: _columns(latest.measured.get(version, ())) for version in versions},
        incidents={level: severities.count(level) for level in (Status.WARNING, Status.CRITICAL)},
        means={version: _sound(latest.means.get(version, {})) for version in versions},
    )


def _sound(means: Mapping[str, float]) -> dict[str, float]:
    return {name: mean for name, mean in means.items() if is_sound(name)}


def _more_of_column(labels: str, name: str, column: Column) -> list[Sample]:
    """A column's samples without the one that `of_whole` tells already."""
    told = _of_column(labels, name, column)
    return [each for each in told if name != PREDICTION or each.family != "ml_drift_score"]


def _of_column(labels: str, name: str, column: Column) -> list[Sample]:
    own = with_more(labels, feature_name=name)
    return [
        sample(_OF_COLUMN[metric], own, value)
        if metric in _OF_COLUMN
        else sample("ml_drift_measure", with_more(own, measure=metric), value)
        for metric, value in column.values
    ]


def _whole(latest: Latest, version: str) -> Iterable[Named]:
    for metric, value in _values(latest.measured.get(version, ())):
        if metric in _OF_VERSION:
            yield _OF_VERSION[metric], value
    for metric, value in _values(latest.scored.get(version, ())):
        if metric == "accuracy":
            yield "ml_model_accuracy", value
    if version in latest.unlabelled:
        yield "ml_labels_pending", latest.unlabelled[version]
    if version == _main(latest):
        yield from _mean_of_7_days(latest, version)


def _mean_of_7_days(latest: Latest, version: str) -> Iterable[Named]:
    """The mean before the last window: what is stored is how far the window's mean is off it."""
    shift = dict(_values(latest.measured.get("", ()))).get("prediction_mean_shift")
    mean = dict(_values(latest.measured[version])).get("prediction_mean")
    if shift is not None and mean is not None:
        yield "ml_prediction_mean_7d", mean - shift


def _main(latest: Latest) -> str:
    """The version with most predictions in the last window, which the shift of the mean is measured on."""
    rows = {
        version: max((each.n for each in measured if each.series.metric == "prediction_mean"), default=0)
        for version, measured in latest.measured.items()
        if version
    }
    return max(sorted(rows), key=lambda version: rows[version], default="")


def _values(measured: Iterable[Measurement]) -> Iterable[Named]:
    """The values by metric that are of a single window."""
    return ((each.series.metric, each.value) for each in measured if each.series.span == 1 and each.value is not None)


def _columns(measured: Iterable[Measurement]) -> dict[str, Column]:
    """The columns with values to tell of, each with its worst status on any span."""
    values: dict[str, list[Named]] = {}
    worst_of: dict[str, Status] = {}
    for each in measured:
        column, metric = each.series.column, each.series.metric
        if not column or not is_sound(column):
            continue
        worst_of[column] = worst(worst_of.get(column, Status.OK), each.status)
        if each.series.span == 1 and each.value is not None and (metric in _OF_COLUMN or metric in _DISTANCES):
            values.setdefault(column, []).append((metric, each.value))
    return {column: Column(worst_of[column], tuple(found)) for column, found in values.items()}
