"""How values lie, now and in the reference: as density, as shares below, by the reference's deciles, or by level.

The first proof on the page of a column, and of an incident of drift. Reference is grey, the window is blue.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

from modelwatch.show.charts.frame import Chart, Spec, Telling, layered, rows_of
from modelwatch.show.charts.scale import Scale, rounded
from modelwatch.show.digits import share
from modelwatch.show.tokens import token

HEIGHT = 192
_LEFT, _TOP, _BOTTOM, _RIGHT = 44, 24, 24, 16
_PITCH, _NAMED, _NUMBERS = 26, 60, 118
_DASHED = [3, 3]
_LONGEST = 22
_ROOM = 0.3  # of the axis, that the words of a mark need on its far side
_QUIET: Spec = {"fill": token("ref-bar")}
_WASH: Spec = {"fill": token("current"), "fillOpacity": 0.14}
_BOXED: Spec = {"fill": token("current"), "fillOpacity": 0.22, "stroke": token("current"), "strokeWidth": 1.5}
REFERENCE, CURRENT, EARLIER = "reference", "current", "earlier"
"""The sides of a distribution: what is normal, the window looked at, and, where that is empty, the last before it."""
Shares = Mapping[str, Sequence[float]]


class Axis(Protocol):
    """Puts a field on the axis of a chart's values."""

    def __call__(self, name: str, *, labels: bool = False) -> Spec: ...


@dataclass(frozen=True, slots=True)
class Mark:
    """An upright line at a value of the axis: what it is, and what lies beyond it, which stands on its far side."""

    at: float
    says: str
    beyond: str
    upper: bool = True


def density(
    telling: Telling, edges: Sequence[float], sides: Shares, *, marks: Sequence[Mark] = (), height: int = HEIGHT
) -> Chart:
    """Shares of the values in bins of one width.

    Parameters
    ----------
    edges
        Ends of the bins, one more than each side has shares.
    height
        Pixels of the plot.

    Examples
    --------
    >>> chart = density(Telling(name="shape", says="Warmer."), [0, 1, 2], {"current": [0.25, 0.75]})
    >>> chart.spec["layer"][2]["data"]["values"]
    []
    """
    tall = max((max(shares) for shares in sides.values() if shares), default=1.0)
    # The words of a mark stand above the tallest bar.
    y = Scale.of([tall * (1.08 if marks else 1.0)], written=share, zero=True)
    x = _values_axis(edges[0], edges[-1])
    current, earlier = (_steps(edges, sides.get(side, ())) for side in (CURRENT, EARLIER))
    layers = [
        *_ruled(x, y),
        _columns(_boxes(edges, sides.get(REFERENCE, ())), x, y),
        _columns(_boxes(edges, sides.get(CURRENT, ()), gap=0.0), x, y, fill=_WASH),
        _outline(earlier, x, y, {"stroke": token("t2"), "strokeWidth": 1.2, "strokeDash": _DASHED}),
        _outline(current, x, y, {"stroke": token("current"), "strokeWidth": 2}),
        *_marked(marks, x, (edges[0], edges[-1])),
    ]
    return telling.chart(_framed(layers, height))


def below(telling: Telling, at: Sequence[float], sides: Shares) -> Chart:
    """The share of the values below each value.

    Examples
    --------
    >>> chart = below(Telling(name="shape", says="Warmer."), [0, 1, 2], {"current": [0, 0.25, 1]})
    >>> chart.spec["layer"][2]["data"]["values"][1]
    {'v': 1.0, 'p': 0.25}
    """
    y = Scale.of([0.0, 1.0], written=share, zero=True)
    x = _values_axis(at[0], at[-1])
    looks: Mapping[str, Spec] = {
        CURRENT: {"stroke": token("current"), "strokeWidth": 2},
        EARLIER: {"stroke": token("t2"), "strokeWidth": 1.2, "strokeDash": _DASHED},
        REFERENCE: {"stroke": token("ref-line"), "strokeWidth": 2},
    }
    lines = [
        {
            "data": rows_of(
                {"v": rounded(value, 5), "p": rounded(part)}
                for value, part in (zip(at, sides[side], strict=True) if side in sides else ())
            ),
            "mark": {"type": "line", **look},
            "encoding": {"x": x("v"), "y": y.plain("p")},
        }
        for side, look in looks.items()
    ]
    return telling.chart(_framed([*_ruled(x, y), *lines]))


def deciles(telling: Telling, names: Sequence[str], sides: Shares) -> Chart:
    """Shares of the values in each of the reference's deciles, which drift is measured on.

    Examples
    --------
    >>> told = Telling(name="shape", says="Warmer.")
    >>> deciles(told, ["below 1", "1 and more"], {"current": [0.2, 0.8]}).height
    240
    """
    tall = max((max(shares) for shares in sides.values() if shares), default=1.0)
    y = Scale.of([tall], written=share, zero=True)
    named = ",".join(f"'{place + 0.5}':'{_plain(name)}'" for place, name in enumerate(names))
    axis = {
        "values": [place + 0.5 for place in range(len(names))],
        "tickCount": len(names),
        "labelExpr": f"{{{named}}}[toString(datum.value)]",
    }
    x = _axis({"domain": [0, len(names)], "nice": False, "zero": False}, axis)
    layers = [
        *_ruled(x, y),
        _columns(_bars(sides.get(REFERENCE, ()), 0.06), x, y),
        _columns(_bars(sides.get(CURRENT, sides.get(EARLIER, ())), 0.22), x, y, fill=_BOXED),
    ]
    return telling.chart(_framed(layers))


def levels(telling: Telling, names: Sequence[str], sides: Shares) -> Chart:
    """Shares of the rows by level, one row each, with both numbers beside it.

    Examples
    --------
    >>> told = Telling(name="shape", says="More of b.")
    >>> levels(told, ["a", "b"], {"reference": [0.5, 0.5], "current": [0.2, 0.8]}).height
    60
    """
    top = max((max(shares) for shares in sides.values() if shares), default=1.0) or 1.0
    current = sides.get(CURRENT) or sides.get(EARLIER)
    rows: list[dict[str, Any]] = []
    for place, name in enumerate(names):
        known = {
            side: rounded(shares[place]) for side, shares in (("c", current), ("r", sides.get(REFERENCE))) if shares
        }
        says = {f"{side}_say": share(part) for side, part in known.items()}
        rows.append({"at": place + 0.5, "name": _short(name), "zero": 0, **known, **says})
    x = {"type": "quantitative", "scale": {"domain": [0, top], "nice": False, "zero": True}, "axis": None}
    y = {"type": "quantitative", "field": "at", "axis": None, "scale": {"domain": [len(names), 0], "nice": False}}
    looks = (("r", {"fill": token("ref-bar"), "height": 16}), ("c", {"fill": token("current"), "height": 6}))
    layers: list[Spec] = [
        {
            "data": rows_of(row for row in rows if side in row),
            "mark": {"type": "bar", "orient": "horizontal", **look},
            "encoding": {"x": {**x, "field": "zero"}, "x2": {"field": side}, "y": y},
        }
        for side, look in looks
    ]
    words: Spec = {"baseline": "middle", "type": "text"}
    places: tuple[tuple[str, Any, Spec], ...] = (
        ("name", -8, {"fill": token("t1")}),
        ("c_say", {"expr": "width + 52"}, {"fill": token("t1"), "fontWeight": 600}),
        ("r_say", {"expr": f"width + {_NUMBERS - 16}"}, {"fill": token("t3")}),
    )
    layers += [
        {
            "data": rows_of(row for row in rows if text in row),
            "mark": {**words, "align": "right", "x": place, **look},
            "encoding": {"y": y, "text": {"field": text, "type": "nominal"}},
        }
        for text, place, look in places
    ]
    left = max(_NAMED, 24 + round(6.4 * max((len(_short(name)) for name in names), default=0)))
    spec = layered(*layers, height=_PITCH * len(names), left=left, top=0, bottom=8, right=_NUMBERS, width=560)
    return telling.chart(spec)


_AXIS: Spec = {"grid": False, "title": None, "labelOverlap": "greedy", "labelSeparation": 8}


def _values_axis(low: float, high: float) -> Axis:
    """The axis of the values."""
    return _axis({"domain": [rounded(low, 6), rounded(high, 6)], "nice": False, "zero": False}, {"tickCount": 8})


def _axis(scale: Spec, axis: Spec) -> Axis:
    """The encoding of a field along the axis; one layer of a chart shows its labels."""

    def encode(name: str, *, labels: bool = False) -> Spec:
        shown = {**_AXIS, **axis} if labels else None
        return {"field": name, "type": "quantitative", "scale": scale, "axis": shown}

    return encode


def _ruled(x: Axis, y: Scale) -> list[Spec]:
    """The hairlines across, and the labels of both axes."""
    labels: Spec = {
        "data": rows_of([{"v": 0}]),
        "mark": {"type": "point", "opacity": 0},
        "encoding": {"x": x("v", labels=True)},
    }
    return [y.grid(), labels]


def _framed(layers: Sequence[Spec], height: int = HEIGHT) -> Spec:
    return layered(*layers, height=height, left=_LEFT, top=_TOP, bottom=_BOTTOM, right=_RIGHT, width=680)


def _boxes(edges: Sequence[float], shares: Sequence[float], *, gap: float = 0.04) -> list[dict[str, float | None]]:
    gap *= edges[1] - edges[0]
    return [
        {"v": rounded(edges[place] + gap, 6), "to": rounded(edges[place + 1] - gap, 6), "p": rounded(part), "z": 0}
        for place, part in enumerate(shares)
        if part > 0
    ]


def _bars(shares: Sequence[float], gap: float) -> list[dict[str, float | None]]:
    return [{"v": place + gap, "to": place + 1 - gap, "p": rounded(part), "z": 0} for place, part in enumerate(shares)]


def _steps(edges: Sequence[float], shares: Sequence[float]) -> list[dict[str, float | None]]:
    """The outline of the bins, from the floor up and down to it again; nothing where the ends are empty."""
    filled = [place for place, part in enumerate(shares) if part > 0]
    if not filled:
        return []
    first, last = filled[0], filled[-1]
    outline: list[tuple[float, float]] = [(edges[first], 0.0)]
    for place in range(first, last + 1):
        outline += [(edges[place], shares[place]), (edges[place + 1], shares[place])]
    outline.append((edges[last + 1], 0.0))
    return [{"v": rounded(value, 6), "p": rounded(part)} for value, part in outline]


def _columns(
    rows: Sequence[Mapping[str, float | None]], x: Axis, y: Scale, *, fill: Mapping[str, Any] = _QUIET
) -> Spec:
    return {
        "data": rows_of(rows),
        "mark": {"type": "rect", **fill},
        "encoding": {"x": x("v"), "x2": {"field": "to"}, "y": y.plain("p"), "y2": {"field": "z"}},
    }


def _outline(rows: Sequence[Mapping[str, float | None]], x: Axis, y: Scale, look: Mapping[str, Any]) -> Spec:
    return {
        "data": rows_of({**row, "order": place} for place, row in enumerate(rows)),
        "mark": {"type": "line", "strokeJoin": "miter", **look},
        "encoding": {"x": x("v"), "y": y.plain("p"), "order": {"field": "order", "type": "quantitative"}},
    }


def _marked(marks: Sequence[Mark], x: Axis, ends: tuple[float, float]) -> list[Spec]:
    line: Spec = {
        "data": rows_of({"v": rounded(mark.at, 6)} for mark in marks),
        "mark": {"type": "rule", "stroke": token("t2"), "strokeDash": [1, 3], "strokeWidth": 1.4},
        "encoding": {"x": x("v")},
    }
    marks = [_turned(mark, ends) for mark in marks]
    texts: list[Spec] = []
    for upper in (True, False):
        mine = [mark for mark in marks if mark.upper is upper]
        near, far = ("right", "left") if upper else ("left", "right")
        for align, strong in ((near, False), (far, True)):
            look = {"fontWeight": 600, "fill": token("t1")} if strong else {"fill": token("t2")}
            texts.append(
                {
                    "data": rows_of(
                        {"v": rounded(mark.at, 6), "say": mark.beyond if strong else mark.says} for mark in mine
                    ),
                    "mark": {"type": "text", "align": align, "dx": 6 if align == "left" else -6, "y": -8, **look},
                    "encoding": {"x": x("v"), "text": {"field": "say", "type": "nominal"}},
                }
            )
    return [line, *texts]


def _turned(mark: Mark, ends: tuple[float, float]) -> Mark:
    """A mark near the end of the axis has no room on its far side: all its words stand on the near one."""
    place = (mark.at - ends[0]) / (ends[1] - ends[0])
    crowded = place > 1 - _ROOM if mark.upper else place < _ROOM
    return replace(mark, says=f"{mark.says}, {mark.beyond}", beyond="") if crowded else mark


def _short(name: str) -> str:
    """A name on a chart: its middle left out where it is long; the table has it whole."""
    return name if len(name) <= _LONGEST else f"{name[: _LONGEST // 2]}\u2026{name[-_LONGEST // 2 + 1 :]}"


def _plain(text: str) -> str:
    """Text inside the quotes of an expression."""
    return text.replace("\\", "\\\\").replace("'", "\\'")
