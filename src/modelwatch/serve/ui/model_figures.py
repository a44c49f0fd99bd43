"""The six figures at the head of a model's page, each with its yardstick, and the words of its banner.

All of them are read from the same series as the lanes below.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from modelwatch.domain.columns import Task
from modelwatch.domain.incident import State as Stage
from modelwatch.domain.instants import DAY, parse_instant
from modelwatch.domain.metric import Metric
from modelwatch.read.heat import MISSING, HeatLine
from modelwatch.read.limits import band_of, baseline_of, limits_of
from modelwatch.read.model import BIAS, LABELLED, PENDING, PREDICTED, ROWS, ModelView
from modelwatch.read.sheet import Track
from modelwatch.serve.ui.canvas import Canvas
from modelwatch.serve.ui.model_lanes import kind_told
from modelwatch.show import digits
from modelwatch.show.incidents import finding
from modelwatch.show.status import State, state_of


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure: what it is, its value, a second one beside it, and what it is held against."""

    title: str
    value: str
    beside: str = ""
    yardstick: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Banner:
    """The worst open incident in a sentence and a line of proof.

    `proof` holds its parts, of which the first action is last; `tags` are the words on top of its state.
    """

    state: State
    id: int
    says: str
    since: int
    proof: Sequence[tuple[str, str]]
    tags: Sequence[str]
    acknowledged: bool
    more: int


def banner_of(view: ModelView) -> Banner | None:
    """The banner, None while nothing is open."""
    lead = view.lead
    if lead is None:
        return None
    body: dict[str, Any] = lead.body
    cause, window = body["cause"], body["again"] or body["window"]
    impact = cause["impact"]
    proof: list[tuple[str, str]] = []
    if impact.get("rows_affected") is not None and impact.get("predictions"):
        touched, all_rows = (digits.count(int(impact[name])) for name in ("rows_affected", "predictions"))
        proof.append(("", f"{touched} of {all_rows} predictions"))
    proof.append(("Cause", kind_told(cause["kind"]).lower()))
    if cause["first_action"]:
        proof.append(("First", cause["first_action"]))
    said = [moment for moment in body["timeline"] if moment["who"] != "modelwatch"]
    tags = [f"acknowledged by {each['who']}" for each in said if each["text"].startswith("acknowledged")][-1:]
    tags += [each["text"] for each in said if each["text"].startswith("silenced")][-1:]
    return Banner(
        state=state_of(lead.severity, body["firing"]),
        id=lead.id,
        says=finding(body["title"]),
        since=parse_instant(window["start"]),
        proof=proof,
        tags=tags,
        acknowledged=lead.state is Stage.ACKNOWLEDGED,
        more=len(view.live) - 1,
    )


def figures(canvas: Canvas, drift: Sequence[HeatLine]) -> list[Figure]:
    """The figures, most telling first; a task without performance has others in their place."""
    metric = canvas.view.key_metric
    scored = [] if metric is None else [*_scores(canvas, metric), _outcome(canvas)]
    rest = [_drifted(drift), _volume(canvas)]
    if metric is None:
        return [*rest, _mean(canvas), _missing(canvas), _oldest(canvas)]
    return [*scored, *rest, _pending(canvas)]


def _scores(canvas: Canvas, metric: Metric) -> list[Figure]:
    """The newest single window, and the longest span, or what is estimated while there are no labels."""
    view = canvas.view
    named = [s for s in view.sheet.series if s.metric in (metric.name, f"estimated_{metric.name}") and not s.slice]
    tracks = [(s, view.sheet.track(s.metric, s.column, span=s.span)) for s in named]
    known = [(s, track, track.last) for s, track in tracks if track.last is not None]
    if not known:
        wait = digits.duration(view.watched.monitor.outcome.expected)
        return [Figure(metric.title, digits.NOTHING, "no labels yet", f"labels are due within {wait}")]
    spans = {s.span: (s, track, place) for s, track, place in known if s.metric == metric.name}
    estimate = [each for each in known if each[0].metric != metric.name][-1:]
    chosen = [(spans[span], False) for span in dict.fromkeys((min(spans, default=0), max(spans, default=0))) if spans]
    found: list[Figure] = []
    for (series, track, place), estimated in [*chosen[: 2 - len(estimate)], *((each, True) for each in estimate)]:
        interval = track.interval(place)
        window = canvas.named(view.windows[place])
        title = f"{metric.title}, {window if series.span == 1 else canvas.span(series.span)}"
        beside = "" if interval is None else f"{digits.metric(interval[0])} to {digits.metric(interval[1])}"
        found.append(
            Figure(
                f"Estimated {title}" if estimated else title,
                digits.metric(track.at(place)),
                beside,
                _against(view, metric, series.span, track.at(place) or 0.0),
            )
        )
    return found


def _against(view: ModelView, metric: Metric, span: int, value: float) -> str:
    """A score beside what it reads in the reference, and the nearest limit on its bad side."""
    series = view.series(metric.name, span)
    baseline = baseline_of(view.watched, series)
    band = band_of(baseline)
    if baseline is None:
        return "no reference"
    if band is None:
        return f"reference {digits.metric(baseline.mean)}"
    where = "inside" if band[0] <= value <= band[1] else "below" if value < band[0] else "above"
    low = max(band[0], metric.range[0])
    return f"{where} reference {digits.metric(low)} to {digits.metric(min(band[1], metric.range[1]))}"


def _outcome(canvas: Canvas) -> Figure:
    """The mean output against the mean label of the newest window that has labels."""
    view = canvas.view
    predicted, labelled, bias = (
        view.sheet.track(name, view.series(name).column) for name in (PREDICTED, LABELLED, BIAS)
    )
    share = view.watched.monitor.task is Task.BINARY
    written = digits.share if share else digits.metric
    what = "Mean score" if share else "Mean prediction"
    place = labelled.last
    if place is None:
        value = written(None if predicted.last is None else predicted.at(predicted.last))
        return Figure(what, value, "", "no labels yet to hold it against")
    off = bias.at(place)
    limits = limits_of(view.watched, view.series(BIAS), view.windows[place], value=off or 0.0)
    nearest = min((abs(each.value) for each in limits), default=None)
    yardstick = "" if off is None else f"bias {digits.metric(off, signed=True)}"
    if nearest is not None and yardstick:
        yardstick += f", limit {digits.metric(nearest)}"
    title = f"{what} / label, {canvas.named(view.windows[place])}"
    return Figure(title, written(predicted.at(place)), f"/ {written(labelled.at(place))}", yardstick)


def _drifted(lines: Sequence[HeatLine]) -> Figure:
    """How many columns are past their limit now, and how many were in the range."""
    computed = [line for line in lines if line.computed]
    if not computed:
        return Figure("Past their drift limit", digits.NOTHING, "", "nothing to compare with yet")
    now = sum(line.now.firing for line in computed)
    ever = sum(line.peak > 1 for line in computed)
    return Figure("Past their drift limit", digits.count(now), f"of {len(computed)}", f"{ever} in this range")


def _volume(canvas: Canvas) -> Figure:
    view = canvas.view
    track, title = view.sheet.track(ROWS), f"Predictions, {canvas.latest}"
    place = len(view.windows) - 1
    if not track.measured.size or not track.measured[place]:
        return Figure(title, digits.NOTHING, "", "the window is not closed yet")
    rows = track.at(place) or 0.0
    if not view.usual_rows:
        return Figure(title, digits.count(round(rows)), "", "no earlier week to hold it against")
    weekday = "earlier weeks" if view.period.calendar.size != DAY else f"earlier {_weekday(canvas)}s"
    return Figure(
        title, digits.count(round(rows)), "", f"{digits.share(rows / view.usual_rows - 1, signed=True)} on {weekday}"
    )


def _weekday(canvas: Canvas) -> str:
    window = canvas.view.windows[-1]
    return f"{digits.local((window.start + window.end) // 2, canvas.axis.zone):%A}"


def _pending(canvas: Canvas) -> Figure:
    """The share of the newest window's predictions that have no label yet."""
    view = canvas.view
    track = view.sheet.track(PENDING)
    place = track.last
    wait = digits.duration(view.watched.monitor.outcome.expected)
    if place is None:
        return Figure("Labels pending", digits.NOTHING, "", f"due within {wait}")
    share, n = track.at(place) or 0.0, int(track.n[place])
    title = f"Labels pending, {canvas.named(view.windows[place])}"
    return Figure(
        title, digits.share(share), f"{digits.count(round(share * n))} of {digits.count(n)}", f"due within {wait}"
    )


def _mean(canvas: Canvas) -> Figure:
    view = canvas.view
    series = view.series(PREDICTED)
    track, baseline = view.sheet.track(PREDICTED, series.column), baseline_of(view.watched, series)
    value = None if track.last is None else track.at(track.last)
    yardstick = "no reference" if baseline is None else f"reference {digits.metric(baseline.mean)}"
    return Figure("Mean prediction", digits.metric(value), "", yardstick)


def _missing(canvas: Canvas) -> Figure:
    """The column that is missing most in the newest window."""
    view = canvas.view
    tracks: dict[str, Track] = {
        s.column: view.sheet.track(MISSING, s.column) for s in view.sheet.series if s.metric == MISSING and not s.slice
    }
    now = {column: track.at(track.last) or 0.0 for column, track in tracks.items() if track.last is not None}
    if not now:
        return Figure("Most missing", digits.NOTHING)
    worst = max(now, key=lambda column: now[column])
    return Figure(
        "Most missing", digits.share(now[worst]), "", worst if now[worst] else f"in none of {len(now)} columns"
    )


def _oldest(canvas: Canvas) -> Figure:
    reference = canvas.view.watched.reference
    if reference is None:
        return Figure("Reference", digits.NOTHING, "", "none: drift is not measured")
    rows = sum(reference.rows.values()) or (reference.pooled.profile.rows if reference.pooled.profile else 0)
    return Figure("Reference", digits.count(rows), "rows", f"{len(canvas.view.watched.monitor.features)} features")
