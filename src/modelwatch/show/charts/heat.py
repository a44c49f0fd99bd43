"""A heat map over time: rows by stretches, coloured by how many times the limit the worst window read.

One scale for every metric and page. What is missing is never painted as low: too little is a dot, nothing a slash.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from modelwatch.show.charts.frame import Chart, Spec, Telling, rows_of
from modelwatch.show.charts.ground import Ground, lane
from modelwatch.show.tokens import HEAT_LIMITS, heat, token

PITCH, EDGE = 18, 8
"""Pixels from row to row, which the names beside the plot keep, and below the last."""
_COLOURS = [token(f"heat-{place}") for place in range(len(HEAT_LIMITS) + 1)]


@dataclass(frozen=True, slots=True)
class Cell:
    """One row in one stretch of time.

    Attributes
    ----------
    multiple
        How many times the limit its worst window read; None where nothing was computed.
    empty
        Whether some window had rows but no value at all.
    """

    start: int
    end: int
    multiple: float | None = None
    empty: bool = False


@dataclass(frozen=True, slots=True)
class HeatRow:
    """One row; the page writes the name beside the plot."""

    name: str
    cells: Sequence[Cell]
    href: str = ""


def heat_map(telling: Telling, lanes: Sequence[HeatRow], *, ground: Ground, pitch: int = PITCH) -> Chart:
    """Rows of cells.

    Parameters
    ----------
    telling
        Its name, one sentence with the finding, and its table view.
    pitch
        Pixels from row to row.

    Examples
    --------
    >>> from modelwatch.domain.instants import DAY
    >>> from modelwatch.show.charts.frame import TimeAxis
    >>> lanes = [HeatRow("temp", [Cell(0, DAY, 1.5)]), HeatRow("dewp", [Cell(0, DAY)])]
    >>> told = Telling(name="psi", says="temp is past its limit.")
    >>> chart = heat_map(told, lanes, ground=Ground(axis=TimeAxis(0, DAY)))
    >>> chart.spec["height"]
    44
    """
    filled: list[dict[str, Any]] = []
    few: list[dict[str, Any]] = []
    empty: list[dict[str, Any]] = []
    start, end = ground.axis.domain
    widest = (end - start) * _WIDEST
    for row, line in enumerate(lanes):
        for cell in line.cells:
            place = ground.clip(cell.start, cell.end)
            if place is None:
                continue
            gap = round(min((place[1] - place[0]) * _GAP, widest))
            told = {"at": place[0] + gap, "to": place[1] - gap, "r": row}
            if cell.multiple is not None:
                filled.append({**told, "h": heat(cell.multiple), **({"u": line.href} if line.href else {})})
            elif not cell.empty:
                few.append({"at": sum(place) // 2, "r": row})
            if cell.empty:
                empty.append(told)
    count = max(1, len(lanes))
    layers = [*ground.layers(), _filled(filled, ground, count), _few(few, ground, count), *_empty(empty, ground, count)]
    return telling.chart(lane(*layers, height=pitch * count + EDGE))


def _y(name: str, count: int) -> Spec:
    scale = {"domain": [count, 0], "range": [{"expr": f"height - {EDGE}"}, 0], "nice": False, "zero": False}
    return {"field": name, "type": "quantitative", "scale": scale, "axis": None}


_UNDER = [{"calculate": "datum.r + 1", "as": "under"}]
_INSIDE: Spec = {"yOffset": 1.5, "y2Offset": -1.5}
_GAP, _WIDEST = 0.06, 0.0012  # of a cell, left and right of its mark; of the plot at most


def _filled(data: Sequence[Mapping[str, Any]], ground: Ground, count: int) -> Spec:
    colours = {"domain": list(range(len(_COLOURS))), "range": _COLOURS}
    return {
        "data": rows_of(data),
        "transform": _UNDER,
        "mark": {"type": "rect", "cornerRadius": 2, **_INSIDE},
        "encoding": {
            "x": ground.x(),
            "x2": {"field": "to"},
            "y": _y("r", count),
            "y2": {"field": "under"},
            "fill": {"field": "h", "type": "ordinal", "scale": colours},
        },
    }


def _few(data: Sequence[Mapping[str, Any]], ground: Ground, count: int) -> Spec:
    return {
        "data": rows_of(data),
        "transform": [{"calculate": "datum.r + 0.5", "as": "middle"}],
        "mark": {"type": "circle", "size": 5, "fill": token("t3"), "fillOpacity": 0.8},
        "encoding": {"x": ground.x(), "y": _y("middle", count)},
    }


def _empty(data: Sequence[Mapping[str, Any]], ground: Ground, count: int) -> list[Spec]:
    encoding = {"x": ground.x(), "x2": {"field": "to"}, "y": _y("r", count), "y2": {"field": "under"}}
    line = {"stroke": token("nodata"), "strokeWidth": 1.2}
    box = {"type": "rect", "cornerRadius": 2, "fill": None, **line, "yOffset": 2}
    slash: Spec = {
        "data": rows_of(data),
        "transform": [
            {"calculate": "(datum.at + datum.to) / 2", "as": "centre"},
            {"calculate": "datum.r + 0.5", "as": "middle"},
        ],
        "mark": {"type": "point", "shape": "M-.5,.5L.5,-.5", "size": 120, "opacity": 1, **line},
        "encoding": {"x": {**ground.x("centre")}, "y": _y("middle", count)},
    }
    return [
        {"data": rows_of(data), "transform": _UNDER, "mark": {**box, "y2Offset": -2}, "encoding": encoding},
        slash,
    ]
