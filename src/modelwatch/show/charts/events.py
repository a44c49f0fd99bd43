"""The lane of incidents and events: what people posted as diamonds, short incidents as their icon, long ones as bars.

Things are put in rows so that none covers another; words stand where there is room for them at the width drawn.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from modelwatch.show.charts.frame import WIDTH, Chart, Spec, Telling, rows_of
from modelwatch.show.charts.ground import FILLS, Ground, lane
from modelwatch.show.status import State
from modelwatch.show.tokens import token

PITCH, EDGE = 19, 8
MOST_ROWS = 8
_LETTER = 6.2  # pixels that a letter of chart text takes, about
_ICON = 16
_SHORT = 2.2 * _ICON  # a bar narrower than this is an icon
_STATES = (State.CRITICAL, State.WARNING, State.NODATA)
_SHAPES = {
    State.CRITICAL: "M-.41,-1L.41,-1L1,-.41L1,.41L.41,1L-.41,1L-1,.41L-1,-.41Z",
    State.WARNING: "M0,-1L1.1,.9L-1.1,.9Z",
    State.NODATA: "M-.41,-1L.41,-1L1,-.41L1,.41L.41,1L-.41,1L-1,.41L-1,-.41Z",
}
_TINTS = {
    State.CRITICAL: token("critical-tint"),
    State.WARNING: token("warning-tint"),
    State.NODATA: token("nodata-tint"),
}
_TEXTS = {State.CRITICAL: token("critical"), State.WARNING: token("warning"), State.NODATA: token("nodata")}


@dataclass(frozen=True, slots=True)
class Span:
    """An incident from its first window to its end; without an end it is open.

    A bar says it in full, an icon in the words of `short`; `href` is where it opens.
    """

    start: int
    end: int | None
    says: str
    state: State
    href: str = ""
    short: str = ""


@dataclass(frozen=True, slots=True)
class Happened:
    """Something on the time axis that is no incident: a point, or a span whose start counts."""

    at: int
    says: str
    kind: Literal["deployment", "other"] = "other"


def events(telling: Telling, spans: Sequence[Span], happened: Sequence[Happened], *, ground: Ground) -> Chart:
    """Incidents and events over time.

    Examples
    --------
    >>> from modelwatch.domain.instants import DAY
    >>> from modelwatch.show.charts.frame import TimeAxis
    >>> ground = Ground(axis=TimeAxis(0, 90 * DAY))
    >>> storm = Span(DAY, 2 * DAY, "Storm", State.CRITICAL)
    >>> told = Telling(name="incidents", says="One incident.")
    >>> chart = events(told, [storm], [Happened(0, "Version 1", "deployment")], ground=ground)
    >>> chart.spec["height"]
    54
    """
    posted = _posted(happened, ground)
    placed = _placed(spans, ground, first=1 if posted else 0)
    count = max([1 if posted else 0, *(each["r"] + 1 for each in placed)], default=0) or 1
    bars = [each for each in placed if each["wide"]]
    icons = [each for each in placed if not each["wide"]]
    layers = [
        *ground.layers(),
        _deployed([each for each in posted if each["kind"] == "deployment"], ground, count),
        _diamonds([each for each in posted if each["kind"] != "deployment"], ground, count),
        _words(posted, ground, count, token("t2"), 9),
        *(layer for state in _STATES for layer in _of(state, bars, icons, ground, count)),
    ]
    return telling.chart(lane(*layers, height=PITCH * count + 2 * EDGE))


def _posted(happened: Sequence[Happened], ground: Ground) -> list[dict[str, Any]]:
    """Events in one row; `room` is the share of the plot up to the next, in which words may stand."""
    inside = sorted((each for each in happened if ground.axis.start <= each.at < ground.axis.end), key=lambda e: e.at)
    start, end = ground.axis.domain
    places = [ground.axis.at(each.at) for each in inside]
    return [
        {"at": at, "r": 0, "say": each.says, "kind": each.kind, "room": _share(following - at, end - start)}
        for each, at, following in zip(inside, places, [*places[1:], end][: len(places)], strict=True)
    ]


def _placed(spans: Sequence[Span], ground: Ground, *, first: int) -> list[dict[str, Any]]:
    """Bars and icons in as few rows as it takes: bars first, the worst and longest at the top of theirs."""
    start, end = ground.axis.domain
    pixel = (end - start) / WIDTH
    inside: list[tuple[Span, int, int, bool]] = []
    for span in spans:
        place = ground.clip(span.start, span.end)
        if place is not None:
            inside.append((span, *place, place[1] - place[0] > _SHORT * pixel))
    rows: list[list[tuple[float, float]]] = []
    found: list[dict[str, Any]] = []
    for span, at, to, wide in sorted(inside, key=lambda each: (each[3], _STATES.index(each[0].state), each[1])):
        centre = at if wide else min(max((at + to) / 2, start + _ICON / 2 * pixel), end - _ICON / 2 * pixel)
        low, high = (at, to) if wide else (centre - _ICON / 2 * pixel, centre + _ICON / 2 * pixel)
        row = next((r for r, taken in enumerate(rows) if all(high <= a or low >= b for a, b in taken)), len(rows))
        if row + first >= MOST_ROWS:
            continue
        if row == len(rows):
            rows.append([])
        rows[row].append((low, high))
        say = span.says if wide else span.short or span.says
        told = {"at": round(centre), "r": row + first, "say": say, "state": span.state, "wide": wide}
        found.append({**told, "low": low, "to": to, "u": span.href})
    return [{**each, "room": _room(each, found, start, end)} for each in found]


def _room(mine: Mapping[str, Any], others: Sequence[Mapping[str, Any]], start: int, end: int) -> float:
    """The share of the plot in which the words of a bar or an icon may stand."""
    if mine["wide"]:
        return _share(mine["to"] - mine["at"], end - start)
    right = [each["low"] for each in others if each["r"] == mine["r"] and each["low"] > mine["low"]]
    return _share(min([*right, end]) - mine["at"], end - start)


def _share(part: float, whole: float) -> float:
    return round(part / whole, 4)


def _y(count: int) -> Spec:
    inner = [{"expr": f"height - {EDGE}"}, EDGE]
    scale = {"domain": [count, 0], "range": inner, "nice": False, "zero": False}
    return {"field": "middle", "type": "quantitative", "scale": scale, "axis": None}


_MIDDLE = [{"calculate": "datum.r + 0.5", "as": "middle"}]


def _marks(data: Sequence[Mapping[str, Any]], mark: Spec, ground: Ground, count: int) -> Spec:
    kept = [{name: row[name] for name in ("at", "r", "u") if row.get(name) not in (None, "")} for row in data]
    encoding = {"x": ground.x(), "y": _y(count)}
    return {"data": rows_of(kept), "transform": _MIDDLE, "mark": mark, "encoding": encoding}


def _deployed(data: Sequence[Mapping[str, Any]], ground: Ground, count: int) -> Spec:
    arrow = {"shape": "M0,-1L.8,.1L.25,.1L.25,1L-.25,1L-.25,.1L-.8,.1Z", "size": 60}
    return _marks(data, {"type": "point", **arrow, "fill": token("t1"), "stroke": None, "opacity": 1}, ground, count)


def _diamonds(data: Sequence[Mapping[str, Any]], ground: Ground, count: int) -> Spec:
    look = {"shape": "diamond", "size": 60, "stroke": token("t2"), "strokeWidth": 1.3, "fill": None, "opacity": 1}
    return _marks(data, {"type": "point", **look}, ground, count)


def _words(
    data: Sequence[Mapping[str, Any]],
    ground: Ground,
    count: int,
    colour: str,
    away: int,
    *,
    strong: bool = False,
    cut: bool = False,
) -> Spec:
    """Words beside their mark where there is room for them; if they may be `cut`, for some of them."""
    kept = [
        {name: row[name] for name in ("at", "r", "say", "room", "u") if row.get(name) not in (None, "")} for row in data
    ]
    room, least = f"datum.room * width - {away + 6}", "min(length(datum.say), 9)" if cut else "length(datum.say)"
    return {
        "data": rows_of(kept),
        "transform": _MIDDLE,
        "mark": {
            "type": "text",
            "align": "left",
            "baseline": "middle",
            "dx": away,
            "fontWeight": 600 if strong else 400,
            "fill": colour,
            "limit": {"expr": f"max(1, {room})"},
            "opacity": {"expr": f"{room} < {least} * {_LETTER} ? 0 : 1"},
        },
        "encoding": {"x": ground.x(), "y": _y(count), "text": {"field": "say", "type": "nominal"}},
    }


def _of(
    state: State, bars: Sequence[dict[str, Any]], icons: Sequence[dict[str, Any]], ground: Ground, count: int
) -> list[Spec]:
    """The layers of one state: bars with icon and words inside, icons with words beside."""
    mine = [each for each in bars if each["state"] is state]
    small = [each for each in icons if each["state"] is state]
    edge = "warning-fill" if state is State.WARNING else "nodata" if state is State.NODATA else "critical-fill"
    box: Spec = {
        "data": rows_of({name: row[name] for name in ("at", "to", "r", "u") if row[name] != ""} for row in mine),
        "transform": [
            {"calculate": "datum.r + 0.1", "as": "middle"},
            {"calculate": "datum.r + 0.9", "as": "under"},
        ],
        "mark": {
            "type": "rect",
            "cornerRadius": 3,
            "fill": _TINTS[state],
            "stroke": token(edge),
            "strokeOpacity": 0.5,
            "xOffset": 0.5,
            "x2Offset": -1,
        },
        "encoding": {"x": ground.x(), "x2": {"field": "to"}, "y": _y(count), "y2": {"field": "under"}},
    }
    return [
        box,
        *_icon(state, mine, ground, count, 9),
        _words(mine, ground, count, _TEXTS[state], 18, strong=True, cut=True),
        *_icon(state, small, ground, count, 0),
        _words(small, ground, count, _TEXTS[state], 10, strong=True),
    ]


def _icon(state: State, data: Sequence[Mapping[str, Any]], ground: Ground, count: int, away: int) -> list[Spec]:
    edge = token("warning") if state is State.WARNING else FILLS[state]
    shape: Spec = {"type": "point", "shape": _SHAPES[state], "size": 90, "fill": FILLS[state], "stroke": edge}
    sign = {"type": "text", "fontWeight": 700, "fontSize": 10, "baseline": "middle", "dy": 0.5}
    colour = token("on-warning") if state is State.WARNING else token("surface")
    marked = _marks(data, {**shape, "opacity": 1, "strokeWidth": 1, "xOffset": away}, ground, count)
    signed = _marks(data, {**sign, "text": "!", "dx": away, "fill": colour}, ground, count)
    return [marked, signed]
