"""Every metric of the catalogue, measured on the blocks of one window: all spans, all columns, all slices.

Between `profile` and `judge`: takes sums of profiles, returns measurements without verdicts.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from modelwatch.catalog import Catalog
from modelwatch.domain.columns import LABEL, PREDICTION
from modelwatch.domain.errors import NotComputable
from modelwatch.domain.instants import Window
from modelwatch.domain.measurement import Measurement, Series, Status
from modelwatch.domain.metric import Family, Metric, Scope
from modelwatch.domain.slices import ALL_ROWS
from modelwatch.measure.coverage import shortfall
from modelwatch.measure.noise import Floor, IndependentFloors
from modelwatch.measure.reach import distance_of
from modelwatch.measure.reference import Reference, Spread
from modelwatch.measure.views import ColumnView, OutcomeView, ProfileView, column_range
from modelwatch.profile import Plan, Profile, SliceProfile
from modelwatch.profile.block import Block
from modelwatch.sketch import PresenceSketch


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What stays the same for all windows of a model: how it is counted and what it is held against.

    `ranges` are the declared ranges by column; `minimum` is the number of labels below which nothing is scored.
    """

    plan: Plan
    catalog: Catalog
    spans: tuple[int, ...]
    minimum: int
    ranges: Mapping[str, tuple[float | None, float | None]] = field(
        default_factory=dict[str, tuple[float | None, float | None]]
    )
    reference: Reference | None = None
    independent: IndependentFloors = field(default_factory=IndependentFloors)
    leave_out: frozenset[Family] = frozenset()

    def metrics(self, family: Family, span: int, *, sliced: bool = False) -> Iterable[Metric]:
        """The metrics of a family that are measured on this span."""
        if family in self.leave_out:
            return
        for metric in self.catalog.metrics:
            if (
                metric.family is family
                and self.plan.task in metric.tasks
                and (metric.sliced or not sliced)
                and self._spans(metric, span)
            ):
                yield metric

    def shortfall(self, window: Window, profile: Profile, version: str, span: int = 1) -> str:
        """Why a profile does not stand for the span that ends with the window; empty if it does."""
        bare = None if self.reference is None else self.reference.usually_bare
        if bare is None:
            return ""
        return shortfall(self.plan.calendar.trailing(window, span), profile, bare=bare, version=version, span=span)

    def _spans(self, metric: Metric, span: int) -> bool:
        if metric.spans == "all":
            return span in self.spans
        return span in ((self.spans[0], self.spans[-1]) if metric.spans == "ends" else self.spans[:1])


def measure_profile(setting: Setting, window: Window, version: str, spans: Mapping[int, Profile]) -> list[Measurement]:
    """Quality and drift of every column, and latency and output of the model, on trailing spans of one version.

    Parameters
    ----------
    spans : mapping of span to Profile
        Sums of the last 1, 7, ... windows; a span that is not full yet is left out.
    """
    measured: list[Measurement] = []
    for span, profile in spans.items():
        views = [column_view(setting, name, profile) for name in setting.plan.columns]
        measured += _quality(setting, window, version, views, span)
        short = setting.shortfall(window, profile, version, span)
        for metric in setting.metrics(Family.DRIFT, span):
            measured += [
                _drift(setting, metric, view, Series(metric.name, view.name, ALL_ROWS, version, span), window, short)
                for view in views
                if applies(metric, view)
            ]
        view = ProfileView(window, profile)
        for metric in (*setting.metrics(Family.LATENCY, span), *setting.metrics(Family.VOLUME, span)):
            if metric.name in _OF_VERSION:
                measured.append(
                    _measure(metric, view, Series(metric.name, column_of(metric), ALL_ROWS, version, span), window)
                )
    return measured


def measure_quality(setting: Setting, window: Window, version: str, profile: Profile) -> list[Measurement]:
    """Quality of every column of one version on its shortest span, as `measure_profile` measures it."""
    views = [column_view(setting, name, profile) for name in setting.plan.columns]
    return _quality(setting, window, version, views, setting.spans[0])


def _quality(
    setting: Setting, window: Window, version: str, views: Sequence[ColumnView], span: int
) -> list[Measurement]:
    return [
        _measure(metric, view, Series(metric.name, view.name, ALL_ROWS, version, span), window)
        for metric in setting.metrics(Family.QUALITY, span)
        for view in views
        if applies(metric, view)
    ]


def measure_outcome(
    setting: Setting,
    window: Window,
    version: str,
    spans: Mapping[int, Block],
    *,
    due: bool = True,
    awaited: bool = True,
) -> list[Measurement]:
    """Performance and label metrics on trailing spans of one version, for all rows and by slice.

    Parameters
    ----------
    due : bool
        Whether most of the window's labels should have come by now.
    awaited : bool
        Whether the model has labels at all, as far as is known.
    """
    measured: list[Measurement] = []
    slices = setting.plan.slice_names()
    for span, block in spans.items():
        if block.outcome is None:
            continue
        for family in (Family.PERFORMANCE, Family.LABELS):
            for metric in setting.metrics(family, span):
                view = OutcomeView(block.outcome, 1 if metric.scope is Scope.MODEL else setting.minimum, due, awaited)
                measured.append(
                    _measure(metric, view, Series(metric.name, column_of(metric), ALL_ROWS, version, span), window)
                )
            for metric in setting.metrics(family, span, sliced=True):
                for slice_, outcome in zip(slices, block.slice_outcomes, strict=False):
                    if outcome.rows:
                        view = OutcomeView(outcome, 1 if metric.scope is Scope.MODEL else setting.minimum)
                        measured.append(
                            _measure(
                                metric,
                                view,
                                Series(metric.name, column_of(metric), slice_, version, span),
                                window,
                            )
                        )
    return measured


def measure_slices(setting: Setting, window: Window, version: str, slices: SliceProfile) -> list[Measurement]:
    """Rows, missing values and mean output of every slice that has rows."""
    measured: list[Measurement] = []
    span = setting.spans[0]
    names = list(setting.plan.columns)
    missing = setting.catalog.metrics.get("missing_share")
    for place, slice_ in enumerate(setting.plan.slice_names()):
        rows = int(slices.rows[place])
        if rows == 0:
            continue
        measured.append(Measurement(Series("rows", "", slice_, version, span), window, float(rows), rows))
        for column, name in enumerate(names):
            view = ColumnView(
                name,
                setting.plan.columns[name].kind,
                PresenceSketch(rows - int(slices.missing[place, column]), int(slices.missing[place, column])),
            )
            measured.append(_measure(missing, view, Series(missing.name, name, slice_, version, span), window))
        values = int(slices.values[place])
        if values:
            mean = float(slices.sums[place]) / values
            measured.append(
                Measurement(Series("prediction_mean", PREDICTION, slice_, version, span), window, mean, values)
            )
    return measured


def measure_model(
    setting: Setting,
    window: Window,
    profile: Profile,
    *,
    last_row: int | None,
    silence: int | None = None,
    earlier_means: tuple[float, ...] = (),
    short: str = "",
) -> list[Measurement]:
    """What concerns the model as a whole, whatever its version: rows, freshness, schema, shift of the mean output.

    `short` says why the mean output does not stand for the window, empty if it does.
    """
    view = ProfileView(
        window, profile, last_row, earlier_means=earlier_means, short=short, faults=profile.faults, silence=silence
    )
    span = setting.spans[0]
    return [
        _measure(metric, view, Series(metric.name, column_of(metric), ALL_ROWS, "", span), window)
        for metric in setting.metrics(Family.VOLUME, span)
        if metric.name not in _OF_VERSION
    ]


def measure_drifted(setting: Setting, window: Window, version: str, judged: Iterable[Measurement]) -> list[Measurement]:
    """The share of feature columns in drift, from the judged `psi` measurements of one version and window."""
    metric = setting.catalog.metrics.get("drifted_share")
    judged = [m for m in judged if m.series.metric == "psi" and m.series.column != PREDICTION and m.value is not None]
    measured: list[Measurement] = []
    for span in setting.spans:
        of_span = [m for m in judged if m.series.span == span]
        if of_span:
            drifted = sum(m.status.firing for m in of_span)
            view = ProfileView(window, Profile({}), drifted=(drifted, len(of_span)))
            measured.append(_measure(metric, view, Series(metric.name, "", ALL_ROWS, version, span), window))
    return measured


_OF_VERSION = frozenset({"prediction_mean", "latency_p50", "latency_p95", "latency_p99", "error_share"})


def column_of(metric: Metric) -> str:
    """The column a metric's measurements carry when it is not measured by column."""
    return {Scope.PREDICTION: PREDICTION, Scope.LABEL: LABEL}.get(metric.scope, "")


def column_view(setting: Setting, name: str, profile: Profile) -> ColumnView:
    """One column of a profile beside the reference's."""
    plan, reference = setting.plan.columns[name], setting.reference
    known = None if reference is None or reference.pooled.profile is None else reference.pooled.profile.columns[name]
    low, high = setting.ranges[name] if name in setting.ranges else column_range(known)
    return ColumnView(
        name,
        plan.kind,
        profile.columns[name],
        known,
        None if reference is None else reference.edges.get(name),
        low,
        high,
        reference is not None and name in reference.calendar_columns,
    )


def applies(metric: Metric, view: ColumnView) -> bool:
    """Whether a column metric can be asked of this column."""
    return view.kind in metric.kinds and (metric.scope is not Scope.PREDICTION or view.name == PREDICTION)


def _measure(metric: Metric, view: Any, series: Series, window: Window) -> Measurement:
    try:
        value = metric.compute(view)
    except NotComputable as reason:
        return Measurement(series, window, None, reason=str(reason), status=Status.NOT_COMPUTED)
    return Measurement(series, window, value.value, value.n, value.interval)


def _drift(
    setting: Setting, metric: Metric, view: ColumnView, series: Series, window: Window, short: str
) -> Measurement:
    if short:
        return Measurement(series, window, None, reason=short, status=Status.NOT_COMPUTED)
    measured = _measure(metric, view, series, window)
    if measured.value is None:
        return measured
    try:
        floor = floor_of(setting, metric, view, series.span, measured.value)
    except NotComputable as reason:
        return Measurement(series, window, None, reason=str(reason), status=Status.NOT_COMPUTED)
    return Measurement(
        series,
        window,
        measured.value,
        measured.n,
        noise_floor=floor.value,
        p_value=floor.p_value,
        provisional=floor.provisional,
    )


def floor_of(setting: Setting, metric: Metric, view: ColumnView, span: int, value: float) -> Floor:
    """The larger of the floor for independent rows and the floor from the reference's own blocks.

    Raises
    ------
    NotComputable
        If the reference's own blocks lie so far apart that no value of the metric could tell anything.
    """
    spread, borrowed = _spread(setting, metric.name, view.name, span)
    independent = setting.independent.floor(metric.name, view, value, with_p=spread is None)
    if spread is None:
        return independent
    null = spread.telling()
    p_value = None if borrowed else null.p_value(distance_of(metric, value))
    return Floor(max(independent.value, null.floor), p_value, borrowed or null.provisional)


def _spread(setting: Setting, metric: str, column: str, span: int) -> tuple[Spread | None, bool]:
    """How the reference's stretches of a span differ; where it is too short for the span, those of the next shorter.

    Such a borrowed floor errs on the quiet side, as longer stretches differ less; it is provisional and gives no p.
    """
    if setting.reference is None:
        return None, False
    for shorter in sorted((each for each in setting.spans if each <= span), reverse=True):
        found = setting.reference.spreads.get((metric, column, shorter))
        if found is not None:
            return found, shorter != span
    return None, False
