"""The lanes of what a model says and how well: its key metric, and its predictions against the labels.

`model` puts them on the page; the charts themselves are made in `show`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from modelwatch.domain.columns import Task
from modelwatch.domain.instants import DAY
from modelwatch.domain.measurement import Baseline, Status
from modelwatch.domain.metric import Better, Metric
from modelwatch.read.limits import Limit as Threshold
from modelwatch.read.limits import band_of, baseline_of, limits_of
from modelwatch.read.model import BIAS, LABELLED, PREDICTED
from modelwatch.read.sheet import Track
from modelwatch.serve.ui.canvas import Canvas, Floats, Told
from modelwatch.serve.ui.lanes import Key, Lane
from modelwatch.show import digits
from modelwatch.show.charts import Telling
from modelwatch.show.charts.scale import Scale, rounded
from modelwatch.show.charts.series import Band, Limit, Line, Note, Point, Ribbon, Series, series

_ROOM = 2, 98  # percentiles of single windows that an axis makes room for
_APART = 0.12  # of an axis, under which two limits would be named on top of each other
_TOP = 0.15  # of an axis, in which a name has no room above its line
_SURPRISES = 2


def key_lane(canvas: Canvas, metric: Metric) -> Told | None:
    """The key metric: its longest span as a line, single windows as dots, an estimate dashed; None before the first."""
    view = canvas.view
    spans = sorted({s.span for s in view.sheet.series if s.metric == metric.name and not s.slice})
    tracks = {span: view.sheet.track(metric.name, view.series(metric.name, span).column, span=span) for span in spans}
    known = [span for span in spans if tracks[span].last is not None]
    estimates = [s for s in view.sheet.series if s.metric == f"estimated_{metric.name}" and not s.slice]
    if not known and not estimates:
        return None
    longest = max(known, default=max((each.span for each in estimates), default=1))
    single = tracks[min(known)] if len(known) > 1 else None
    main = tracks.get(longest) or view.sheet.track(metric.name, span=longest)
    named = view.series(metric.name, longest)
    baseline = baseline_of(view.watched, named)
    limits = limits_of(view.watched, named, view.windows[-1], value=_worse(baseline, metric))
    scale = _scale(canvas, metric, [main, *([single] if single else [])], limits)
    points, dots = canvas.points(main), canvas.points(single) if single else []
    estimated = [canvas.points(view.sheet.track(s.metric, s.column, span=s.span)) for s in estimates[-1:]]
    band = band_of(baseline)
    shown = Series(
        scale=scale,
        lines=[*(Line(each, "estimate") for each in estimated), Line(points)],
        ribbons=[Ribbon(points)],
        dots=dots,
        bands=[] if band is None or baseline is None else [Band(*band, baseline.mean)],
        limits=named_limits(limits, baseline and baseline.mean, scale, digits.metric),
        notes=_end(dots or points),
    )
    readouts = [_score(canvas, step, single, (main, longest), baseline) for step in range(len(canvas.steps))]
    keys = [Key("line", canvas.span(longest)), Key("ribbon", "95 % interval")]
    keys += [Key("dash", "estimated")] if estimated else []
    keys += [Key("dot", f"one {canvas.unit}")] if single else []
    keys += [Key("band", "reference ±3 sd")] if band else []
    last = (single or main).last
    latest = "" if last is None else f"{digits.metric((single or main).at(last))} on {canvas.names[canvas.step(last)]}"
    telling = Telling(
        name="key",
        says=f"{metric.title}, {latest or 'estimated only'}{_beside(main, baseline, canvas.span(longest))}.",
        columns={"window": "Window", "one": "One window", "long": canvas.span(longest), "low": "Low", "high": "High"},
        rows=canvas.rows(
            one=[rounded(p.value, 3) for p in dots] or [None] * len(points),
            long=[rounded(p.value, 3) for p in points],
            low=[rounded(p.low, 3) for p in points],
            high=[rounded(p.high, 3) for p in points],
        ),
    )
    chart = series(telling, shown, ground=canvas.ground, names_reference=True)
    readout = readouts[canvas.step(last)] if last is not None else ["est.", "no labels yet"]
    lane = Lane(name="key", title=metric.title, under=metric.unit, chart=chart, keys=keys, readout=readout)
    return Told(lane, readouts)


def outcome_lane(canvas: Canvas) -> Told | None:
    """What the model says against what turned out: means of single windows, and over a week or a day."""
    view = canvas.view
    predicted = view.sheet.track(PREDICTED, view.series(PREDICTED).column)
    labelled = view.sheet.track(LABELLED, view.series(LABELLED).column)
    if predicted.last is None:
        return None
    size = view.period.calendar.size
    count = max(1, (7 * DAY if size >= DAY else DAY) // size)
    share = view.watched.monitor.task is Task.BINARY
    written = digits.share if share else digits.metric
    smooth = [_trailing(each, count) for each in (predicted, labelled)]
    singles = [canvas.points(predicted), canvas.points(labelled)]
    means = [canvas.values(each) for each in smooth]
    values = [p.value for each in (*singles, *means) for p in each]
    scale = Scale.of(
        values, written=digits.share if share else None, zero=share, bounds=(0.0, 1.0) if share else (-np.inf, np.inf)
    )
    shown = Series(
        scale=scale,
        lines=[
            Line(singles[1], "label", thin=True),
            Line(singles[0], "current", thin=True),
            Line(means[1], "label"),
            Line(means[0], "current"),
        ],
        notes=_surprises(canvas, labelled, written),
    )
    score, label = (
        ("mean score", f"label is {view.watched.monitor.roles.positive}") if share else ("predicted", "label")
    )
    over = canvas.span(count)
    readouts = [
        [f"{written(predicted.at(places.stop - 1))} {score}", *_truth(canvas, step, label, written)]
        for step, places in enumerate(canvas.steps)
    ]
    telling = Telling(
        name="outcome",
        says=f"Prediction against label: {'; '.join(readouts[canvas.step(predicted.last)])}.",
        columns={"window": "Window", "score": score, "label": label},
        rows=canvas.rows(
            **{
                name: [rounded(p.value, 3) for p in points]
                for name, points in zip(("score", "label"), singles, strict=True)
            }
        ),
    )
    keys = [Key("line", f"{score}, {over}"), Key("label", f"{label}, {over}"), Key("label-thin", f"one {canvas.unit}")]
    lane = Lane(
        name="outcome",
        title="Prediction, label" if labelled.last is not None else "Prediction",
        chart=series(telling, shown, ground=canvas.ground, height=104),
        keys=keys if labelled.last is not None else [keys[0], Key("thin", f"one {canvas.unit}")],
        readout=readouts[canvas.step(predicted.last)],
    )
    return Told(lane, readouts)


def named_limits(
    limits: Sequence[Threshold], middle: float | None, scale: Scale, written: Callable[[float], str], of: str = ""
) -> list[Limit]:
    """Thresholds with their names: the worst, and the one before if it lies far enough from it."""
    chosen: list[Threshold] = []
    for each in reversed([limit for limit in limits if scale.low <= limit.value <= scale.high]):
        if all(abs(each.value - other.value) > _APART * (scale.high - scale.low) for other in chosen):
            chosen.append(each)
    top = scale.high - _TOP * (scale.high - scale.low)
    return [
        Limit(
            each.value,
            f"{of}{each.status} {'above' if middle is None or each.value > middle else 'below'} {written(each.value)}",
            "critical" if each.status is Status.CRITICAL else "warning",
            above=(middle is None or each.value > middle) and each.value < top,
        )
        for each in chosen
    ]


def _scale(canvas: Canvas, metric: Metric, tracks: Sequence[Track], limits: Sequence[Threshold]) -> Scale:
    """From what is normal for single windows and for the line; data beyond moves the ends, single outliers do not."""
    view, values = canvas.view, [each.value for each in limits]
    for series_ in (s for s in view.sheet.series if s.metric == metric.name and not s.slice):
        values += band_of(baseline_of(view.watched, series_)) or ()
    for track in tracks:
        known = track.value[track.there]
        values += np.percentile(known, _ROOM).tolist() if known.size else []
    zero = metric.better is Better.LOWER
    return Scale.of(values, zero=zero, bounds=metric.range)


def _worse(baseline: Baseline | None, metric: Metric) -> float:
    """A value on the bad side of the reference, for rules that look both ways."""
    if baseline is None:
        return 0.0
    return baseline.mean - 1.0 if metric.better is Better.HIGHER else baseline.mean + 1.0


def _end(points: Sequence[Point]) -> list[Note]:
    """The newest value, marked."""
    last = next((each for each in reversed(points) if each.value is not None), None)
    return [] if last is None or last.value is None else [Note(last.at, last.value)]


def _score(
    canvas: Canvas, step: int, single: Track | None, long: tuple[Track, int], baseline: Baseline | None
) -> list[str]:
    """The read-out of the key metric in the windows of a mark."""
    place = canvas.steps[step].stop - 1
    main, span = long
    track = main if single is None else single
    value, interval = track.at(place), track.interval(place)
    if value is None and main.at(place) is None:
        return [digits.NOTHING, canvas.names[step], track.reasons[place] or "no rows"]
    told = [digits.metric(value), f"{canvas.names[step]}, n {digits.count(int(track.n[place]))}"]
    if interval is not None:
        told.append(f"{digits.metric(interval[0])} to {digits.metric(interval[1])}")
    if single is not None:
        told.append(f"{canvas.span(span)} {digits.metric(main.at(place))}")
    return told if baseline is None else [*told, f"reference {digits.metric(baseline.mean)}"]


def _truth(canvas: Canvas, step: int, label: str, written: Callable[[float | None], str]) -> list[str]:
    """The rest of the read-out of predictions: what turned out, and how far off they were on average."""
    view, place = canvas.view, canvas.steps[step].stop - 1
    labelled = view.sheet.track(LABELLED, view.series(LABELLED).column)
    bias = view.sheet.track(BIAS, view.series(BIAS).column).at(place)
    if labelled.at(place) is None:
        return [canvas.names[step], labelled.reasons[place] or "no labels yet"]
    told = [f"{written(labelled.at(place))} {label}", canvas.names[step]]
    return told if bias is None else [*told, f"bias {digits.metric(bias, signed=True)}"]


def _beside(main: Track, baseline: Baseline | None, span: str) -> str:
    """How the line's last value compares with the reference, as the end of a sentence."""
    value = None if main.last is None else main.at(main.last)
    if value is None:
        return ""
    band = band_of(baseline)
    if baseline is None or band is None:
        return f"; over {span} {digits.metric(value)}"
    where = "inside" if band[0] <= value <= band[1] else "below" if value < band[0] else "above"
    normal = f"{digits.metric(band[0])} to {digits.metric(band[1])}"
    return f"; over {span} {digits.metric(value)}, {where} the reference of {normal}"


def _trailing(track: Track, count: int) -> Floats:
    """The mean of the rows of so many windows up to each; nothing where the window itself has none."""
    there = track.there
    n = np.where(there, track.n, 0).astype(np.float64)
    sums = np.cumsum(np.concatenate([[0.0], n * np.where(there, track.value, 0.0)]))
    rows = np.cumsum(np.concatenate([[0.0], n]))
    first = np.maximum(np.arange(n.size) + 1 - count, 0)
    many = rows[1:] - rows[first]
    means = np.divide(sums[1:] - sums[first], many, out=np.full(n.size, np.nan), where=many > 0)
    return np.where(there, means, np.nan)


def _surprises(canvas: Canvas, labelled: Track, written: Callable[[float | None], str]) -> list[Note]:
    """The windows whose labels fired a rule, the largest of them named."""
    fired = [
        (value, step)
        for step, places in enumerate(canvas.steps)
        if labelled.status_at(places.stop - 1).firing and (value := labelled.at(places.stop - 1)) is not None
    ]
    windows, period = canvas.windows, canvas.view.period
    apart = (period.end - period.start) // (3 if period.coarse else 8)
    chosen: list[tuple[float, int]] = []
    for value, step in sorted(fired, reverse=True):
        far = all(abs(windows[step].start - windows[other].start) > apart for _, other in chosen)
        if far and len(chosen) < _SURPRISES:
            chosen.append((value, step))
    return [
        Note((windows[step].start + windows[step].end) // 2, value, f"{canvas.names[step]} {written(value)}")
        for value, step in chosen
    ]
