"""The chart of how a column's values lie: in the form that is asked for, with what lies beyond the reference named."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

from modelwatch.read.values import Levels, Numbers
from modelwatch.serve.ui.column_canvas import ColumnCanvas
from modelwatch.show import digits
from modelwatch.show.charts import Chart, Telling
from modelwatch.show.charts.distribution import Mark, below, deciles, density, levels

NOTABLE = 0.01
"""Share of the values beyond the reference's range from which a line says so."""
_EVERY = 8  # points of the curve that the table tells


def distribution(canvas: ColumnCanvas) -> Chart | None:
    """How the values lie; None where there are none to be shown."""
    match canvas.view.shape:
        case Numbers() as shape:
            return _numbers(canvas, shape)
        case Levels() as shape:
            rows = _rows(shape.names, shape.sides)
            return levels(_telling(canvas, "Level", list(shape.sides), rows), shape.names, shape.sides)
        case None:
            return None


def _numbers(canvas: ColumnCanvas, shape: Numbers) -> Chart:
    sides = shape.sides
    if canvas.form == "below":
        curves = {name: side.below for name, side in sides.items()}
        rows = _rows([digits.metric(at) for at in shape.at], curves)[::_EVERY]
        return below(_telling(canvas, "Below", list(sides), rows), shape.at, curves)
    if canvas.form == "deciles" and shape.deciles:
        names = _tenths(shape.deciles)
        parts = {name: side.deciles for name, side in sides.items()}
        return deciles(_telling(canvas, "Values", list(sides), _rows(names, parts)), names, parts)
    names = [f"{digits.metric(low)} to {digits.metric(high)}" for low, high in pairwise(shape.edges)]
    parts = {name: side.bins for name, side in sides.items()}
    telling = _telling(canvas, "Values", list(sides), _rows(names, parts))
    return density(telling, shape.edges, parts, marks=_beyond(canvas, shape))


def _beyond(canvas: ColumnCanvas, shape: Numbers) -> list[Mark]:
    """Lines at the ends of the reference's range, where a notable share lies beyond."""
    current, reference = canvas.view.sides.get("current"), canvas.view.sides.get("reference")
    if current is None or reference is None or reference.maximum is None or reference.minimum is None:
        return []
    over, under = current.over or 0.0, current.under or 0.0
    found: list[Mark] = []
    if over >= NOTABLE and reference.maximum < shape.edges[-1]:
        what = f"reference maximum {digits.metric(reference.maximum)}"
        found.append(Mark(reference.maximum, what, f"{digits.share(over)} beyond it"))
    if under >= NOTABLE and reference.minimum > shape.edges[0]:
        what = f"reference minimum {digits.metric(reference.minimum)}"
        found.append(Mark(reference.minimum, what, f"{digits.share(under)} below it", upper=False))
    return found


def _telling(canvas: ColumnCanvas, what: str, sides: Sequence[str], rows: Sequence[Mapping[str, Any]]) -> Telling:
    named = {"reference": "Reference", "current": canvas.selected}
    if canvas.view.earlier is not None:
        named["earlier"] = canvas.named(canvas.view.earlier)
    columns = {"what": what, **{side: named[side] for side in sides}}
    return Telling(name="distribution", says=_says(canvas), columns=columns, rows=rows)


def _says(canvas: ColumnCanvas) -> str:
    sides, name = canvas.view.sides, canvas.view.name
    current, reference = sides.get("current"), sides.get("reference")
    if current is None or not current.n:
        return f"Distribution of {name}: no values in {canvas.selected}."
    told = f"Distribution of {name} in {canvas.selected}, {digits.count(current.n)} values"
    if current.median is not None and reference is not None and reference.median is not None:
        return f"{told}: median {digits.metric(current.median)}, in the reference {digits.metric(reference.median)}."
    return f"{told}."


def _rows(names: Sequence[str], sides: Mapping[str, Sequence[float]]) -> list[dict[str, Any]]:
    return [
        {"what": name, **{side: digits.share(shares[place]) for side, shares in sides.items() if shares}}
        for place, name in enumerate(names)
    ]


def _tenths(edges: Sequence[float]) -> list[str]:
    named = [digits.metric(edge) for edge in edges]
    return [f"below {named[0]}", *(f"{low} to {high}" for low, high in pairwise(named)), f"{named[-1]} and more"]
