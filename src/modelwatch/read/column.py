"""One column of a model: how it stands, how its values lie in a chosen stretch beside the reference, and over time.

The page of a column and its pictures are drawn from it. Every status is one that was stored.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from modelwatch.catalog import Catalog
from modelwatch.domain.columns import LABEL
from modelwatch.domain.errors import UnknownName
from modelwatch.domain.instants import Window, parse_instant
from modelwatch.domain.measurement import Measurement, Status
from modelwatch.domain.metric import Metric
from modelwatch.domain.names import ModelKey
from modelwatch.domain.selection import Selection
from modelwatch.domain.slices import ALL_ROWS
from modelwatch.read import label, runs
from modelwatch.read.days import Day, days, total
from modelwatch.read.limits import Limit, band_of, baseline_of, limits_of
from modelwatch.read.period import DAYS, Period, period_of
from modelwatch.read.sheet import Sheet, Track
from modelwatch.read.runs import Run
from modelwatch.read.values import Levels, Moments, Numbers, moments, shape
from modelwatch.sketch import Sketch
from modelwatch.store import clock, incidents, profiles
from modelwatch.store.incidents import LIVE, StoredIncident
from modelwatch.store.metadata import Transaction
from modelwatch.work import Watched, load_watched
from modelwatch.work.stored import parts_of, stored

MISSING, DRIFT = "missing_share", "psi"
_ORDER = ("drift", "quality", "performance", "labels", "summary")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What the address of the page asks for; None leaves the choice to what is stored.

    `period` is the range of the time axis, `since` to `until` the selected stretch, `span` its length in windows.
    """

    period: str | None = None
    since: int | None = None
    until: int | None = None
    span: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One metric in the selected stretch.

    `limits` are the thresholds of its rules without the noise floor; `normal` is what the reference's blocks read.
    """

    metric: Metric
    measurement: Measurement
    limits: tuple[Limit, ...]
    normal: tuple[float, float] | None

    @property
    def limit(self) -> float | None:
        """What the value has to pass for the mildest verdict: the larger of threshold and noise floor."""
        if not self.limits:
            return None
        return max(self.limits[0].value, self.measurement.noise_floor or self.limits[0].value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lane:
    """One series over the windows of the time axis, with its thresholds and its noise floor."""

    metric: Metric
    span: int
    track: Track
    limits: tuple[Limit, ...]
    floor: float | None = None
    normal: tuple[float, float] | None = None

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
        The stretch that is looked at, and how many windows the metrics are measured over.
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
        return None if known is None else known.pooled.window

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
    columns = _columns(watched)
    if name not in columns:
        raise UnknownName(f"model {key.model!r} has no column {name!r}: {', '.join(columns)}")
    period = _period(tx, watched, asked)
    windows = period.windows
    selection = Selection(column=name, slice=ALL_ROWS)
    parts = parts_of(catalog, selection)
    sheet = Sheet(windows, stored(tx, watched.model_id, period.start, period.end, parts=parts, selection=selection))
    spans = watched.monitor.spans
    open_now = [each for each in incidents.listed(tx, model_id=watched.model_id, states=LIVE) if _of(each, name)]
    every = runs.runs_of(
        sheet, name, catalog, lambda series, window, value: limits_of(watched, series, window, value=value)
    )
    selected, span = _selected(watched, period, windows, sheet, asked, _told(open_now, name), every)
    steps = period.steps(windows)
    marks = [Window(windows[step[0]].start, windows[step[-1]].end) for step in steps]
    plan = None if watched.plan is None else watched.plan.columns.get(name)
    earlier, sketches = _sketches(tx, watched, name, selected, max(spans))
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
        selected=selected,
        span=span,
        earlier=earlier,
        sides=_sides(tx, watched, name, selected, sketches),
        shape=_shape(tx, watched, name, selected, sketches),
        rows=_rows(tx, watched, name, selected, span),
        drift=_lane(watched, sheet, name, *main) if main else None,
        drift_beside=_beside(watched, sheet, name, main, spans),
        missing=_lane(watched, sheet, name, MISSING, spans[0]) if plan else None,
        firing=tuple(each for each in every if each.goes_on),
        past=runs.longest([each for each in every if not each.goes_on]),
        ended=max((each.end for each in every if not each.goes_on), default=None),
        incident=open_now[0] if open_now else None,
    )


def _columns(watched: Watched) -> tuple[str, ...]:
    """The features in their order, then the model's output, then the truth if there is one."""
    known = tuple(watched.plan.columns) if watched.plan else tuple(watched.monitor.features)
    return (*known, LABEL) if label.known(watched) else known


def _period(tx: Transaction, watched: Watched, asked: Asked) -> Period:
    closed = clock.last_run(tx, watched.model_id) or watched.monitor.calendar.size
    first = profiles.first_start(tx, watched.model_id)
    reference = watched.reference
    oldest = min(each for each in (first, reference and reference.pooled.window.start, closed - 1) if each is not None)
    calendar = watched.monitor.calendar
    names = list(DAYS)
    for name in names[names.index(asked.period) :] if asked.period in DAYS else [asked.period, *names]:
        found = period_of(calendar, first=oldest, last=calendar.window_of(closed - 1).end, asked=name)
        if asked.since is None or asked.since >= found.start:
            return found
    return period_of(calendar, first=oldest, last=found.end, asked=None, since=asked.since)


def _of(incident: StoredIncident, column: str) -> bool:
    return any(each["column"] == column for each in incident.body["firing"])


def _told(open_now: Sequence[StoredIncident], column: str) -> tuple[Window, int] | None:
    """The window and span of the worst verdict on the column in an open incident, the newest of equals."""
    found = [
        (Status(each["status"]).rank, parse_instant(each["window"]["end"]), each["window"], each["span"])
        for incident in open_now
        for each in incident.body["firing"]
        if each["column"] == column
    ]
    if not found:
        return None
    _, _, window, span = max(found, key=lambda each: each[:2])
    return Window(parse_instant(window["start"]), parse_instant(window["end"])), span


def _selected(
    watched: Watched,
    period: Period,
    windows: Sequence[Window],
    sheet: Sheet,
    asked: Asked,
    told: tuple[Window, int] | None,
    every: Sequence[Run],
) -> tuple[Window, int]:
    """The stretch that is looked at: what is asked for, else where it is worst now, else at all, else the last."""
    calendar, spans = watched.monitor.calendar, watched.monitor.spans
    if asked.since is not None or asked.until is not None:
        end = calendar.window_of((asked.until or period.end) - 1).end
        start = calendar.window_of(min(asked.since if asked.since is not None else end - 1, end - 1)).start
        count = sum(1 for _ in calendar.between(start, end))
        return Window(start, end), max((span for span in spans if span <= count), default=spans[0])
    worst = runs.worst(every)
    last = windows[-1] if windows else calendar.window_of(period.end - 1)
    window, span = told or ((worst.peak, worst.series.span) if worst else (last, spans[-1]))
    if asked.span in spans:
        span = asked.span
    return calendar.trailing(window, span), span


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


def _rows(tx: Transaction, watched: Watched, name: str, selected: Window, span: int) -> tuple[Row, ...]:
    """Every metric of the column in the last window of the stretch, over the span or the one it is measured on."""
    last = watched.monitor.calendar.window_of(selected.end - 1)
    found: dict[str, Measurement] = {}
    selection = Selection(column=name, slice=ALL_ROWS)
    for of_version in stored(tx, watched.model_id, last.start, last.end, selection=selection):
        for each in of_version.measurements():
            known = found.get(each.series.metric)
            if known is None or _rank(each, span) > _rank(known, span):
                found[each.series.metric] = each
    rows = [_row(watched, each, watched.catalog) for each in found.values()]
    return tuple(sorted((row for row in rows if row), key=_weight))


def _rank(measurement: Measurement, span: int) -> tuple[bool, int, int]:
    return measurement.series.span == span, -abs(measurement.series.span - span), measurement.n


def _row(watched: Watched, measurement: Measurement, catalog: Catalog) -> Row | None:
    series = measurement.series
    if series.metric not in catalog.metrics:  # of a plugin that is gone
        return None
    return Row(
        metric=catalog.metrics.get(series.metric),
        measurement=measurement,
        limits=tuple(limits_of(watched, series, measurement.window, value=measurement.value or 0.0)),
        normal=band_of(baseline_of(watched, series)),
    )


def _weight(row: Row) -> tuple[int, bool, int]:
    family = str(row.metric.family)
    place = _ORDER.index(family) if family in _ORDER else len(_ORDER)
    return -row.measurement.status.rank if row.measurement.status.firing else 0, not row.limits, place


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
        limits=tuple(limits_of(watched, series, sheet.windows[place])),
        floor=None if floor != floor else floor,  # noqa: PLR0124 (only NaN differs)
        normal=band_of(baseline_of(watched, replace(series, version=""))),
    )
