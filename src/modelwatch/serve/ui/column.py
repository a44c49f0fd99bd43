"""The page of a column: is it all right, how do its values lie beside the reference, and since when.

It reads `read.column`; the selected stretch, the range and the form of the distribution are all in its address.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from markupsafe import Markup
from starlette.responses import Response

from modelwatch.domain.errors import InputError
from modelwatch.domain.instants import Window, format_instant
from modelwatch.domain.measurement import Status
from modelwatch.domain.scope import Scope
from modelwatch.read.column import Asked, ColumnView, Row, column_view
from modelwatch.read.period import DAYS
from modelwatch.read.runs import Run
from modelwatch.read.values import Levels, Moments, Numbers
from modelwatch.serve.endpoint import Call, Endpoint
from modelwatch.serve.ui.column_charts import VIEWS, Canvas, state_of
from modelwatch.serve.ui.lanes import lanes_json
from modelwatch.serve.ui.site import data_json, in_thread, page, segment
from modelwatch.show import column as words
from modelwatch.show import digits
from modelwatch.show.charts import Chart
from modelwatch.show.charts.bullet import Bullet, bullet
from modelwatch.show.incidents import finding
from modelwatch.show.status import State

SHOWN = 9
"""Metrics that are listed without being asked for; those that fire always are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One metric as a row of the table; `why` stands where there is no value."""

    row: Row
    title: str
    value: str
    floor: str
    threshold: str
    bullet: Bullet
    state: State | None
    word: str
    why: str
    over: str


def show(call: Call) -> Response:
    """The page."""
    view, form = _read(call)
    canvas = Canvas(view, form)
    lines = [_line(row, view) for row in view.rows]
    shown = max(SHOWN, sum(line.state in (State.CRITICAL, State.WARNING) for line in lines))
    told = [each for each in (canvas.values, canvas.drift, canvas.missing) if each is not None]
    env = call.query("env")
    url = _links(call, view, form)
    return page(
        call,
        "column.html",
        here="fleet",
        view=view,
        canvas=canvas,
        form=form,
        forms=_forms(view),
        state=_state(view),
        banner=_banner(view),
        lines=lines[:shown],
        folded=lines[shown:],
        table=_table(view, canvas),
        told=told,
        provisional=any(row.measurement.provisional for row in view.rows),
        lanes_data=_lanes_data(canvas, told),
        bounds=data_json([(window.start // 1000, window.end // 1000) for window in canvas.marks]),
        url=url,
        column_url=lambda name: f"{_path(view, name)}{_query({'env': env, 'range': call.query('range')})}",
        model_url=f"/models/{segment(view.watched.key.model)}{_query({'env': env})}",
        ranges=(ranges := list(DAYS)),
        shorter=_beside(ranges, view.period.name, -1),
        longer=_beside(ranges, view.period.name, 1),
        selected=canvas.named(view.selected),
        gained=_named(view.shape.gained) if isinstance(view.shape, Levels) else "",
        lost=_named(view.shape.lost) if isinstance(view.shape, Levels) else "",
        spans=[(span, words.length(span * view.period.calendar.size)) for span in view.watched.monitor.spans],
        incident="" if view.incident is None else finding(view.incident.body["title"]),
    )


def charts(call: Call) -> Sequence[Chart]:
    """Every chart of the page that the query asks for, to be sent by itself."""
    return Canvas(*_read(call)).charts


def _read(call: Call) -> tuple[ColumnView, str]:
    form = call.query("view") or "density"
    if form not in VIEWS:
        raise InputError(f"view={form!r} is no view of a distribution: use one of {', '.join(VIEWS)}")
    span = call.query("span")
    asked = Asked(
        period=call.query("range"),
        since=call.instant("since"),
        until=call.instant("until"),
        span=None if span is None else call.whole("span", 1, low=1, high=10_000),
    )
    home = call.live.home
    name = call.request.path_params.get("column") or call.query("column") or ""
    with home.state.reading() as tx:
        return column_view(tx, home.catalog, call.model, name, asked), form


def _state(view: ColumnView) -> State:
    """How the column stands: by what fires now, else whether the last window had any values at all."""
    if view.firing:
        return state_of(view.firing[0].status)
    if not view.windows:
        return State.PENDING
    if view.days and not view.days[-1].values.n:
        return State.NODATA
    return State.OK


def _banner(view: ColumnView) -> dict[str, Any]:
    """One sentence with the finding, and one line of proof."""
    zone, now = view.period.calendar.timezone, view.period.end - 1
    proof: list[str] = []
    state = _state(view)
    if view.firing:
        found = [_past(view, each) for each in view.firing]
        says = words.found(found, zone, now)
        proof.append(words.since(found, zone, now))
    elif state is State.NODATA:
        says = f"No values in the last window, {digits.day(now, zone)}"
    elif state is State.PENDING:
        says = "Not checked yet: no window has closed"
    elif view.ended is not None:
        says = f"Within its limits since {digits.day(view.ended, zone, beside=now)}"
    else:
        says = f"Within its limits in all {len(view.windows)} windows of this range"
    if view.past is not None:
        proof.append(words.before(_past(view, view.past), zone, now))
    return {"says": says, "proof": " ".join(proof), "state": state}


def _past(view: ColumnView, run: Run) -> words.Past:
    return words.Past(
        metric=run.metric,
        value=run.last if run.goes_on else run.value,
        limit=run.limit,
        start=run.start,
        end=run.end,
        span=run.series.span * view.period.calendar.size,
    )


def _line(row: Row, view: ColumnView) -> Line:
    measurement, write = row.measurement, words.written(row.metric)
    limits = [each.value for each in row.limits]
    status = measurement.status
    ruled = bool(row.limits)
    state = state_of(status) if status.firing or (ruled and status is Status.OK) else None
    other = measurement.series.span != view.span
    return Line(
        row=row,
        title=words.short(row.metric),
        value=write(measurement.value),
        floor=write(measurement.noise_floor) if measurement.noise_floor is not None else digits.NOTHING,
        threshold=" / ".join(write(each) for each in limits),
        bullet=bullet(measurement.value, floor=measurement.noise_floor, limits=limits[:1], normal=_within(row)),
        state=state,
        word="" if ruled else "no rule",
        why=measurement.reason or "",
        over=words.length(measurement.series.span * view.period.calendar.size) if other else "",
    )


def _within(row: Row) -> tuple[float, float] | None:
    """What is normal, as far as the metric can go."""
    if row.normal is None:
        return None
    low, high = row.metric.range
    return min(max(row.normal[0], low), high), min(max(row.normal[1], low), high)


def _forms(view: ColumnView) -> dict[str, str]:
    if not isinstance(view.shape, Numbers):
        return {}
    return VIEWS if view.shape.deciles else {name: told for name, told in VIEWS.items() if name != "deciles"}


def _table(view: ColumnView, canvas: Canvas) -> dict[str, Any]:
    """The moments as columns and rows, of what the column has."""
    sides = view.sides
    names = {"reference": "Reference", "current": canvas.named(view.selected)}
    if view.earlier is not None:
        names["earlier"] = canvas.named(view.earlier)
    numeric = any(side.quantiles for side in sides.values())
    cells: list[tuple[str, Callable[[Moments], str]]] = [("Rows", lambda each: digits.count(each.rows or None))]
    if numeric or view.role == "label":
        cells.append(("Mean", lambda each: digits.metric(each.mean)))
    if numeric:
        cells += [
            ("5 %", lambda each: digits.metric(_at(each, 0))),
            ("Median", lambda each: digits.metric(_at(each, 2))),
            ("95 %", lambda each: digits.metric(_at(each, 4))),
            ("Min", lambda each: digits.metric(each.minimum)),
            ("Max", lambda each: digits.metric(each.maximum)),
        ]
    if view.kind in ("categorical", "boolean"):
        cells.append(("Levels", lambda each: digits.count(None if each.distinct is None else round(each.distinct))))
    cells.append(("No label" if view.role == "label" else "Missing", lambda each: digits.share(each.missing_share)))
    if isinstance(view.shape, Numbers):
        cells.append(("Beyond range", lambda each: digits.share(each.beyond)))
    elif view.kind in ("categorical", "boolean"):
        cells.append(("Unseen", lambda each: digits.share(each.over)))
    return {
        "columns": [title for title, _ in cells],
        "rows": [(names[side], side, [write(each) for _, write in cells]) for side, each in sides.items()],
    }


def _beside(names: Sequence[str], name: str, step: int) -> str | None:
    """The range before or after one of them."""
    place = names.index(name) + step if name in names else -1
    return names[place] if 0 <= place < len(names) else None


def _at(side: Moments, place: int) -> float | None:
    return side.quantiles[place] if side.quantiles else None


def _lanes_data(canvas: Canvas, told: Sequence[Any]) -> Markup:
    times = [[canvas.named(window)] for window in canvas.marks]
    return lanes_json(canvas.axis, canvas.marks, {"time": times, **{each.lane.name: each.readouts for each in told}})


def _path(view: ColumnView, name: str) -> str:
    return f"/models/{segment(view.watched.key.model)}/columns/{segment(name)}"


def _links(call: Call, view: ColumnView, form: str) -> Callable[..., str]:
    """Addresses of this page with something changed; what is None is left out, and the rest stays."""
    now = {name: call.query(name) for name in ("env", "range", "since", "until", "span")}
    now["view"] = None if form == "density" else form

    def url(window: Window | None = None, **changed: Any) -> str:
        if window is not None:
            told = {"since": format_instant(window.start), "until": format_instant(window.end), "span": None}
            changed = {**told, **changed}
        return _path(view, view.name) + _query({**now, **changed})

    return url


def _query(fields: dict[str, Any]) -> str:
    given = {name: value for name, value in fields.items() if value not in (None, "")}
    return f"?{urlencode(given)}" if given else ""


def _named(found: Sequence[tuple[str, float]], most: int = 5) -> str:
    """Levels with their shares."""
    told = [f"{name} ({digits.share(part)})" for name, part in found[:most]]
    return ", ".join(told) + (f" and {len(found) - most} more" if len(found) > most else "")


ENDPOINTS = (
    Endpoint(
        method="GET",
        path="/models/{model}/columns/{column:path}",
        scope=Scope.READ,
        summary="The page of a column",
        handler=in_thread(show),
        page=True,
    ),
)
