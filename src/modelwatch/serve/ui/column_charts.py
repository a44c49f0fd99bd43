"""The charts of a column's page: how its values lie, and its lanes over time, drawn of one read model.

`column` puts them on the page; `pictures` sends any of them by itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from modelwatch.domain.instants import DAY, HOUR, Window, parse_instant
from modelwatch.domain.measurement import Status
from modelwatch.read.column import ColumnView, Lane
from modelwatch.read.runs import firing
from modelwatch.read.values import Levels, Numbers
from modelwatch.serve.ui import lanes
from modelwatch.serve.ui.lanes import Key
from modelwatch.show import column as words
from modelwatch.show import digits
from modelwatch.show.charts import Chart, Telling, TimeAxis
from modelwatch.show.charts.bars import Bar, Level, bars
from modelwatch.show.charts.distribution import Mark, below, deciles, density, levels
from modelwatch.show.charts.fan import MOST_LEVELS, fan, level_lines
from modelwatch.show.charts.ground import Ground, Stretch, strip
from modelwatch.show.charts.limits import Held, held
from modelwatch.show.charts.series import Limit
from modelwatch.show.status import STATES, State

VIEWS = {"density": "Density", "below": "CDF", "deciles": "Deciles"}
_STATES = {Status.CRITICAL: State.CRITICAL, Status.WARNING: State.WARNING, Status.NO_DATA: State.NODATA}
_TOPS = (0.1, 0.2, 0.5)  # of the axis of missing shares, up to all
_NOTABLE = 0.01  # share of the values beyond the reference's range from which a line says so


@dataclass(frozen=True, slots=True)
class Told:
    """A lane, and the lines of its read-out for each mark."""

    lane: lanes.Lane
    readouts: Sequence[Sequence[str]]


def state_of(status: Status) -> State:
    """The state in which the page tells a measurement's status."""
    return _STATES.get(status, State.OK)


# Not slotted: what follows from the view is worked out once, when it is asked for.
@dataclass(frozen=True)
class Canvas:
    """The charts of one column in one selection."""

    view: ColumnView
    form: str = "density"

    @cached_property
    def axis(self) -> TimeAxis:
        """The time of all lanes, by the monitor's own clock."""
        period = self.view.period
        return TimeAxis(period.start, period.end, period.calendar.timezone)

    @cached_property
    def ground(self) -> Ground:
        """The reference's time, the open incident and the selected stretch."""
        view, reference = self.view, self.view.reference
        wrong = None
        if view.incident is not None:
            begin = view.incident.body["again"] or view.incident.body["window"]
            wrong = Stretch(parse_instant(begin["start"])), state_of(view.incident.severity)
        known = view.watched.reference
        return Ground(
            axis=self.axis,
            reference=None
            if reference is None or not known or not known.rows
            else Stretch(reference.start, reference.end),
            reference_says=("Reference", ""),
            wrong=wrong,
            selected=Stretch(view.selected.start, view.selected.end),
        )

    @cached_property
    def marks(self) -> list[Window]:
        """The stretch of time of each mark of a lane."""
        windows = self.view.windows
        return [Window(windows[step.start].start, windows[step.stop - 1].end) for step in self.view.steps]

    def named(self, window: Window) -> str:
        """How a stretch of time is written, with its year only if that is not the last one shown."""
        told = digits.window(window.start, window.end, self.axis.zone, beside=self.axis.end - 1)
        several = self.view.period.calendar.window_of(window.start).end < window.end
        if not several or window.end - window.start > DAY - HOUR:
            return told
        return f"{told} to {digits.local(window.end, self.axis.zone):%H:%M}"

    @property
    def charts(self) -> list[Chart]:
        """All charts of the page."""
        told = (self.values, self.drift, self.missing)
        found = [self.distribution, *(each.lane.chart for each in told if each is not None)]
        return [self.strip, *(each for each in found if each is not None)]

    @cached_property
    def strip(self) -> Chart:
        """The labels of the time axis."""
        return strip(self.ground)

    @cached_property
    def distribution(self) -> Chart | None:
        """How the values lie; None where there are none to be shown."""
        match self.view.shape:
            case Numbers() as shape:
                return self._numbers(shape)
            case Levels() as shape:
                sides = dict(shape.sides)
                rows = [
                    {"level": name, **{side: digits.share(shares[place]) for side, shares in sides.items()}}
                    for place, name in enumerate(shape.names)
                ]
                telling = self._telling({"level": "Level"}, list(sides), rows)
                return levels(telling, shape.names, sides)
            case None:
                return None

    def _numbers(self, shape: Numbers) -> Chart:
        sides = shape.sides
        if self.form == "below":
            rows = [
                {"value": digits.metric(at), **{name: digits.share(side.below[place]) for name, side in sides.items()}}
                for place, at in enumerate(shape.at)
                if place % 8 == 0
            ]
            telling = self._telling({"value": "Below"}, list(sides), rows)
            return below(telling, shape.at, {name: side.below for name, side in sides.items()})
        if self.form == "deciles" and shape.deciles:
            names = _tenths(shape.deciles)
            parts = {name: side.deciles for name, side in sides.items()}
            return deciles(self._telling({"bin": "Values"}, list(sides), _shares(names, parts, "bin")), names, parts)
        names = [
            f"{digits.metric(low)} to {digits.metric(high)}"
            for low, high in zip(shape.edges, shape.edges[1:], strict=False)
        ]
        parts = {name: side.bins for name, side in sides.items()}
        telling = self._telling({"bin": "Values"}, list(sides), _shares(names, parts, "bin"))
        return density(telling, shape.edges, parts, marks=self._beyond(shape))

    def _beyond(self, shape: Numbers) -> list[Mark]:
        """Lines at the ends of the reference's range, where a notable share lies beyond."""
        current, reference = self.view.sides.get("current"), self.view.sides.get("reference")
        if current is None or reference is None or reference.maximum is None or reference.minimum is None:
            return []
        over, under = current.over or 0.0, current.under or 0.0
        found: list[Mark] = []
        if over >= _NOTABLE and reference.maximum < shape.edges[-1]:
            what = f"reference maximum {digits.metric(reference.maximum)}"
            found.append(Mark(reference.maximum, what, f"{digits.share(over)} beyond it"))
        if under >= _NOTABLE and reference.minimum > shape.edges[0]:
            what = f"reference minimum {digits.metric(reference.minimum)}"
            found.append(Mark(reference.minimum, what, f"{digits.share(under)} below it", upper=False))
        return found

    def _telling(self, columns: dict[str, str], sides: Sequence[str], rows: Sequence[dict[str, Any]]) -> Telling:
        named = {"reference": "Reference", "current": self.named(self.view.selected)}
        if self.view.earlier is not None:
            named["earlier"] = self.named(self.view.earlier)
        return Telling(
            name="distribution",
            says=self._says(),
            columns={**columns, **{side: named[side] for side in sides}},
            rows=rows,
        )

    def _says(self) -> str:
        sides, name = self.view.sides, self.view.name
        current, reference = sides.get("current"), sides.get("reference")
        when = self.named(self.view.selected)
        if current is None or not current.n:
            return f"Distribution of {name}: no values in {when}."
        told = f"Distribution of {name} in {when}, {digits.count(current.n)} values"
        if current.median is not None and reference is not None and reference.median is not None:
            return (
                f"{told}: median {digits.metric(current.median)}, in the reference {digits.metric(reference.median)}."
            )
        return f"{told}."

    @cached_property
    def values(self) -> Told | None:
        """The values over time: a fan of quantiles, or the shares of the largest levels."""
        view = self.view
        if any(day.values.quantiles for day in view.days):
            return self._fan()
        return self._levels() if any(day.levels for day in view.days) else None

    def _fan(self) -> Told:
        view = self.view
        points = [((day.window.start + day.window.end) // 2, day.values.quantiles) for day in view.days]
        reference = view.sides.get("reference")
        normal = () if reference is None else reference.quantiles
        names = ("low", "lower", "median", "upper", "high")
        rows = [
            {
                "window": self.named(day.window),
                **dict(zip(names, map(digits.metric, day.values.quantiles), strict=True)),
            }
            for day in view.days
            if day.values.quantiles
        ]
        titles = ("5 %", "25 %", "Median", "75 %", "95 %")
        columns = {"window": "Window", **dict(zip(names, titles, strict=True))}
        usual = f"; in the reference {digits.metric(normal[2])}" if normal else ""
        last = next(day for day in reversed(view.days) if day.values.quantiles)
        says = f"Median of {view.name} over time, {digits.metric(last.values.median)} at last{usual}."
        telling = Telling(name="values", says=says, columns=columns, rows=rows)
        chart = fan(telling, points, ground=self.ground, written=_short_number, normal=normal)
        keys = [Key("line", "median"), Key("ribbon", "25 to 75 %"), Key("ribbon-wide", "5 to 95 %")]
        beside = [f"reference {digits.metric(normal[2])}"] if normal else []
        return Told(
            lanes.Lane(
                name="values",
                title=f"Values by {self._unit}",
                chart=chart,
                keys=[*keys, *([Key("band", "reference")] if normal else [])],
                readout=[*self._side_told(), *self._gap()],
            ),
            [
                [digits.metric(day.values.median), f"median, {self.named(day.window)}", *beside]
                if day.values.quantiles
                else ["No values", self.named(day.window)]
                for day in view.days
            ],
        )

    def _side_told(self) -> list[str]:
        """What the read-out says of the selected stretch."""
        view = self.view
        current, reference = view.sides.get("current"), view.sides.get("reference")
        if current is None or current.median is None:
            return ["No values", f"in {self.named(view.selected)}"]
        told = [digits.metric(current.median), "median, selected"]
        return told if reference is None else [*told, f"reference {digits.metric(reference.median)}"]

    def _gap(self) -> list[str | tuple[State, str]]:
        """Where the newest window has no values, that it has none."""
        last = self.view.days[-1] if self.view.days else None
        return [] if last is None or last.values.n else [(State.NODATA, f"no values {self.named(last.window)}")]

    def _levels(self) -> Told:
        view = self.view
        shape = view.shape if isinstance(view.shape, Levels) else None
        names = shape.moved[:MOST_LEVELS] if shape else ()
        shares = [
            tuple(day.levels.get(name, 0) / day.values.n for name in names) if day.values.n else () for day in view.days
        ]
        points = [((day.window.start + day.window.end) // 2, each) for day, each in zip(view.days, shares, strict=True)]
        rows = [
            {"window": self.named(day.window), **{str(place): digits.share(part) for place, part in enumerate(each)}}
            for day, each in zip(view.days, shares, strict=True)
            if each
        ]
        columns = {"window": "Window", **{str(place): name for place, name in enumerate(names)}}
        says = f"Shares of {', '.join(names)} in {view.name} over time."
        telling = Telling(name="values", says=says, columns=columns, rows=rows)
        known = dict(zip(shape.names, shape.sides.get("reference", ()), strict=False)) if shape else {}
        normal = [known[name] for name in names if name in known]
        chart = level_lines(telling, points, ground=self.ground, normal=normal)
        drawn: tuple[lanes.Drawn, ...] = ("line", "label", "label-thin")
        total = len(shape.names) + shape.more if shape else 0
        return Told(
            lanes.Lane(
                name="values",
                title="Shares of levels",
                under=f"the {len(names)} that moved most of {total}" if total > len(names) else "",
                chart=chart,
                keys=[Key(look, name) for look, name in zip(drawn, names, strict=False)],
                readout=[*self._levels_told(shape), *self._gap()],
            ),
            [
                [f"{name} {digits.share(part)}" for name, part in zip(names, each, strict=True)]
                + [self.named(day.window)]
                if each
                else ["No values", self.named(day.window)]
                for day, each in zip(view.days, shares, strict=True)
            ],
        )

    def _levels_told(self, shape: Levels | None) -> list[str]:
        if shape is None or "current" not in shape.sides:
            return ["No values", f"in {self.named(self.view.selected)}"]
        place = shape.names.index(shape.moved[0])
        told = [f"{shape.moved[0]} {digits.share(shape.sides['current'][place])}", "selected"]
        reference = shape.sides.get("reference")
        return told if reference is None else [*told, f"reference {digits.share(reference[place])}"]

    @cached_property
    def drift(self) -> Told | None:
        """The drift metric with its noise floor and its threshold, amber while a verdict holds."""
        lane, view = self.view.drift, self.view
        if lane is None:
            return None
        write = words.written(lane.metric)
        log = view.role != "label"
        beside = view.drift_beside
        values = self._held(lane)
        normal = None if lane.normal is None else (lane.normal[0], sum(lane.normal) / 2, lane.normal[1])
        limits = self._limits(lane) if log or normal is None else self._limits(lane)[:1]
        name = words.short(lane.metric)
        past = sum(each.past is not None for each in values)
        says = f"{name} of {view.name} over time: past its limit in {past} of {len(values)} windows."
        rows = [
            {"window": self.named(window), "value": write(each.value), "state": "past" if each.past is not None else ""}
            for window, each in zip(self.marks, values, strict=True)
            if each.value is not None
        ]
        columns = {"window": "Window", "value": name, "state": "Limit"}
        chart = held(
            Telling(name="drift", says=says, columns=columns, rows=rows),
            values,
            ground=self.ground,
            written=_short_number if log else digits.metric,
            limits=limits,
            beside=[] if beside is None else self._held(beside),
            normal=None if log else normal,
            log=log,
        )
        keys = [Key("line", self._span(lane.span))]
        if beside is not None:
            keys.append(Key("label-thin", self._span(beside.span)))
        at = self._place()
        return Told(
            lanes.Lane(
                name="drift",
                title=name,
                under="log scale" if log else "",
                chart=chart,
                keys=[*keys, *([] if log else [Key("band", "reference")])],
                readout=self._told(lane, at),
            ),
            [
                [write(each.value), self.named(window), *self._limit_told(lane)]
                if each.value is not None
                else ["Not computed", self.named(window), *self._why(lane, step)]
                for window, each, step in zip(self.marks, values, view.steps, strict=True)
            ],
        )

    def _held(self, lane: Lane) -> list[Held]:
        """The marks of a lane: the last window of each, past its limit while its verdict fires."""
        fires, found = firing(lane.track), list[Held]()
        for step, window in zip(self.view.steps, self.marks, strict=True):
            at = step.stop - 1
            limit = lane.limit if fires[at] else None
            if limit is not None and lane.normal is not None:
                limit = _nearer(lane, lane.track.at(at) or 0.0)
            found.append(Held(window.start, window.end, lane.track.at(at), limit))
        return found

    def _limits(self, lane: Lane) -> list[Limit]:
        write = words.written(lane.metric)
        found = [
            Limit(each.value, f"{each.status} threshold {write(each.value)}", _level(each.status))
            for each in lane.limits
        ]
        if lane.floor is None:
            return found
        return [Limit(lane.floor, f"noise floor {write(lane.floor)}", "floor"), *found]

    def _limit_told(self, lane: Lane) -> list[str]:
        return [] if lane.limit is None else [f"limit {words.written(lane.metric)(lane.limit)}"]

    def _why(self, lane: Lane, step: range) -> list[str]:
        reason = lane.track.reasons[step.stop - 1]
        return [reason] if reason and len(reason) < 60 else []  # noqa: PLR2004 (what a read-out has room for)

    def _place(self) -> int:
        """The place of the last window of the selected stretch, the newest if it lies elsewhere."""
        ends = [window.end for window in self.view.windows]
        return ends.index(self.view.selected.end) if self.view.selected.end in ends else len(ends) - 1

    def _told(self, lane: Lane, at: int) -> list[str | tuple[State, str]]:
        value = lane.track.at(at)
        state = lane.track.status_at(at)
        if value is None:
            return ["Not computed", f"{self._span(lane.span)}, selected"]
        told: list[str | tuple[State, str]] = [words.written(lane.metric)(value), f"{self._span(lane.span)}, selected"]
        told += self._limit_told(lane)
        return [*told, _worded(state)] if state.firing else told

    def _span(self, windows: int) -> str:
        return words.length(windows * self.view.period.calendar.size)

    @property
    def _unit(self) -> str:
        lengths = {window.end - window.start for window in self.marks}
        return "day" if not lengths or max(lengths) > 23 * 3_600_000_000 else "window"

    @cached_property
    def missing(self) -> Told | None:
        """The share of missing values with its limits."""
        lane, view = self.view.missing, self.view
        if lane is None:
            return None
        drawn: list[Bar] = []
        for day, step in zip(view.days, view.steps, strict=True):
            state = max((lane.track.status_at(at) for at in step), key=lambda each: each.rank)
            share = day.values.missing_share
            # A window before the first row is a gap, not one with nothing in it.
            if share is not None:
                drawn.append(Bar(day.window.start, day.window.end, share, state_of(state)))
        worst = max((bar.value or 0.0 for bar in drawn), default=0.0)
        top = next((each for each in _TOPS if worst <= each), 1.0)
        shown = [each for each in lane.limits if each.value <= 0.8 * top]
        rows = [
            {"window": self.named(day.window), "share": digits.share(day.values.missing_share), "rows": day.values.rows}
            for day in view.days
            if day.values.rows
        ]
        telling = Telling(
            name="missing",
            says=f"Missing share of {view.name} over time, {digits.share(worst)} at most.",
            columns={"window": "Window", "share": "Missing", "rows": "Rows"},
            rows=rows,
        )
        named = [
            Level(each.value, state_of(each.status), f"{each.status} {digits.share(each.value)}") for each in shown
        ]
        chart = bars(
            telling, [drawn], ground=self.ground, ceiling=(top, digits.share(top)), pitch=52, levels=named[-1:]
        )
        reference = view.sides.get("reference")
        usual = [f"reference {digits.share(reference.missing_share)}"] if reference and reference.rows else []
        last = view.days[-1]
        state = lane.track.status_at(len(view.windows) - 1) if view.windows else Status.OK
        value = digits.share(last.values.missing_share)
        head: list[str | tuple[State, str]] = [value, self.named(last.window)]
        if state.firing:
            head.append(_worded(state))
        return Told(
            lanes.Lane(name="missing", title="Missing share", chart=chart, readout=[*head, *usual]),
            [
                [
                    digits.share(day.values.missing_share),
                    f"{digits.count(day.values.rows)} rows",
                    self.named(day.window),
                ]
                for day in view.days
            ],
        )


def _worded(status: Status) -> tuple[State, str]:
    state = state_of(status)
    return state, STATES[state].word


def _level(status: Status) -> Any:
    return "critical" if status is Status.CRITICAL else "warning"


def _nearer(lane: Lane, value: float) -> float:
    """The end of what is normal that a value is past, where a rule looks both ways."""
    assert lane.normal is not None
    return min(lane.normal, key=lambda end: abs(end - value))


def _tenths(edges: Sequence[float]) -> list[str]:
    named = [digits.metric(edge) for edge in edges]
    between = [f"{low} to {high}" for low, high in zip(named, named[1:], strict=False)]
    return [f"below {named[0]}", *between, f"{named[-1]} and more"]


def _shares(names: Sequence[str], sides: dict[str, tuple[float, ...]], key: str) -> list[dict[str, Any]]:
    return [
        {key: name, **{side: digits.share(shares[place]) for side, shares in sides.items() if shares}}
        for place, name in enumerate(names)
    ]


def _short_number(value: float | None) -> str:
    """A number on an axis: no more digits than its size asks for."""
    return "" if value is None else f"{value:,.4g}".replace("-", digits.MINUS)
