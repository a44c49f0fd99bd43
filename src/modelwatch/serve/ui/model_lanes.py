"""The lanes of a model's page: each takes series of the read model and makes a chart, its keys and its read-outs.

`model` puts them in order; the charts themselves are made in `show`.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from modelwatch.read.limits import limits_of
from modelwatch.read.model import LATENCIES, ROWS
from modelwatch.read.sheet import Track
from modelwatch.serve.ui.canvas import Canvas, Told, state_told
from modelwatch.serve.ui.lanes import Drawn, Key, Lane
from modelwatch.serve.ui.model_scores import named_limits
from modelwatch.show import digits
from modelwatch.show.charts import Telling
from modelwatch.show.charts.bars import Bar, bars
from modelwatch.show.charts.events import Happened, Span, events
from modelwatch.show.charts.scale import Scale, ceiling_of, rounded
from modelwatch.show.charts.series import Line, Series, series
from modelwatch.show.incidents import finding
from modelwatch.show.status import STATES, State

_KEYS: dict[State, Drawn] = {State.CRITICAL: "critical", State.WARNING: "warning", State.NODATA: "nodata"}


def incident_lane(canvas: Canvas) -> Told:
    """Incidents as icons and bars, events as diamonds."""
    view, zone = canvas.view, canvas.axis.zone
    spans = [
        Span(
            each.start,
            each.end,
            f"{kind_told(each.kind)}: {finding(each.title)}",
            each.state,
            href=f"/incidents/{each.id}",
            short=kind_told(each.kind),
        )
        for each in view.spells
    ]
    happened = [
        Happened(each.at, each.note or each.kind, "deployment" if each.kind == "deployment" else "other")
        for each in view.events
    ]
    rows = [
        {
            "since": digits.moment(each.start, zone),
            "until": "open" if each.end is None else digits.moment(each.end, zone),
            "severity": STATES[each.state].word,
            "what": f"{kind_told(each.kind)}: {each.title}",
        }
        for each in view.spells
    ]
    rows += [{"since": digits.moment(e.at, zone), "what": e.note or e.kind, "severity": e.kind} for e in view.events]
    resolved = len({each.id for each in view.spells} - {each.id for each in view.live})
    telling = Telling(
        name="incidents",
        says=f"Incidents and events: {len(view.live)} open, {resolved} resolved, {len(happened)} events.",
        columns={"since": "Since", "until": "Until", "severity": "Severity", "what": "What"},
        rows=rows,
    )
    seen = {span.state for span in spans}
    lane = Lane(
        name="incidents",
        title="Incidents",
        under="and events" if happened else "",
        chart=events(telling, spans, happened, ground=canvas.ground),
        keys=[Key(drawn, str(state)) for state, drawn in _KEYS.items() if state in seen],
        readout=[f"{len(view.live)} open" if view.live else "None open", f"{resolved} resolved in this range"],
    )
    return Told(lane)


def volume_lane(canvas: Canvas) -> Told:
    """Predictions by window, those of the reference too; a window without any has a mark of its own."""
    view = canvas.view
    track, reference = view.sheet.track(ROWS), view.watched.reference
    first = int(np.flatnonzero(track.measured)[0]) if track.measured.any() else len(view.windows)
    drawn = [
        Bar(window.start, window.end, *_rows_of(track, step))
        for window, step in zip(canvas.windows, canvas.steps, strict=True)
        if step.start >= first
    ]
    calendar = view.period.calendar
    known: Mapping[int, int] = {} if reference is None else reference.rows
    before = [Bar(start, calendar.window_of(start).end, float(n)) for start, n in sorted(known.items())]
    if len(canvas.steps) == len(view.windows):
        drawn = [*(each for each in before if not drawn or each.end <= drawn[0].start), *drawn]
    ceiling = ceiling_of(each.value for each in drawn)
    readouts = [
        [digits.count(None if bar[0] is None else round(bar[0])), name]
        for bar, name in zip((_rows_of(track, step) for step in canvas.steps), canvas.names, strict=True)
    ]
    last = canvas.step(len(view.windows) - 1)
    usual = [] if view.usual_rows is None else [f"usual {digits.count(round(view.usual_rows))}"]
    telling = Telling(
        name="volume",
        says=f"Predictions: {readouts[last][0]} on {canvas.latest}.",
        columns={"window": "Window", "rows": "Predictions"},
        rows=canvas.rows(rows=[_rows_of(track, step)[0] for step in canvas.steps]),
    )
    chart = bars(telling, [drawn], ground=canvas.ground, ceiling=(ceiling, digits.count(round(ceiling))), pitch=60)
    lane = Lane(
        name="volume",
        title="Predictions",
        under=f"per {canvas.unit}",
        chart=chart,
        readout=[*readouts[last], *usual],
    )
    return Told(lane, readouts)


def latency_lane(canvas: Canvas) -> Told | None:
    """Percentiles of the time an answer took; None where it is not logged."""
    view = canvas.view
    tracks = [view.sheet.track(name) for name in LATENCIES]
    if all(track.last is None for track in tracks):
        return None
    points = [canvas.points(track) for track in tracks]
    named = view.series(LATENCIES[1])
    limits = limits_of(view.watched, named, view.windows[-1])
    values = [p.value for each in points for p in each]
    scale = Scale.of([*values, *(each.value for each in limits[:1])], zero=True)
    roles = zip(points, ("other", "current", "other"), (True, False, True), strict=True)
    shown = Series(
        scale=scale,
        lines=[Line(each, role, thin) for each, role, thin in roles],  # type: ignore[arg-type]
        limits=named_limits(limits, None, scale, digits.metric, "p95 "),
    )
    readouts = [
        [
            f"{digits.metric(tracks[1].at(step.stop - 1))} ms p95",
            name,
            f"p99 {digits.metric(tracks[2].at(step.stop - 1))} ms",
        ]
        for step, name in zip(canvas.steps, canvas.names, strict=True)
    ]
    last = canvas.step(max(track.last or 0 for track in tracks))
    telling = Telling(
        name="latency",
        says=f"Latency: {', '.join(readouts[last])}.",
        columns={"window": "Window", "p50": "p50, ms", "p95": "p95, ms", "p99": "p99, ms"},
        rows=canvas.rows(
            **{f"p{n}": [rounded(p.value, 3) for p in each] for n, each in zip((50, 95, 99), points, strict=True)}
        ),
    )
    lane = Lane(
        name="latency",
        title="Latency",
        under="ms",
        chart=series(telling, shown, ground=canvas.ground, height=84),
        keys=[Key("line", "p95"), Key("label-thin", "p50, p99")],
        readout=readouts[last],
    )
    return Told(lane, readouts)


def kind_told(kind: str) -> str:
    """A kind of incident in words.

    Examples
    --------
    >>> kind_told("data_fault")
    'Data fault'
    """
    return str(kind).replace("_", " ").capitalize()


def _rows_of(track: Track, step: range) -> tuple[float | None, State]:
    """The rows of some windows, and the worst state that their number had; None if nothing was counted."""
    places = [place for place in step if track.measured[place]]
    if not places:
        return None, State.NODATA
    worst = max((track.status_at(place) for place in places), key=lambda status: status.rank)
    return float(sum(track.at(place) or 0.0 for place in places)), state_told(worst)
