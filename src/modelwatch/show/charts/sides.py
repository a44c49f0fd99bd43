"""Two sides of one column on the same bins: what is normal as grey bars, a window as a blue outline over them.

The chart of a drift, and of what an incident did to the model's scores.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from modelwatch.show import digits
from modelwatch.show.charts.frame import Chart, Spec, Telling, field, layered, rows_of
from modelwatch.show.charts.scale import Scale, rounded
from modelwatch.show.tokens import token

HEIGHT = 140
_PITCH, _NAMES = 20, 92


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A value that is told of on the axis, with a few lines beside it, the first strong."""

    at: float
    says: Sequence[str]


def histogram(
    name: str,
    says: str,
    edges: Sequence[float],
    current: Sequence[float],
    reference: Sequence[float] | None,
    *,
    mark: Mark | None = None,
) -> Chart:
    """Shares of values between edges.

    Parameters
    ----------
    edges
        One more than the shares, ascending.
    current, reference
        Shares of both sides; None without a reference.

    Examples
    --------
    >>> made = histogram("score", "scores narrowed", [0.0, 0.5, 1.0], [0.9, 0.1], [0.5, 0.5])
    >>> made.rows[0]["bin"], made.height
    ('0 to 0.500', 160)
    """
    grey = reference or ()
    scale = Scale.of([*current, *grey], written=digits.share, zero=True)
    x: Spec = {
        **field("at"),
        "scale": {"domain": [edges[0], edges[-1]], "nice": False, "zero": False},
        "axis": {"title": None, "grid": False, "tickCount": 5, "format": "~g", "labelFlush": True},
    }
    quiet = {**x, "axis": None}
    bars = [{"at": edges[place], "to": edges[place + 1], "v": rounded(each)} for place, each in enumerate(grey)]
    steps = [{"at": edges[0], "v": 0.0}]
    for place, each in enumerate(current):
        steps += [{"at": edges[place], "v": rounded(each) or 0.0}, {"at": edges[place + 1], "v": rounded(each) or 0.0}]
    steps.append({"at": edges[-1], "v": 0.0})
    outline = {"interpolate": "linear", "stroke": token("current"), "strokeWidth": 2, "strokeJoin": "miter"}
    spec = layered(
        scale.grid(),
        {
            "data": rows_of(bars),
            "mark": {"type": "rect", "fill": token("ref-bar"), "stroke": token("surface"), "strokeWidth": 1},
            "encoding": {"x": x, "x2": {"field": "to"}, "y": scale.plain("v"), "y2": {"datum": 0}},
        },
        {
            "data": rows_of(steps),
            "mark": {"type": "area", "fill": token("current"), "fillOpacity": 0.14},
            "encoding": {"x": quiet, "y": scale.plain("v"), "y2": {"datum": 0}},
        },
        {"data": rows_of(steps), "mark": {"type": "line", **outline}, "encoding": {"x": quiet, "y": scale.plain("v")}},
        *_mark(mark, quiet, (edges[0] + edges[-1]) / 2),
        height=HEIGHT,
        bottom=20,
        right=4,
        top=0,
    )
    rows = [
        {
            "bin": f"{digits.metric(edges[place])} to {digits.metric(edges[place + 1])}",
            "current": digits.share(each),
            "reference": digits.share(reference[place] if reference else None),
        }
        for place, each in enumerate(current)
    ]
    return _told(name, says, "Values", rows).chart(spec)


def levels(
    name: str,
    says: str,
    names: Sequence[str],
    current: Sequence[float],
    reference: Sequence[float] | None,
    *,
    others: str = "",
) -> Chart:
    """Shares of categories: a grey bar for what is normal, a blue one inside it for the window.

    Parameters
    ----------
    others
        Which of the names stands for all that are not named.

    Examples
    --------
    >>> levels("origin", "JFK is gone", ["EWR", "JFK"], [1.0, 0.0], [0.6, 0.4]).rows[1]["bin"]
    'JFK'
    """
    grey = reference or [0.0] * len(names)
    # What stands for all others has no bar: it would make the others too short to compare.
    drawn = [place for place, each in enumerate(names) if each != others]
    most = max([*(current[place] for place in drawn), *(grey[place] for place in drawn), 1e-9])
    height = len(names) * _PITCH
    x = {**field("v"), "scale": {"domain": [0, most], "nice": False}, "axis": None}

    def bars(values: Sequence[float], top: int, bottom: int, colour: str) -> Spec:
        rows = [
            {"v": rounded(each), "top": place * _PITCH + top, "bottom": place * _PITCH + bottom}
            for place, each in enumerate(values)
            if place in drawn
        ]
        return {
            "data": rows_of(rows),
            "mark": {"type": "rect", "fill": token(colour)},
            "encoding": {"x": x, "x2": {"datum": 0}, "y": _down("top", height), "y2": {"field": "bottom"}},
        }

    told: list[dict[str, Any]] = [
        {
            "name": each,
            "says": digits.share(current[place]) + (f", ref. {digits.share(grey[place])}" if reference else ""),
            "top": place * _PITCH + _PITCH / 2,
        }
        for place, each in enumerate(names)
    ]
    left = {"type": "text", "align": "right", "baseline": "middle", "limit": _NAMES - 12, "fill": token("t1")}
    right = {"type": "text", "align": "left", "baseline": "middle", "dx": 8, "fill": token("t2")}
    spec = layered(
        bars(grey, 2, 18, "ref-bar"),
        bars(current, 7, 13, "current"),
        {
            "data": rows_of(told),
            "mark": left,
            "encoding": {"x": {"value": -8}, "y": _down("top", height), "text": {"field": "name", "type": "nominal"}},
        },
        {
            "data": rows_of(told),
            "mark": right,
            "encoding": {
                "x": {"value": {"expr": "width"}},
                "y": _down("top", height),
                "text": {"field": "says", "type": "nominal"},
            },
        },
        height=height,
        left=_NAMES,
        right=112,
        top=0,
        bottom=0,
    )
    rows = [
        {"bin": each, "current": digits.share(current[place]), "reference": digits.share(reference[place] if reference else None)}
        for place, each in enumerate(names)
    ]
    return _told(name, says, "Value", rows).chart(spec)


def _told(name: str, says: str, values: str, rows: Sequence[dict[str, str]]) -> Telling:
    columns = {"bin": values, "current": "Then", "reference": "Reference"}
    return Telling(name=name, says=says, columns=columns, rows=rows)


def _down(name: str, height: int) -> Spec:
    """Pixels from the upper edge."""
    return {**field(name), "scale": {"domain": [height, 0], "nice": False, "zero": False}, "axis": None}


def _mark(mark: Mark | None, x: Spec, middle: float) -> list[Spec]:
    at = [] if mark is None else [{"at": mark.at}]
    lines = () if mark is None else mark.says
    late = mark is not None and mark.at > middle * 1.4
    words = {"type": "text", "align": "right" if late else "left", "dx": -6 if late else 6, "baseline": "top"}
    return [
        {
            "data": rows_of(at),
            "mark": {"type": "rule", "stroke": token("t1"), "strokeDash": [2, 2]},
            "encoding": {"x": x, "y": {"value": 0}, "y2": {"value": HEIGHT}},
        },
        *(
            {
                "data": rows_of([{**at[0], "say": line}]),
                "mark": {**words, "y": 4 + 14 * place, "fontWeight": 600 if place == 0 else 400, "fill": token("t1" if place == 0 else "t2")},
                "encoding": {"x": x, "text": {"field": "say", "type": "nominal"}},
            }
            for place, line in enumerate(lines)
        ),
    ]
