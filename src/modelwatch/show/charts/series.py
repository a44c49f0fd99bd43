"""A lane of values over time: lines with their interval, single windows as dots, what is normal, and named limits.

Gaps stay gaps. The order of ink is that of every lane: band, grid, limits, interval, estimate, value, dots, notes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from modelwatch.show.charts.frame import Chart, Spec, Telling, rows_of
from modelwatch.show.charts.ground import Ground, lane
from modelwatch.show.charts.scale import Scale, rounded
from modelwatch.show.tokens import token

Role = Literal["current", "estimate", "label", "other", "warning"]
_COLOURS: Mapping[Role, str] = {
    "current": token("current"),
    "estimate": token("current"),
    "label": token("label"),
    "other": token("t3"),
    "warning": token("warning-fill"),
}
_DASHED, _DOTTED = [4, 3], [1, 3]
_HALF = 0.45


@dataclass(frozen=True, slots=True)
class Point:
    """A value where its window has its middle, with an interval or two ends where it has them; None is a gap."""

    at: int
    value: float | None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """A series as a line; `thin` for single windows behind the line of a longer span."""

    points: Sequence[Point]
    role: Role = "current"
    thin: bool = False


@dataclass(frozen=True, slots=True)
class Ribbon:
    """The area between the low and the high ends of points."""

    points: Sequence[Point]
    role: Role = "current"
    opacity: float = 0.18


@dataclass(frozen=True, slots=True)
class Band:
    """What is normal: from `low` to `high`, around `middle`."""

    low: float
    high: float
    middle: float


@dataclass(frozen=True, slots=True)
class Limit:
    """A level that is named on its line: a threshold in the colour of its state, the noise floor in grey."""

    value: float
    says: str
    kind: Literal["critical", "warning", "floor"]
    above: bool = True


@dataclass(frozen=True, slots=True)
class Note:
    """A point that is marked, with few words or none."""

    at: int
    value: float
    says: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """Everything that a lane of values shows."""

    scale: Scale
    lines: Sequence[Line] = ()
    ribbons: Sequence[Ribbon] = ()
    dots: Sequence[Point] = ()
    bands: Sequence[Band] = ()
    limits: Sequence[Limit] = ()
    notes: Sequence[Note] = ()


def series(
    telling: Telling,
    shown: Series,
    *,
    ground: Ground,
    height: int = 124,
    names_reference: bool = False,
) -> Chart:
    """A lane of values over time.

    Parameters
    ----------
    telling
        Its name, one sentence with the finding, and its table view.
    height
        Pixels of the plot.
    names_reference
        Whether this is the one lane of the page that names the reference's time.

    Examples
    --------
    >>> from modelwatch.domain.instants import DAY
    >>> from modelwatch.show.charts.frame import TimeAxis
    >>> shown = Series(scale=Scale.of([0.5, 0.8], written=str), lines=[Line([Point(0, 0.7), Point(DAY, None)])])
    >>> told = Telling(name="auc", says="ROC AUC is 0.7.")
    >>> series(told, shown, ground=Ground(axis=TimeAxis(0, DAY))).height
    124
    """
    # What is normal lies under what is wrong or selected, so that these run through all lanes.
    behind, *marked = ground.layers()
    layers = [
        behind,
        *(layer for band in shown.bands for layer in _band(band, shown.scale)),
        *marked,
        shown.scale.grid(),
        *(layer for limit in shown.limits for layer in _limit(limit, shown.scale)),
        *(_ribbon(ribbon, ground, shown.scale) for ribbon in shown.ribbons),
        *(_line(line, ground, shown.scale) for line in shown.lines),
        _dots(shown.dots, ground, shown.scale),
        *_notes(shown.notes, ground, shown.scale),
        *(ground.name_layers() if names_reference else []),
    ]
    return telling.chart(lane(*layers, height=height))


def _band(band: Band, scale: Scale) -> list[Spec]:
    low, middle, high = (rounded(each) for each in (band.low, band.middle, band.high))
    data = rows_of([{"low": low, "mid": middle, "high": high}])
    return [
        {
            "data": data,
            "mark": {"type": "rect", "fill": token("ref-band")},
            "encoding": {"y": scale.plain("low"), "y2": {"field": "high"}},
        },
        {
            "data": data,
            "mark": {"type": "rule", "stroke": token("ref-line"), "strokeDash": _DOTTED},
            "encoding": {"y": scale.plain("mid")},
        },
    ]


def _limit(limit: Limit, scale: Scale) -> list[Spec]:
    line, text = ("t3", "t3") if limit.kind == "floor" else (limit.kind, limit.kind)
    data = rows_of([{"limit": rounded(limit.value), "say": limit.says}])
    dash = _DOTTED if limit.kind == "floor" else _DASHED
    place = {"x": 4, "dy": -4 if limit.above else 4, "baseline": "bottom" if limit.above else "top"}
    return [
        {
            "data": data,
            "mark": {"type": "rule", "stroke": token(line), "strokeDash": dash, "strokeWidth": 1.2},
            "encoding": {"y": scale.plain("limit")},
        },
        {
            "data": data,
            "mark": {"type": "text", "align": "left", "fontWeight": 600, "fill": token(text), **place},
            "encoding": {"y": scale.plain("limit"), "text": {"field": "say", "type": "nominal"}},
        },
    ]


def _ribbon(ribbon: Ribbon, ground: Ground, scale: Scale) -> Spec:
    rows = [{"at": ground.axis.at(p.at), "low": rounded(p.low), "high": rounded(p.high)} for p in ribbon.points]
    fill = {"fill": _COLOURS[ribbon.role], "fillOpacity": ribbon.opacity}
    return {
        "data": rows_of(rows),
        "mark": {"type": "area", "invalid": "break-paths-filter-domains", **fill},
        "encoding": {"x": ground.x(), "y": scale.plain("low"), "y2": {"field": "high"}},
    }


def _line(line: Line, ground: Ground, scale: Scale) -> Spec:
    look: Spec = {"strokeWidth": 1, "strokeOpacity": _HALF} if line.thin else {"strokeWidth": 2}
    if line.role == "estimate":
        look = {"strokeWidth": 1.5, "strokeDash": _DASHED}
    return {
        "data": rows_of(_values(line.points, ground)),
        "mark": {
            "type": "line",
            "stroke": _COLOURS[line.role],
            "strokeCap": "round",
            "strokeJoin": "round",
            "invalid": "break-paths-filter-domains",
            **look,
        },
        "encoding": {"x": ground.x(), "y": scale.plain("v")},
    }


def _dots(points: Sequence[Point], ground: Ground, scale: Scale) -> Spec:
    return {
        "data": rows_of(_values([point for point in points if point.value is not None], ground)),
        "mark": {"type": "circle", "size": 10, "fill": token("current"), "fillOpacity": _HALF},
        "encoding": {"x": ground.x(), "y": scale.plain("v")},
    }


def _notes(notes: Sequence[Note], ground: Ground, scale: Scale) -> list[Spec]:
    axis = ground.axis
    late = (axis.start + 4 * axis.end) // 5
    sides = [([n for n in notes if n.at < late], "left", 7), ([n for n in notes if n.at >= late], "right", -7)]
    rows = [{"at": axis.at(note.at), "v": rounded(note.value)} for note in notes]
    mark: Spec = {
        "data": rows_of(rows),
        "mark": {
            "type": "point",
            "shape": "circle",
            "size": 36,
            "fill": token("surface"),
            "stroke": token("current"),
            "strokeWidth": 2,
            "opacity": 1,
        },
        "encoding": {"x": ground.x(), "y": scale.plain("v")},
    }
    texts: list[Spec] = [
        {
            "data": rows_of([{"at": axis.at(n.at), "v": rounded(n.value), "say": n.says} for n in mine]),
            "mark": {"type": "text", "align": align, "dx": away, "fontWeight": 600, "fill": token("t1")},
            "encoding": {"x": ground.x(), "y": scale.plain("v"), "text": {"field": "say", "type": "nominal"}},
        }
        for mine, align, away in sides
    ]
    return [mark, *texts]


def _values(points: Sequence[Point], ground: Ground) -> list[dict[str, Any]]:
    return [{"at": ground.axis.at(point.at), "v": rounded(point.value)} for point in points]
