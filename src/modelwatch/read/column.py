"""One column of a model: how it stands, how its values lie in a chosen stretch beside the reference, and over time.

The page of a column and its pictures are drawn from it. Every status is one that was stored.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from modelwatch.catalog import Catalog
from modelwatch.domain.columns import LABEL
from modelwatch.domain.errors import UnknownName
from modelwatch.domain.instants import Window
from modelwatch.domain.measurement import Series
from modelwatch.domain.metric import Metric
from modelwatch.domain.names import ModelKey
from modelwatch.domain.selection import Selection
from modelwatch.domain.slices import ALL_ROWS
from modelwatch.read import label, runs
from modelwatch.read.chosen import Asked, of_column, period_asked, selected, told_of
from modelwatch.read.days import Day, days, total
from modelwatch.read.limits import Limit, band_of, baseline_of, limits_of
from modelwatch.read.metric_rows import Row, metric_rows
from modelwatch.read.period import Period
from modelwatch.read.runs import Run
from modelwatch.read.sheet import Sheet, Track
from modelwatch.read.values import Levels, Moments, Numbers, moments, shape
from modelwatch.sketch import Sketch
from modelwatch.store import incidents
from modelwatch.store.incidents import LIVE, StoredIncident
from modelwatch.store.metadata import Transaction
from modelwatch.work import Watched, load_watched
from modelwatch.work.stored import parts_of, stored

MISSING, DRIFT = "missing_share", "psi"


@dataclass(frozen=True, slots=True, kw_only=True)
class Lane:
    """One series over the windows of the time axis, with its thresholds and its noise floor.

    `normal` is what the reference's blocks read: low end, mean and high end.
    """

    metric: Metric
    span: int
    track: Track
    limits: tuple[Limit, ...]
    floor: float | None = None
    normal: tuple[float, float, float] | None = None

    @property
    def limit(self) -> float | None:
        """The larger of threshold and noise floor; None without a rule."""
        return max(self.limits[0].value, self.floor or self.limits[0].value) if self.limits else None


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnView:
    """Everything that the page of a column shows.

    Attributes
    ----------
    role
        `feature`, `prediction` or `label`; `place` of a feature counts from 1 among the `columns` of the model.
    steps
        The places of the windows that each mark of a lane stands for; `days` has one entry for each.
    selected, span
        The stretch that is looked at, and how many windows the metrics are measured over; `spans` are those that the
        column has measurements of.
    sides
        Where the values lie: `reference`, `current`, and `earlier` where the stretch has no values: the last before.
    drift
        The lane of the drift metric over the selected span; `drift_beside` over a shorter one.
    firing
        The series that fire now, the worst first, each since when; `past` is the longest earlier run, and `ended` is
        when the last of those did.
    """

    watched: Watched
    name: str
    kind: str
    role: str
    place: int
    columns: tuple[str, ...]
    edges: int
    period: Period
    windows: Sequence[Window]
    steps: Sequence[range]
    days: Sequence[Day]
    selected: Window
    span: int
    spans: tuple[int, ...]
    earlier: Window | None
    sides: Mapping[str, Moments]
    shape: Numbers | Levels | None
    rows: tuple[Row, ...]
    drift: Lane | None
    drift_beside: Lane | None
    missing: Lane | None
    firing: tuple[Run, ...]
    past: Run | None
    ended: int | None
    incident: StoredIncident | None

    @property
    def reference(self) -> Window | None:
        """The time of the reference's rows; None without a reference, or where its rows have no times."""
        known = self.watched.reference
        return None if known is None or not known.rows else known.pooled.window

    @property
    def neighbours(self) -> tuple[str | None, str | None]:
        """The columns before and after this one."""
        at = self.columns.index(self.name)
        return (self.columns[at - 1] if at else None), (self.columns[at + 1] if at + 1 < len(self.columns) else None)

    @property
    def moved(self) -> tuple[Window | None, Window | None]:
        """The selected stretch one window earlier and one later, inside the time axis."""
        calendar = self.watched.monitor.calendar
        before = Window(
            calendar.window_of(self.selected.start - 1).start, calendar.window_of(self.selected.end - 1).start
        )
        after = Window(calendar.window_of(self.selected.start).end, calendar.window_of(self.selected.end).end)
        inside = before.start >= self.period.start, after.end <= self.period.end
        return (before if inside[0] else None), (after if inside[1] else None)


def column_view(tx: Transaction, catalog: Catalog, key: ModelKey, name: str, asked: Asked) -> ColumnView:
    """Read a column.

    Raises
    ------
    UnknownName
        If there is no such model, or it watches no such column.
    InputError
        If there is no such range, or it ends before it starts.
    """
    watched = load_watched(tx, catalog, key)
    columns = _columns(tx, watched)
    if name not in columns:
        raise UnknownName(f"model {key.model!r} has no column {name!r}: {', '.join(columns)}")
    period = period_asked(tx, watched, asked)
    windows = period.windows
    selection = Selection(column=name, slice=ALL_ROWS)
    parts = parts_of(catalog, selection)
    sheet = Sheet(windows, stored(tx, watched.model_id, period.start, period.end, parts=parts, selection=selection))
    spans = watched.monitor.spans
    open_now = [each for each in incidents.listed(tx, model_id=watched.model_id, states=LIVE) if of_column(each, name)]
    every = runs.runs_of(
        sheet, name, catalog, lambda series, window, value: limits_of(watched, series, window, value=value)
    )
    looked_at, span = selected(watched, period, windows, asked, told_of(open_now, name), every)
    steps = period.steps(windows)
    marks = [Window(windows[step[0]].start, windows[step[-1]].end) for step in steps]
    plan = None if watched.plan is None else watched.plan.columns.get(name)
    earlier, sketches = _sketches(tx, watched, name, looked_at, max(spans))
    main = _main(sheet, name, span, spans)
    return ColumnView(
        watched=watched,
        name=name,
        kind=str(plan.kind) if plan else "label",
        role=name if name in ("prediction", LABEL) else "feature",
        place=columns.index(name) + 1,
        columns=columns,
        edges=len(plan.grid.edges) if plan and plan.grid else 0,
        period=period,
        windows=windows,
        steps=steps,
        days=days(tx, watched.model_id, plan, marks) if plan else [],
        selected=looked_at,
        span=span,
        spans=tuple(sorted({each.span for each in sheet.series if each.column == name})),
        earlier=earlier,
        sides=_sides(tx, watched, name, looked_at, sketches),
        shape=_shape(tx, watched, name, looked_at, sketches),
        rows=metric_rows(tx, watched, name, looked_at, span),
        drift=_lane(watched, sheet, name, *main) if main else None,
        drift_beside=_beside(watched, sheet, name, main, spans),
        missing=_lane(watched, sheet, name, MISSING, spans[0]) if plan else None,
        firing=tuple(each for each in every if each.goes_on),
        past=runs.longest([each for each in every if not each.goes_on]),
        ended=max((each.end for each in every if not each.goes_on), default=None),
        incident=open_now[0] if open_now else None,
    )


def _columns(tx: Transaction, watched: Watched) -> tuple[str, ...]:
    """The features in their order, then the model's output, then the truth if there is one."""
    known = tuple(watched.plan.columns) if watched.plan else tuple(watched.monitor.features)
    return (*known, LABEL) if label.known(tx, watched) else known


def _sketches(
    tx: Transaction, watched: Watched, name: str, selected: Window, longest: int
) -> tuple[Window | None, dict[str, Sketch]]:
    """The values of the reference and of the stretch; where that has none, of the last windows that had any."""
    plan = None if watched.plan is None else watched.plan.columns.get(name)
    if plan is None:
        return None, {}
    found: dict[str, Sketch] = {}
    pooled = None if watched.reference is None else watched.reference.pooled.profile
    if pooled is not None and name in pooled.columns:
        found["reference"] = pooled.columns[name]
    found["current"] = total(tx, watched.model_id, plan, selected)
    if found["current"].rows > found["current"].missing:
        return None, found
    calendar = watched.monitor.calendar
    earlier = calendar.trailing(calendar.window_of(selected.start - 1), longest)
    before = total(tx, watched.model_id, plan, earlier)
    if before.rows == before.missing:
        return None, found
    return earlier, {**found, "earlier": before}


def _sides(
    tx: Transaction, watched: Watched, name: str, selected: Window, sketches: Mapping[str, Sketch]
) -> dict[str, Moments]:
    if name == LABEL:
        return label.moments(tx, watched, selected)
    reference = sketches.get("reference")
    return {side: moments(sketch, reference) for side, sketch in sketches.items()}


def _shape(
    tx: Transaction, watched: Watched, name: str, selected: Window, sketches: Mapping[str, Sketch]
) -> Numbers | Levels | None:
    if name == LABEL:
        return label.levels(tx, watched, selected)
    edges = None if watched.reference is None else watched.reference.edges.get(name)
    return shape(sketches, deciles=edges)


def _main(sheet: Sheet, name: str, span: int, spans: Sequence[int]) -> tuple[str, int] | None:
    """The metric of the lane below the values, and its span: PSI, else the mean of the truth."""
    metric = "label_mean" if name == LABEL else DRIFT
    known = [each.span for each in sheet.series if each.metric == metric and each.column == name]
    ranked = [span, *reversed(spans)]
    filled = [each for each in ranked if each in known and sheet.track(metric, name, span=each).last is not None]
    return (metric, filled[0]) if filled else None


def _beside(
    watched: Watched, sheet: Sheet, name: str, main: tuple[str, int] | None, spans: Sequence[int]
) -> Lane | None:
    """The next shorter span that has values, for the thin line."""
    if main is None:
        return None
    shorter = [span for span in spans if span < main[1]]
    filled = [span for span in reversed(shorter) if sheet.track(main[0], name, span=span).last is not None]
    return _lane(watched, sheet, name, main[0], filled[0]) if filled else None


def _lane(watched: Watched, sheet: Sheet, name: str, metric: str, span: int) -> Lane | None:
    track = sheet.track(metric, name, span=span)
    place = track.last
    if place is None:
        return None
    series = next(each for each in sheet.series if (each.metric, each.column, each.span) == (metric, name, span))
    floor = float(track.floor[place])
    return Lane(
        metric=watched.catalog.metrics.get(metric),
        span=span,
        track=track,
        limits=tuple(limits_of(watched, series, sheet.windows[place], value=float(np.nanmax(track.value)))),
        floor=None if floor != floor else floor,  # noqa: PLR0124 (only NaN differs)
        normal=_normal(watched, series, track),
    )


def _normal(watched: Watched, series: Series, track: Track) -> tuple[float, float, float] | None:
    """What is normal with its middle, without what lies below zero where no value does."""
    baseline = baseline_of(watched, series)
    band = band_of(baseline)
    if baseline is None or band is None:
        return None
    low = max(band[0], 0.0) if float(np.nanmin(track.value)) >= 0 else band[0]
    return low, baseline.mean, band[1]
