"""A lane of bars over time: rows of small bars on one scale, as missing shares by column, or one row of counts.

A window without anything to count is a mark of its own, never a bar of no height.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from modelwatch.show.charts.frame import Chart, Spec, Telling, rows_of
from modelwatch.show.charts.ground import FILLS, Ground, lane
from modelwatch.show.charts.scale import rounded
from modelwatch.show.status import State
from modelwatch.show.tokens import token

PITCH = 24
EDGE = 8
"""Pixels from row to row, and above the first and below the last."""
_ROOM = 0.86  # of a row's height, for its tallest bar
_GAP = 0.14  # of a window, between two bars
_STATES = (State.OK, State.WARNING, State.CRITICAL, State.NODATA)


@dataclass(frozen=True, slots=True)
class Bar:
    """The value of one window; None where there was nothing to count."""

    start: int
    end: int
    value: float | None
    state: State = State.OK


@dataclass(frozen=True, slots=True)
class Level:
    """A limit of all rows, named at the first."""

    value: float
    state: State
    says: str


def bars(
    telling: Telling,
    lanes: Sequence[Sequence[Bar]],
    *,
    ground: Ground,
    ceiling: tuple[float, str],
    pitch: int = PITCH,
    levels: Sequence[Level] = (),
    names_reference: bool = False,
) -> Chart:
    """Rows of bars, each from 0 to the ceiling.

    Parameters
    ----------
    telling
        Its name, one sentence with the finding, and its table view.
    lanes
        The bars of each row, from the top.
    ceiling
        The value of a bar as high as its row, and how it is written at the upper end of the first.
    pitch
        Pixels from row to row.
    levels
        Limits drawn through every row.
    names_reference
        Whether this is the one lane of the page that names the reference's time.

    Examples
    --------
    >>> from modelwatch.domain.instants import DAY
    >>> from modelwatch.show.charts.frame import TimeAxis
    >>> told, ground = Telling(name="rows", says="12 rows."), Ground(axis=TimeAxis(0, DAY))
    >>> chart = bars(told, [[Bar(0, DAY, 12.0)]], ground=ground, ceiling=(20.0, "20"))
    >>> chart.spec["height"]
    40
    """
    top, written = ceiling
    data: list[dict[str, Any]] = []
    empty: list[dict[str, Any]] = []
    for row, mine in enumerate(lanes):
        for bar in mine:
            place = _place(bar, ground)
            if place is None:
                continue
            if bar.value is None:
                empty.append({"at": place[0], "r": row})
            elif bar.value > 0:
                height = rounded(min(bar.value / top, 1.0) * _ROOM, 3)
                data.append({"at": place[0], "to": place[1], "r": row, "h": height, "s": _STATES.index(bar.state)})
    count = max(1, len(lanes))
    layers = [
        *ground.layers(),
        _floors(count, written),
        *(layer for level in levels for layer in _level(level, count, top)),
        _drawn(data, ground, count),
        _empty(empty, ground, count),
        *(ground.name_layers() if names_reference else []),
    ]
    return telling.chart(lane(*layers, height=pitch * count + 2 * EDGE))


def _place(bar: Bar, ground: Ground) -> tuple[int, int] | None:
    found = ground.clip(bar.start, bar.end)
    if found is None:
        return None
    gap = round((found[1] - found[0]) * _GAP / 2)
    return found[0] + gap, found[1] - gap


def _y(name: str, count: int, axis: Spec | None = None) -> Spec:
    inner = [{"expr": f"height - {EDGE}"}, EDGE]
    scale = {"domain": [count, 0], "range": inner, "nice": False, "zero": False}
    return {"field": name, "type": "quantitative", "scale": scale, "axis": axis}


def _floors(count: int, written: str) -> Spec:
    top = 1 - _ROOM
    labels = f"datum.value == 1 ? '0' : '{written}'" if count == 1 else f"'{written}'"
    values = [top, 1] if count == 1 else [top]
    axis = {"values": values, "labelExpr": labels, "grid": False, "title": None, "minExtent": 40, "maxExtent": 40}
    return {
        "data": rows_of([{"r": row + 1} for row in range(count)]),
        "mark": {"type": "rule", "stroke": token("line2")},
        "encoding": {"y": _y("r", count, axis)},
    }


def _level(level: Level, count: int, top: float) -> list[Spec]:
    share = min(level.value / top, 1.0) * _ROOM
    name = token("warning" if level.state is State.WARNING else "critical")
    line: Spec = {
        "data": rows_of([{"r": row + 1 - share} for row in range(count)]),
        "mark": {"type": "rule", "stroke": name, "strokeDash": [4, 3]},
        "encoding": {"y": _y("r", count)},
    }
    text: Spec = {
        "data": rows_of([{"r": 1 - share, "say": level.says}]),
        "mark": {"type": "text", "x": 4, "align": "left", "dy": -3, "baseline": "bottom", "fill": name},
        "encoding": {"y": _y("r", count), "text": {"field": "say", "type": "nominal"}},
    }
    return [line, text]


def _drawn(data: Sequence[Mapping[str, Any]], ground: Ground, count: int) -> Spec:
    colours = {"domain": list(range(len(_STATES))), "range": [FILLS[state] for state in _STATES]}
    return {
        "data": rows_of(data),
        "transform": [
            {"calculate": "datum.r + 1", "as": "floor"},
            {"calculate": "datum.r + 1 - datum.h", "as": "top"},
        ],
        "mark": {"type": "rect"},
        "encoding": {
            "x": ground.x(),
            "x2": {"field": "to"},
            "y": _y("top", count),
            "y2": {"field": "floor"},
            "fill": {"field": "s", "type": "ordinal", "scale": colours},
        },
    }


def _empty(data: Sequence[Mapping[str, Any]], ground: Ground, count: int) -> Spec:
    return {
        "data": rows_of(data),
        "transform": [{"calculate": "datum.r + 0.86", "as": "floor"}],
        "mark": {"type": "point", "shape": "M-.6,.6L.6,-.6", "size": 30, "stroke": token("nodata"), "opacity": 1},
        "encoding": {"x": ground.x(), "y": _y("floor", count)},
    }
