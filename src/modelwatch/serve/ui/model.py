"""The page of one model: is it all right, what broke, since when, and all that was measured, on one axis of time.

It reads `read.model`; lanes are made in `model_lanes`, `model_scores`, `model_missing` and `model_heat`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from starlette.responses import Response

from modelwatch.domain.errors import InputError
from modelwatch.domain.instants import Window, format_instant
from modelwatch.domain.scope import Scope
from modelwatch.read.heat import HeatLine, drift_lines
from modelwatch.read.model import DRIFT, Asked, ModelView, Proposed, read_model
from modelwatch.read.period import CUSTOM, DAYS
from modelwatch.serve.endpoint import Call, Endpoint, Parameter
from modelwatch.serve.ui.canvas import Canvas, Told
from modelwatch.serve.ui.lanes import lanes_json
from modelwatch.serve.ui.model_figures import banner_of, figures
from modelwatch.serve.ui.model_heat import Heat, drift_lane, slices_lane
from modelwatch.serve.ui.model_lanes import incident_lane, latency_lane, volume_lane
from modelwatch.serve.ui.model_missing import missing_lane
from modelwatch.serve.ui.model_scores import key_lane, outcome_lane
from modelwatch.serve.ui.site import in_thread, page, segment
from modelwatch.show import digits
from modelwatch.show.charts import Chart
from modelwatch.show.charts.ground import strip
from modelwatch.show.charts.heat import PITCH
from modelwatch.show.incidents import finding
from modelwatch.show.status import State

_PHONE = "90d"


def show(call: Call) -> Response:
    """The page."""
    key, found = call.model, _read(call)
    if isinstance(found, Proposed):
        return page(call, "model_pending.html", here="fleet", key=key, proposal=found.text)
    head: dict[str, Any] = {"view": found, "key": key, "ranges": _ranges(call, found), "calm": _calm(found)}
    head["banner"] = banner_of(found)
    if found.closed is None:
        return page(call, "model_new.html", here="fleet", **head)
    canvas = Canvas(found)
    span = _span(call, found)
    drift = drift_lines(found.watched, found.sheet, DRIFT, span)
    head |= {"figures": figures(canvas, drift), **_lanes(call, canvas, drift, span)}
    return page(call, "model.html", here="fleet", **head)


def charts(call: Call) -> Sequence[Chart]:
    """Every chart of the page that the query asks for, to be sent by itself."""
    found = _read(call)
    if isinstance(found, Proposed) or found.closed is None:
        return ()
    span = _span(call, found)
    lanes = _lanes(call, Canvas(found), drift_lines(found.watched, found.sheet, DRIFT, span), span).values()
    told = [each if isinstance(each, Told) else getattr(each, "told", None) for each in lanes]
    return [each.lane.chart for each in told if each is not None]


def _read(call: Call) -> ModelView | Proposed:
    phone = "Mobi" in call.request.headers.get("user-agent", "")
    asked = Asked(range=_range(call, phone), since=call.instant("since"), until=call.instant("until"), coarse=phone)
    home = call.live.home
    now = home.now()
    with home.state.reading() as tx:
        return read_model(tx, home.catalog, call.model, now=now, asked=asked)


def _lanes(call: Call, canvas: Canvas, drift: Sequence[HeatLine], span: int) -> dict[str, Any]:
    """Every lane of the page, and what its crosshair tells."""
    view, metric = canvas.view, canvas.view.key_metric
    spans = [] if metric is None else [s.span for s in view.sheet.series if s.metric == metric.name and s.slice]
    slices = metric and spans and slices_lane(canvas, metric, max(spans), every=call.query("slices") == "all")
    missing = missing_lane(canvas)
    lanes: dict[str, Any] = {
        "incidents": incident_lane(canvas),
        "score": metric and key_lane(canvas, metric),
        "outcome": outcome_lane(canvas),
        "drift": drift_lane(canvas, drift, span, every=call.query("columns") == "all"),
        "missing": missing,
        "volume": volume_lane(canvas),
        "latency": latency_lane(canvas),
        "slices": slices or None,
    }
    told = [each.told if isinstance(each, Heat) else each for each in (*lanes.values(), missing.told)]
    readouts = {each.lane.name: each.readouts for each in told if isinstance(each, Told) and each.readouts}
    readouts |= _titles(canvas, lanes)
    return {
        **lanes,
        "canvas": canvas,
        "strip": strip(canvas.ground),
        "foot": strip(canvas.ground, name="time-again"),
        "zone": _zone(canvas.axis.zone),
        "crosshair": lanes_json(canvas.axis, canvas.windows, readouts),
        "pitch": PITCH,
        "spans": [(each, canvas.span(each), _url(call, span=str(each))) for each in view.spans],
        "span": span,
        "all_columns": _url(call, columns="all"),
        "all_slices": _url(call, slices="all"),
    }


def _titles(canvas: Canvas, lanes: Mapping[str, Any]) -> dict[str, list[list[str]]]:
    """The titles of read-outs whose lines are rows: they tell which window is meant."""
    cells = [canvas.cell_names[cell] for cell in canvas.cell_of]
    found = {"drift-title": [[f"PSI, {name}"] for name in cells], "time": [[name] for name in canvas.names]}
    if lanes["slices"] is not None:
        found["slices-title"] = [[name] for name in cells]
    if lanes["missing"].told is not None:
        found["missing-title"] = found["time"]
    return found


def _range(call: Call, phone: bool) -> str | None:
    """The range that is asked for; a phone has room for 90 days."""
    asked = call.query("range")
    if phone and asked is None and call.query("since") is None and call.query("until") is None:
        return _PHONE
    return asked


def _span(call: Call, view: ModelView) -> int:
    """The span of the drift map: the one asked for, or the longest that was measured.

    Raises
    ------
    InputError
        If the monitor has no such span.
    """
    asked = call.query("span")
    if asked is None:
        return view.spans[-1]
    if asked not in map(str, view.watched.monitor.spans):
        raise InputError(f"span={asked!r} is none of the model's: {', '.join(map(str, view.watched.monitor.spans))}")
    return int(asked)


def _ranges(call: Call, view: ModelView) -> dict[str, Any]:
    """The links of the range selector, the neighbours of the period, and the dates of a stretch of one's own."""
    period = view.period
    names = list(DAYS)
    at = names.index(period.name) if period.name in names else None
    links = [
        (name, f"{DAYS[name]}\u00a0d" if DAYS[name] < 365 else "1\u00a0y", _url(call, range=name)) for name in names
    ]
    length = period.end - period.start
    earlier = _stretch(call, Window(period.start - length, period.start))
    later = (
        _stretch(call, Window(period.end, period.end + length)) if period.end + length <= view.now + length // 2 else ""
    )
    return {
        "links": links,
        "chosen": period.name,
        "shorter": "" if not at else links[at - 1][2],
        "longer": "" if at is None or at + 1 == len(names) else links[at + 1][2],
        "earlier": earlier,
        "later": later,
        "since": f"{digits.local(period.start, period.calendar.timezone):%Y-%m-%d}",
        "until": f"{digits.local(period.end - 1, period.calendar.timezone):%Y-%m-%d}",
        "custom": period.name == CUSTOM,
    }


def _stretch(call: Call, window: Window) -> str:
    return _url(call, since=format_instant(window.start), until=format_instant(window.end))


def _url(call: Call, **changed: str) -> str:
    """The same page with some fields of its query changed; a range and a stretch of one's own exclude each other."""
    kept = dict(call.request.query_params)
    if changed.keys() & {"range", "since", "until"}:
        kept = {name: value for name, value in kept.items() if name not in ("range", "since", "until")}
    return f"/models/{segment(call.model.model)}?{urlencode({**kept, **changed})}"


def _calm(view: ModelView) -> str:
    """The one line that stands where nothing is open."""
    if view.state is not State.OK:
        return ""
    if view.ended is None or view.ended.resolved is None:
        return "All right. No incident so far."
    quiet = digits.duration(max(view.now - view.ended.resolved, 0))
    return f"All right for {quiet}. Last incident: {finding(view.ended.title)}"


def _zone(name: str) -> str:
    """A time zone as a caption has room for it."""
    return name if name == "UTC" else name.rpartition("/")[2].replace("_", " ")


ENDPOINTS = (
    Endpoint(
        method="GET",
        path="/models/{model}",
        scope=Scope.READ,
        summary="One model over time",
        handler=in_thread(show),
        parameters=(
            Parameter("env", "environment of the model; prod if left out"),
            Parameter("range", "7d, 28d, 90d or 1y"),
            Parameter("since", "start of a stretch of one's own"),
            Parameter("until", "its end"),
            Parameter("span", "windows of the drift map"),
            Parameter("columns", "all: every row of the drift map"),
            Parameter("slices", "all: every slice"),
        ),
        page=True,
    ),
)
