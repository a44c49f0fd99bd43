"""The lanes of a column that are held against limits: its drift metric, and the share of missing values."""

from __future__ import annotations

from typing import Literal

from modelwatch.domain.columns import LABEL
from modelwatch.domain.measurement import Status
from modelwatch.read.column import Lane as Series
from modelwatch.read.runs import firing
from modelwatch.serve.ui.canvas import Told, state_told
from modelwatch.serve.ui.column_canvas import ColumnCanvas, plain
from modelwatch.serve.ui.lanes import Key, Lane
from modelwatch.show import column as words
from modelwatch.show import digits
from modelwatch.show.charts import Telling
from modelwatch.show.charts.bars import Bar, Level, bars
from modelwatch.show.charts.limits import Beside, Held, held
from modelwatch.show.charts.series import Limit
from modelwatch.show.status import STATES, State

_TOPS = (0.1, 0.2, 0.5)  # of the axis of missing shares, up to all
_ROOM = 0.8  # of the axis: a limit above it is not drawn
_BRIEF = 60  # letters of a reason that a read-out has room for
_PITCH = 52
Told3 = str | tuple[State, str, str]


def drift_lane(canvas: ColumnCanvas) -> Told | None:
    """The drift metric with noise floor and threshold, amber while a verdict holds; None where it has no value."""
    lane, view = canvas.view.drift, canvas.view
    if lane is None:
        return None
    write, name = words.written(lane.metric), words.short(lane.metric)
    values, log = _held(canvas, lane), view.name != LABEL
    times = [canvas.named(window) for window in canvas.marks]
    past = sum(each.past is not None for each in values)
    telling = Telling(
        name="drift",
        says=f"{name} of {view.name} over time: past its limit in {past} of {len(values)} windows.",
        columns={"window": "Window", "value": name, "state": "Limit"},
        rows=[
            {"window": time, "value": write(each.value), "state": "past" if each.past is not None else "within"}
            for time, each in zip(times, values, strict=True)
            if each.value is not None
        ],
    )
    thin = view.drift_beside
    normal = None if log else lane.normal
    beside = Beside(values=_held(canvas, thin) if thin else (), limits=_limits(lane), normal=normal)
    chart = held(telling, values, ground=canvas.ground, written=plain if log else digits.metric, beside=beside, log=log)
    keys = [Key("line", canvas.span(lane.span)), *([Key("label-thin", canvas.span(thin.span))] if thin else [])]
    made = Lane(
        name="drift",
        title=name,
        under="log scale" if log else "",
        chart=chart,
        keys=[*keys, *([Key("band", "reference")] if normal else [])],
        readout=_selected(canvas, lane),
    )
    readouts = [
        [write(each.value), time, *_limit_told(lane)]
        if each.value is not None
        else ["Not computed", time, *_why(lane, step)]
        for time, each, step in zip(times, values, view.steps, strict=True)
    ]
    return Told(made, readouts)


def missing_lane(canvas: ColumnCanvas) -> Told | None:
    """The share of missing values with its limit; None where it was never measured."""
    lane, view = canvas.view.missing, canvas.view
    if lane is None or not view.days:
        return None
    drawn: list[Bar] = []
    for day, step in zip(view.days, view.steps, strict=True):
        status = max((lane.track.status_at(at) for at in step), key=lambda each: each.rank)
        # A window in which no row came is a gap, not one that misses anything.
        if day.values.missing_share is not None:
            drawn.append(Bar(day.window.start, day.window.end, day.values.missing_share, state_told(status)))
    worst = max((bar.value or 0.0 for bar in drawn), default=0.0)
    top = next((each for each in _TOPS if worst <= each), 1.0)
    shown = [each for each in lane.limits if each.value <= _ROOM * top]
    telling = Telling(
        name="missing",
        says=f"Missing share of {view.name} over time, {digits.share(worst)} at most.",
        columns={"window": "Window", "share": "Missing", "rows": "Rows"},
        rows=[
            {
                "window": canvas.named(day.window),
                "share": digits.share(day.values.missing_share),
                "rows": day.values.rows,
            }
            for day in view.days
            if day.values.rows
        ],
    )
    chart = bars(
        telling,
        [drawn],
        ground=canvas.ground,
        ceiling=(top, digits.share(top)),
        pitch=_PITCH,
        levels=[Level(x.value, state_told(x.status), f"{x.status} {digits.share(x.value)}") for x in shown[-1:]],
    )
    reference, last = view.sides.get("reference"), view.days[-1]
    status = lane.track.status_at(len(view.windows) - 1)
    readout: list[Told3] = [digits.share(last.values.missing_share), canvas.named(last.window)]
    readout += [_worded(status)] if status.firing else []
    readout += [f"reference {digits.share(reference.missing_share)}"] if reference and reference.rows else []
    readouts = [
        [digits.share(day.values.missing_share), f"{digits.count(day.values.rows)} rows", canvas.named(day.window)]
        for day in view.days
    ]
    return Told(Lane(name="missing", title="Missing share", chart=chart, readout=readout), readouts)


def _held(canvas: ColumnCanvas, lane: Series) -> list[Held]:
    """The marks of a lane: the last window of each, past its limit while its verdict fires."""
    fires, found = firing(lane.track), list[Held]()
    for step, window in zip(canvas.view.steps, canvas.marks, strict=True):
        at = step.stop - 1
        value = lane.track.at(at)
        past = _passed(lane, value) if fires[at] and value is not None else None
        found.append(Held(window.start, window.end, value, past))
    return found


def _passed(lane: Series, value: float) -> float | None:
    """The limit that a value is past; of a rule that looks both ways the nearer end of what is normal."""
    if lane.normal is not None and lane.floor is None:
        return min(lane.normal[::2], key=lambda end: abs(end - value))
    return lane.limit


def _limits(lane: Series) -> list[Limit]:
    write = words.written(lane.metric)
    found = [
        Limit(each.value, f"{each.status} threshold {write(each.value)}", _kind(each.status)) for each in lane.limits
    ]
    return found if lane.floor is None else [Limit(lane.floor, f"noise floor {write(lane.floor)}", "floor"), *found]


def _kind(status: Status) -> Literal["critical", "warning"]:
    return "critical" if status is Status.CRITICAL else "warning"


def _limit_told(lane: Series) -> list[str]:
    return [] if lane.limit is None else [f"limit {words.written(lane.metric)(lane.limit)}"]


def _why(lane: Series, step: range) -> list[str]:
    reason = lane.track.reasons[step.stop - 1]
    return [reason] if reason and len(reason) <= _BRIEF else []


def _selected(canvas: ColumnCanvas, lane: Series) -> list[Told3]:
    """What the read-out says of the last window of the selected stretch, of the newest if that lies elsewhere."""
    ends = [window.end for window in canvas.view.windows]
    at = ends.index(canvas.view.selected.end) if canvas.view.selected.end in ends else len(ends) - 1
    value, status = lane.track.at(at), lane.track.status_at(at)
    under = f"{canvas.span(lane.span)}, selected"
    if value is None:
        return ["Not computed", under]
    told: list[Told3] = [words.written(lane.metric)(value), under, *_limit_told(lane)]
    return [*told, _worded(status)] if status.firing else told


def _worded(status: Status) -> tuple[State, str, str]:
    state = state_told(status)
    return state, STATES[state].word, ""
