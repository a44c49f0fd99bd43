"""The lane of a column's values over time: quantiles of numbers, or the shares of the levels that moved most."""

from __future__ import annotations

from modelwatch.read.values import QUANTILES, Levels
from modelwatch.serve.ui.canvas import Told
from modelwatch.serve.ui.column_canvas import ColumnCanvas, plain
from modelwatch.serve.ui.lanes import Drawn, Key, Lane
from modelwatch.show import digits
from modelwatch.show.charts import Telling
from modelwatch.show.charts.fan import MOST_LEVELS, fan, level_lines
from modelwatch.show.status import State

_LOOKS: tuple[Drawn, ...] = ("line", "label", "label-thin")


def values_lane(canvas: ColumnCanvas) -> Told | None:
    """The values over time; None where no window has any that can be drawn."""
    view = canvas.view
    if any(day.values.quantiles for day in view.days):
        return _fan(canvas)
    if isinstance(view.shape, Levels) and any(day.levels for day in view.days):
        return _levels(canvas, view.shape)
    return None


def _fan(canvas: ColumnCanvas) -> Told:
    view = canvas.view
    reference = view.sides.get("reference")
    normal = () if reference is None else reference.quantiles
    filled = [day for day in view.days if day.values.quantiles]
    usual = f"; in the reference {digits.metric(normal[2])}" if normal else ""
    telling = Telling(
        name="values",
        says=f"Median of {view.name} over time, {digits.metric(filled[-1].values.median)} at last{usual}.",
        columns={"window": "Window", **{str(at): f"{at * 100:.0f} %" for at in QUANTILES}},
        rows=[
            {
                "window": canvas.named(day.window),
                **{str(at): digits.metric(each) for at, each in zip(QUANTILES, day.values.quantiles, strict=True)},
            }
            for day in filled
        ],
    )
    chart = fan(
        telling,
        [((day.window.start + day.window.end) // 2, day.values.quantiles) for day in view.days],
        ground=canvas.ground,
        written=plain,
        normal=normal,
    )
    keys = [Key("line", "median"), Key("ribbon", "25 to 75 %"), Key("ribbon-wide", "5 to 95 %")]
    beside = [f"reference {digits.metric(normal[2])}"] if normal else []
    lane = Lane(
        name="values",
        title=f"Values by {canvas.unit}",
        chart=chart,
        keys=[*keys, *([Key("band", "reference")] if normal else [])],
        readout=[*_median_told(canvas), *_gap(canvas)],
    )
    readouts = [
        [digits.metric(day.values.median), f"median, {canvas.named(day.window)}", *beside]
        if day.values.quantiles
        else ["No values", canvas.named(day.window)]
        for day in view.days
    ]
    return Told(lane, readouts)


def _median_told(canvas: ColumnCanvas) -> list[str]:
    """What the read-out says of the selected stretch."""
    current, reference = canvas.view.sides.get("current"), canvas.view.sides.get("reference")
    if current is None or current.median is None:
        return ["No values", f"in {canvas.selected}"]
    told = [digits.metric(current.median), "median, selected"]
    return told if reference is None else [*told, f"reference {digits.metric(reference.median)}"]


def _gap(canvas: ColumnCanvas) -> list[tuple[State, str, str]]:
    """Where the newest window has no values, that it has none."""
    last = canvas.view.days[-1] if canvas.view.days else None
    return [] if last is None or last.values.n else [(State.NODATA, "no values", f" {canvas.named(last.window)}")]


def _levels(canvas: ColumnCanvas, shape: Levels) -> Told:
    view, names = canvas.view, shape.moved[:MOST_LEVELS]
    shares = [
        tuple(day.levels.get(name, 0) / day.values.n for name in names) if day.values.n else () for day in view.days
    ]
    times = [canvas.named(day.window) for day in view.days]
    telling = Telling(
        name="values",
        says=f"Shares of {', '.join(names)} in {view.name} over time.",
        columns={"window": "Window", **{str(place): name for place, name in enumerate(names)}},
        rows=[
            {"window": time, **{str(place): digits.share(part) for place, part in enumerate(each)}}
            for time, each in zip(times, shares, strict=True)
            if each
        ],
    )
    reference = dict(zip(shape.names, shape.sides.get("reference", ()), strict=False))
    points = [((day.window.start + day.window.end) // 2, each) for day, each in zip(view.days, shares, strict=True)]
    normal = [reference[name] for name in names if name in reference]
    total = len(shape.names) + shape.more
    lane = Lane(
        name="values",
        title="Shares of levels",
        under=f"those that moved most, of {total}" if total > len(names) else "",
        chart=level_lines(telling, points, ground=canvas.ground, normal=normal),
        keys=[Key(look, name) for look, name in zip(_LOOKS, names, strict=False)],
        readout=[*_share_told(canvas, shape), *_gap(canvas)],
    )
    readouts = [
        [*(f"{name} {digits.share(part)}" for name, part in zip(names, each, strict=True)), time]
        if each
        else ["No values", time]
        for time, each in zip(times, shares, strict=True)
    ]
    return Told(lane, readouts)


def _share_told(canvas: ColumnCanvas, shape: Levels) -> list[str]:
    name = shape.moved[0]
    place = shape.names.index(name)
    current, reference = shape.sides.get("current"), shape.sides.get("reference")
    if current is None:
        return ["No values", f"in {canvas.selected}"]
    told = [f"{name} {digits.share(current[place])}", "selected"]
    return told if reference is None else [*told, f"reference {digits.share(reference[place])}"]
