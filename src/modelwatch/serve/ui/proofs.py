"""The charts of an incident: the one that shows its cause, and those of what it did to scores and metric.

Made of the read model for the page and for the pictures of messages, so that both show the same.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from itertools import pairwise

from modelwatch.read.course import Course, Point
from modelwatch.read.hours import Hours
from modelwatch.read.incident import IncidentView
from modelwatch.read.sides import Sides
from modelwatch.read.values import Levels
from modelwatch.show import digits
from modelwatch.show.charts import Chart, Telling, TimeAxis
from modelwatch.show.charts.distribution import Mark, density, levels
from modelwatch.show.charts.hours import HourAxis, HourRow, feed, hours
from modelwatch.show.charts.scatter import HEIGHT, Dot, Trail, Yardstick, scatter


@dataclass(frozen=True, slots=True, kw_only=True)
class Proofs:
    """The charts there are, the cause first; None where nothing was counted or measured."""

    grid: Chart | None
    distribution: Chart | None
    pair: Chart | None
    lead: Chart | None
    scores: Chart | None
    key: Chart | None

    @property
    def cause(self) -> Chart | None:
        """The one that shows the cause."""
        return self.grid or self.distribution or self.pair or self.lead or self.key


def proofs(view: IncidentView) -> Proofs:
    """Draw what was read of an incident."""
    pair = None if view.pair is None else _pair(view, *view.pair)
    return Proofs(
        grid=None if view.grid is None else _grid(view, view.grid.what, view.grid.hours),
        distribution=None if view.distribution is None else _sides("distribution", view, view.distribution),
        pair=pair,
        lead=None if view.lead is None else _course("lead", view, view.lead),
        scores=None if view.scores is None else _sides("scores", view, view.scores),
        key=None if view.course is None else _course("key", view, view.course),
    )


def _grid(view: IncidentView, what: str, found: Hours) -> Chart:
    mark = None if found.onset is None else f"no values from {digits.moment(found.onset, beside=found.onset)}"
    axis = HourAxis(start=found.start, size=found.size, count=len(found.rows), mark=found.onset, mark_says=mark or "")
    if what == "feed":
        says = f"{digits.count(sum(found.rows))} rows came in {_stretch(found)}, by the hour, beside what is usual."
        return feed("grid", says, axis, found.rows, found.usual)
    rows = [HourRow(name=row.name, shares=row.shares) for row in found.shown]
    if found.others:
        named = found.others[0] if len(found.others) == 1 else f"{len(found.others)} others"
        rows.append(HourRow(name=named, shares=found.others_shares))
    missing = "Share of missing values by column and hour" if what == "missing" else "Share of refused rows by hour"
    gone = "" if found.onset is None else f"; {', '.join(view.columns)}: {mark} UTC"
    return hours("grid", f"{missing} in {_stretch(found)}{gone}.", axis, rows, found.rows)


def _stretch(found: Hours) -> str:
    return f"{digits.moment(found.start)} to {digits.moment(found.end)} UTC"


def _sides(name: str, view: IncidentView, found: Sides) -> Chart:
    when = digits.window(found.window.start, found.window.end, view.zone, beside=view.opened)
    says = f"{found.column} in {when}, {digits.count(found.current.n)} values"
    if found.current.mean is not None and found.reference is not None and found.reference.mean is not None:
        says += f", mean {digits.metric(found.current.mean)}, reference {digits.metric(found.reference.mean)}"
    if isinstance(found.shape, Levels):
        parts, names, first = found.shape.sides, found.shape.names, "Level"
    else:
        parts = {side: of.bins for side, of in found.shape.sides.items()}
        edges = [digits.metric(edge) for edge in found.shape.edges]
        names, first = tuple(f"{low} to {high}" for low, high in pairwise(edges)), "Values"
    rows = [
        {"of": each, **{side: digits.share(shares[place]) for side, shares in parts.items()}}
        for place, each in enumerate(names)
    ]
    columns = {"of": first, "current": when, **({"reference": "Reference"} if "reference" in parts else {})}
    told = Telling(name=name, says=f"{says}.", columns=columns, rows=rows)
    if isinstance(found.shape, Levels):
        return levels(told, found.shape.names, parts)
    return density(told, found.shape.edges, parts, marks=_marks(found), height=HEIGHT - 28)


def _marks(found: Sides) -> list[Mark]:
    if found.threshold is None or found.current.above is None:
        return []
    above, usual = found.current, found.reference
    says = f"{digits.share((above.above or 0) / above.n)}, {digits.count(above.above)} of {digits.count(above.n)}"
    known = None if usual is None or usual.above is None else digits.share(usual.above / usual.n)
    return [Mark(found.threshold, "" if known is None else f"reference {known}", says)]


def _pair(view: IncidentView, said: Course, true: Course) -> Chart:
    day = digits.window(true.then.window.start, true.then.window.end, view.zone)
    both = f"Mean prediction {digits.metric(said.then.value)} against mean label {digits.metric(true.then.value)}"
    yardstick = Yardstick(band=true.band, mean=true.mean, bounds=true.bounds)
    trails = [
        Trail(name=true.title, dots=_dots(true), colour="label"),
        Trail(name=said.title, dots=_dots(said), colour="current"),
    ]
    axis, then = _axis(view, true), _dot(true.then)
    return scatter("pair", f"{both} in {day}.", axis, trails, yardstick=yardstick, then=then)


def _course(name: str, view: IncidentView, found: Course) -> Chart:
    written = written_as(found)
    day = digits.window(found.then.window.start, found.then.window.end, view.zone)
    says = f"{found.title} in {day}: {written(found.then.value)}"
    if found.mean is not None:
        says += f", reference {written(found.mean)}"
    limit_says = ""
    if found.limit is not None and found.limit_status is not None:
        bad = "below" if found.mean is not None and found.limit < found.mean else "above"
        limit_says = f"{found.limit_status} {bad} {written(found.limit)}"
        says += f"; {limit_says}"
    yardstick = Yardstick(
        band=found.band,
        mean=found.mean,
        limit=found.limit,
        limit_level=str(found.limit_status or "critical"),
        limit_says=limit_says,
        bounds=found.bounds,
    )
    trail = Trail(name=found.title, dots=_dots(found), joined=found.series.span > 1)
    axis, then = _axis(view, found), _dot(found.then)
    return scatter(name, f"{says}.", axis, [trail], yardstick=yardstick, written=written, then=then)


def written_as(found: Course) -> Callable[[float | None], str]:
    """How the values of a course are written."""
    return partial(digits.reading, name=found.series.metric, unit=found.unit)


def _axis(view: IncidentView, found: Course) -> TimeAxis:
    return TimeAxis(found.points[0].window.start, found.points[-1].window.end, view.zone)


def _dots(found: Course) -> list[Dot]:
    return [_dot(point) for point in found.points]


def _dot(point: Point) -> Dot:
    return Dot(
        start=point.window.start,
        end=point.window.end,
        value=point.value,
        low=point.low,
        high=point.high,
        n=point.n,
    )
