"""Windows of a metric with their intervals, on the reference's band and under the limit that was drawn.

The chart of incidents of performance, and of what others did to the model; two series where truth stands by them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import inf
from typing import Any

from modelwatch.show import digits
from modelwatch.show.charts.frame import Chart, Spec, Telling, TimeAxis, layered, rows_of
from modelwatch.show.charts.scale import Scale, rounded
from modelwatch.show.tokens import token

HEIGHT = 140
_EDGE = 0.12  # of the plot's height, in which words would be cut off


@dataclass(frozen=True, slots=True, kw_only=True)
class Dot:
    """One window, in microseconds, with its value and 95 % interval; None where nothing was computed."""

    start: int
    end: int
    value: float | None
    low: float | None = None
    high: float | None = None
    n: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Trail:
    """One series; `colour` names a token, `joined` draws a line where windows overlap."""

    name: str
    dots: Sequence[Dot]
    colour: str = "current"
    joined: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Yardstick:
    """What the values are held against, None where that is not known; `bounds` is what they can be."""

    band: tuple[float, float] | None = None
    mean: float | None = None
    limit: float | None = None
    limit_level: str = "critical"
    limit_says: str = ""
    bounds: tuple[float, float] = (-inf, inf)


def scatter(
    name: str,
    says: str,
    axis: TimeAxis,
    trails: Sequence[Trail],
    *,
    yardstick: Yardstick,
    written: Callable[[float | None], str] = digits.metric,
    then: Dot | None = None,
) -> Chart:
    """Single windows as dots with intervals, spans of windows as a line.

    Parameters
    ----------
    trails
        At most three, the one with intervals first; all of the same windows.
    written
        How the values are written.
    then
        The window to mark, of the first trail.

    Examples
    --------
    >>> from modelwatch.domain.instants import DAY
    >>> dots = [Dot(start=0, end=DAY, value=0.7, low=0.6, high=0.8, n=90)]
    >>> made = scatter("auc", "it held", TimeAxis(0, DAY), [Trail(name="ROC AUC", dots=dots)], yardstick=Yardstick())
    >>> made.rows[0]["trail0"]
    '0.700'
    """
    known = [yardstick.mean, yardstick.limit, *(yardstick.band or ())]
    known += [value for trail in trails for dot in trail.dots for value in (dot.value, dot.low, dot.high)]
    scale = Scale.of(known, written=lambda tick: _tick(written(tick)), bounds=yardstick.bounds)
    layers = [
        *_yardstick(axis, scale, yardstick),
        scale.grid(),
        *_limit(scale, yardstick),
        *(layer for trail in trails for layer in _trail(axis, scale, trail)),
        _labels(axis),
    ]
    if then is not None and then.value is not None:
        says_then = f"{digits.window(then.start, then.end, axis.zone, beside=then.start)} {written(then.value)}"
        layers += _then(axis, scale, then, says_then, colour=trails[0].colour)
    columns = {"window": "Window", **{f"trail{place}": trail.name for place, trail in enumerate(trails)}, "n": "n"}
    rows = [
        {
            "window": digits.window(dot.start, dot.end, axis.zone),
            **{f"trail{place}": written(trail.dots[cell].value) for place, trail in enumerate(trails)},
            "n": digits.count(dot.n),
        }
        for cell, dot in enumerate(trails[0].dots)
    ]
    told = Telling(name=name, says=says, columns=columns, rows=rows)
    return told.chart(layered(*layers, height=HEIGHT, bottom=20, right=4, top=0))


def _tick(text: str) -> str:
    """A tick's label without zeros that say nothing, and without a unit that the title has."""
    number, _, unit = text.partition(digits.HARD_SPACE)
    text = number if unit in digits.SHORT_UNITS else text
    return text.rstrip("0").removesuffix(".") if "." in text and text[-1].isdigit() else text


def _x(axis: TimeAxis) -> Spec:
    return {**axis.x(), "axis": None}


def _labels(axis: TimeAxis) -> Spec:
    """The words of the time axis, drawn once."""
    x = axis.x(labels=True)
    x["axis"] = {**x["axis"], "grid": False, "labelAlign": "center", "labelOffset": 0, "labelFlush": True}
    return {
        "data": rows_of([{"at": axis.domain[0]}]),
        "mark": {"type": "point", "opacity": 0},
        "encoding": {"x": x},
    }


def _yardstick(axis: TimeAxis, scale: Scale, yardstick: Yardstick) -> list[Spec]:
    left, right = axis.domain
    band = (
        []
        if yardstick.band is None
        else [{"at": left, "to": right, "low": yardstick.band[0], "high": yardstick.band[1]}]
    )
    mean = [] if yardstick.mean is None else [{"mean": yardstick.mean}]
    return [
        {
            "data": rows_of(band),
            "mark": {"type": "rect", "fill": token("ref-band")},
            "encoding": {"x": _x(axis), "x2": {"field": "to"}, "y": scale.plain("low"), "y2": {"field": "high"}},
        },
        {
            "data": rows_of(mean),
            "mark": {"type": "rule", "stroke": token("ref-line"), "strokeDash": [1, 3], "strokeWidth": 1.5},
            "encoding": {"y": scale.plain("mean")},
        },
    ]


def _limit(scale: Scale, yardstick: Yardstick) -> list[Spec]:
    told = [] if yardstick.limit is None else [{"limit": yardstick.limit, "say": yardstick.limit_says}]
    line = token("critical" if yardstick.limit_level == "critical" else "warning-fill")
    low = yardstick.limit is not None and yardstick.limit < (scale.low + scale.high) / 2
    words = {"align": "left", "baseline": "top" if low else "bottom", "x": 4, "dy": 4 if low else -3, "fontWeight": 600}
    return [
        {
            "data": rows_of(told),
            "mark": {"type": "rule", "stroke": line, "strokeDash": [5, 3], "strokeWidth": 1.5},
            "encoding": {"y": scale.plain("limit")},
        },
        *_words(told, {"y": scale.plain("limit")}, words, yardstick.limit_level),
    ]


def _words(told: Sequence[dict[str, Any]], places: Spec, look: Spec, colour: str) -> list[Spec]:
    """Words that stay readable on whatever lies below them: on an edge of the surface's colour."""
    encoding = {**places, "text": {"field": "say", "type": "nominal"}}
    edge = {"fill": token("surface"), "stroke": token("surface"), "strokeWidth": 4, "strokeJoin": "round"}
    return [
        {"data": rows_of(told), "mark": {"type": "text", **look, **paint}, "encoding": encoding}
        for paint in (edge, {"fill": token(colour)})
    ]


def _trail(axis: TimeAxis, scale: Scale, trail: Trail) -> list[Spec]:
    dots: list[dict[str, Any]] = [
        {"at": _middle(axis, dot), "v": rounded(dot.value), "low": rounded(dot.low), "high": rounded(dot.high)}
        for dot in trail.dots
    ]
    known = [dot for dot in dots if dot["v"] is not None]
    sure = [dot for dot in known if dot["low"] is not None]
    x, y, low, paint = _x(axis), scale.plain("v"), scale.plain("low"), token(trail.colour)
    if trail.joined:
        gaps = "break-paths-filter-domains"
        return [
            {
                "data": rows_of(dots),
                "mark": {"type": "area", "fill": paint, "fillOpacity": 0.14, "invalid": gaps},
                "encoding": {"x": x, "y": low, "y2": {"field": "high"}},
            },
            {
                "data": rows_of(dots),
                "mark": {"type": "line", "stroke": paint, "strokeWidth": 2, "invalid": gaps},
                "encoding": {"x": x, "y": y},
            },
        ]
    return [
        {
            "data": rows_of(sure),
            "mark": {"type": "rule", "stroke": paint, "strokeOpacity": 0.45},
            "encoding": {"x": x, "y": low, "y2": {"field": "high"}},
        },
        {
            "data": rows_of(known),
            "mark": {"type": "circle", "fill": paint, "size": 22, "opacity": 1},
            "encoding": {"x": x, "y": y},
        },
    ]


def _then(axis: TimeAxis, scale: Scale, then: Dot, says: str, *, colour: str) -> list[Spec]:
    """A ring around the window with its day and value, on the side that has room."""
    assert then.value is not None
    place = _middle(axis, then)
    left, right = axis.domain
    late = (place - left) * 2 > right - left
    low = then.value < (scale.low + scale.high) / 2
    edge = (then.low if low else then.high) or then.value
    # Beyond the interval, or beside the ring where the plot ends there.
    beside = not _EDGE < (edge - scale.low) / (scale.high - scale.low) < 1 - _EDGE
    away = 0 if beside else 7 if low else -7
    line = "middle" if beside else "top" if low else "bottom"
    told = [{"at": place, "v": rounded(then.value), "edge": rounded(then.value if beside else edge), "say": says}]
    side = -10 if beside else 8
    words = {"align": "right" if late else "left", "dx": side if late else -side}
    words |= {"dy": away, "baseline": line, "fontWeight": 600}
    ring = {"size": 50, "strokeWidth": 2, "stroke": token(colour), "fill": token("surface"), "opacity": 1}
    x, y = _x(axis), scale.plain("v")
    return [
        {"data": rows_of(told), "mark": {"type": "point", "shape": "circle", **ring}, "encoding": {"x": x, "y": y}},
        *_words(told, {"x": x, "y": scale.plain("edge")}, words, "t1"),
    ]


def _middle(axis: TimeAxis, dot: Dot) -> int:
    return axis.at((dot.start + dot.end) // 2)
