"""The page of a column: is it all right, how do its values lie beside the reference, and since when.

It reads `read.column`; the selected stretch, the range and the form of the distribution are all in its address.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from markupsafe import Markup
from starlette.responses import Response

from modelwatch.domain.errors import InputError
from modelwatch.domain.instants import DAY, Window, format_instant
from modelwatch.domain.scope import Scope
from modelwatch.read.chosen import Asked
from modelwatch.read.column import ColumnView, column_view
from modelwatch.read.period import DAYS
from modelwatch.read.runs import Run
from modelwatch.read.values import Levels, Numbers
from modelwatch.serve.endpoint import Call, Endpoint
from modelwatch.serve.ui.canvas import Told, state_told
from modelwatch.serve.ui.column_canvas import FORMS, ColumnCanvas
from modelwatch.serve.ui.column_lanes import drift_lane, missing_lane
from modelwatch.serve.ui.column_shape import distribution
from modelwatch.serve.ui.column_table import metric_lines, moments_table
from modelwatch.serve.ui.column_values import values_lane
from modelwatch.serve.ui.lanes import lanes_json
from modelwatch.serve.ui.site import data_json, in_thread, page, segment
from modelwatch.show import column as words
from modelwatch.show import digits
from modelwatch.show.charts import Chart
from modelwatch.show.charts.ground import strip
from modelwatch.show.incidents import finding
from modelwatch.show.status import State

SHOWN = 9
"""Metrics that are listed without being asked for; those that fire always are."""
_PHONE = "90d"  # what a phone has room for
_NAMED = 5  # levels that are told by name


@dataclass(frozen=True, slots=True)
class _Banner:
    """One sentence with the finding, and one line of proof."""

    state: State
    says: str
    proof: str


@dataclass(frozen=True, slots=True)
class _Range:
    """A range of the time axis: the key that goes to it, and whether the selected stretch lies in it."""

    name: str
    says: str
    chosen: bool
    key: str
    holds: bool


def show(call: Call) -> Response:
    """The page."""
    view, form = _read(call)
    canvas = ColumnCanvas(view, form)
    lines, lanes, banner = metric_lines(canvas), _lanes(canvas), _banner(view)
    shown = max(SHOWN, sum(line.past for line in lines))
    levels = view.shape if isinstance(view.shape, Levels) else None
    return page(
        call,
        "column.html",
        here="fleet",
        view=view,
        canvas=canvas,
        chart=distribution(canvas),
        forms=_forms(view),
        banner=banner,
        incident="" if view.incident is None else finding(view.incident.body["title"]),
        lines=lines[:shown],
        folded=lines[shown:],
        provisional=any(row.measurement.provisional for row in view.rows),
        table=moments_table(canvas),
        gained=_named(levels.gained) if levels else "",
        lost=_named(levels.lost) if levels else "",
        strip=strip(canvas.ground),
        lanes=lanes,
        lanes_data=_lanes_data(canvas, lanes),
        bounds=data_json([(window.start // 1000, window.end // 1000) for window in canvas.marks]),
        url=_links(call, view, form),
        column_url=_neighbours(call, view),
        model_url=f"/models/{segment(view.watched.key.model)}{_query({'env': call.query('env')})}",
        ranges=_ranges(view),
    )


def charts(call: Call) -> Sequence[Chart]:
    """Every chart of the page that the query asks for, to be sent by itself."""
    canvas = ColumnCanvas(*_read(call))
    first = distribution(canvas)
    return [*([first] if first else []), *(told.lane.chart for told in _lanes(canvas))]


def _read(call: Call) -> tuple[ColumnView, str]:
    form = call.query("view") or "density"
    if form not in FORMS:
        raise InputError(f"view={form!r} is no form of a distribution: use one of {', '.join(FORMS)}")
    asked = Asked(
        period=call.query("range") or (_PHONE if "Mobi" in call.request.headers.get("user-agent", "") else None),
        since=call.instant("since"),
        until=call.instant("until"),
        span=call.whole("span", 0, low=0, high=10_000) or None,
    )
    home = call.live.home
    name = call.request.path_params.get("column") or call.query("column") or ""
    with home.state.reading() as tx:
        return column_view(tx, home.catalog, call.model, name, asked), form


def _lanes(canvas: ColumnCanvas) -> list[Told]:
    return [each for each in (values_lane(canvas), drift_lane(canvas), missing_lane(canvas)) if each is not None]


def _state(view: ColumnView) -> State:
    """How the column stands: by what fires now, else whether the last window had any values at all."""
    if view.firing:
        return state_told(view.firing[0].status)
    if not view.windows or not view.rows:
        return State.PENDING
    if view.days and not view.days[-1].values.n:
        return State.NODATA
    return State.OK


def _banner(view: ColumnView) -> _Banner:
    zone, now, state = view.period.calendar.timezone, view.period.end - 1, _state(view)
    proof: list[str] = []
    if view.firing:
        firing = [_past(view, each) for each in view.firing]
        says = words.found(firing, zone, now)
        proof.append(words.since(firing, zone, now))
    elif state is State.NODATA:
        says = f"No values in the last window, {digits.day(now, zone)}"
    elif state is State.PENDING:
        says = "Not checked yet: nothing was measured of it"
    else:
        begun = next((day.window.start for day in view.days if day.values.rows), view.period.start)
        since = begun if view.ended is None else view.ended
        says = f"Within its limits since {digits.day(since, zone, beside=now)}"
    if view.past is not None:
        proof.append(words.before(_past(view, view.past), zone, now))
    return _Banner(state, says, " ".join(proof))


def _past(view: ColumnView, run: Run) -> words.Past:
    return words.Past(
        metric=run.metric,
        value=run.last if run.goes_on else run.value,
        limit=run.limit,
        start=run.start,
        end=run.end,
        span=run.series.span * view.period.calendar.size,
    )


def _forms(view: ColumnView) -> dict[str, str]:
    if not isinstance(view.shape, Numbers):
        return {}
    return {name: told for name, told in FORMS.items() if name != "deciles" or view.shape.deciles}


def _ranges(view: ColumnView) -> list[_Range]:
    names, chosen = list(DAYS), view.period.name
    at = names.index(chosen) if chosen in DAYS else -2
    keys = {at - 1: "-", at + 1: "+"}
    return [
        _Range(
            name,
            f"{name[:-1]}{digits.HARD_SPACE}{name[-1]}",
            chosen=place == at,
            key=keys.get(place, ""),
            holds=view.period.end - DAYS[name] * DAY <= view.selected.start,
        )
        for place, name in enumerate(names)
    ]


def _lanes_data(canvas: ColumnCanvas, lanes: Sequence[Told]) -> Markup:
    times = [[canvas.named(window)] for window in canvas.marks]
    return lanes_json(canvas.axis, canvas.marks, {"time": times, **{each.lane.name: each.readouts for each in lanes}})


def _named(found: Sequence[tuple[str, float]]) -> str:
    """Levels with their shares."""
    told = [f"{name} ({digits.share(part)})" for name, part in found[:_NAMED]]
    return ", ".join(told) + (f" and {len(found) - _NAMED} more" if len(found) > _NAMED else "")


def _links(call: Call, view: ColumnView, form: str) -> Callable[..., str]:
    """Addresses of this page with something changed; what is None is left out, and the rest stays."""
    now = {name: call.query(name) for name in ("env", "range", "since", "until", "span")}
    now["view"] = None if form == "density" else form

    def url(window: Window | None = None, **changed: Any) -> str:
        if window is not None:
            changed |= {"since": format_instant(window.start), "until": format_instant(window.end), "span": None}
        return _path(view, view.name) + _query({**now, **changed})

    return url


def _neighbours(call: Call, view: ColumnView) -> Callable[[str], str]:
    """The address of another column of the model, on the same time axis."""
    kept = _query({"env": call.query("env"), "range": call.query("range")})
    return lambda name: _path(view, name) + kept


def _path(view: ColumnView, name: str) -> str:
    return f"/models/{segment(view.watched.key.model)}/columns/{segment(name)}"


def _query(fields: Mapping[str, Any]) -> str:
    given = {name: value for name, value in fields.items() if value not in (None, "")}
    return f"?{urlencode(given)}" if given else ""


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
