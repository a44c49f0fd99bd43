"""The frame that all charts share: type, ticks, hairlines, plot edges, and the one time axis of the lanes of a page.

A chart is its specification with one sentence that says what it shows and the same numbers as a table.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as attribute
from datetime import timedelta
from functools import lru_cache
from typing import Any

from modelwatch.domain.instants import DAY, MINUTE
from modelwatch.show.digits import local
from modelwatch.show.tokens import FONT, token

Spec = dict[str, Any]
SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json"
LEFT, WIDTH = 40, 1000
"""Pixels left of every lane's plot, for the labels of its axis, and of the plot itself before a page fits it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """One chart.

    Attributes
    ----------
    name
        Unique on a page; it is part of the address of the chart's picture.
    says
        One sentence for those who do not see it: what it shows, and the finding.
    columns
        Titles of the columns of the table view, by field of the rows, in order.
    rows
        The numbers, one record for each mark or window.
    """

    name: str
    says: str
    spec: Spec
    columns: Mapping[str, str]
    rows: Sequence[Mapping[str, Any]]

    @property
    def height(self) -> int:
        """Pixels from the upper edge to the lower one, so that a page can keep the place."""
        padding = self.spec["padding"]
        return int(self.spec["height"] + padding["top"] + padding["bottom"])


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """What a chart tells besides its picture: see `Chart`.

    Examples
    --------
    >>> Telling(name="rows", says="12 rows on 1 Mar.").chart({"height": 20}).says
    '12 rows on 1 Mar.'
    """

    name: str
    says: str
    columns: Mapping[str, str] = attribute(default_factory=dict[str, str])
    rows: Sequence[Mapping[str, Any]] = ()

    def chart(self, spec: Spec) -> Chart:
        """The chart that is drawn so."""
        return Chart(name=self.name, says=self.says, spec=spec, columns=self.columns, rows=self.rows)


@dataclass(frozen=True, slots=True)
class TimeAxis:
    """The time that all lanes of a page share: microseconds since 1970 from `start` to `end`, in a zone's days.

    Vega knows UTC and the browser's own zone only, so instants are drawn by the clock of the zone as if it were UTC.

    Examples
    --------
    >>> axis = TimeAxis(0, 31 * DAY, "UTC")
    >>> axis.at(DAY), axis.domain
    (86400000, [0, 2678400000])
    """

    start: int
    end: int
    zone: str = "UTC"

    def at(self, instant: int) -> int:
        """Where an instant lies: milliseconds of the zone's clock."""
        return instant // 1000 + _offset(self.zone, instant // _QUARTER)

    @property
    def domain(self) -> list[int]:
        """The ends of the axis."""
        return [self.at(self.start), self.at(self.end)]

    def ticks(self) -> list[int]:
        """Where hairlines stand: months of a longer stretch, weeks or days of a shorter one, hours within days."""
        return list(_ticks(self.start, self.end, self.zone))

    def labels(self) -> list[str]:
        """What stands at each tick: the month, the day or the hour, with what changed since the tick before it.

        Examples
        --------
        >>> TimeAxis(300 * DAY, 430 * DAY).labels()
        ['Nov 1970', 'Dec', 'Jan 1971', 'Feb', 'Mar']
        """
        days = (self.end - self.start) / DAY
        found: list[str] = []
        before = None
        for tick in self.ticks():
            at = _EPOCH + timedelta(milliseconds=tick)
            year = f" {at.year}" if before is None or before.year != at.year else ""
            if days > _MONTHLY:
                found.append(f"{at:%b}{year}")
            elif days > _HOURLY or before is None or before.date() != at.date():
                found.append(f"{at.day} {at:%b}{year}")
            else:
                found.append(f"{at:%H:%M}")
            before = at
        return found

    def x(self, name: str = "at", *, labels: bool = False) -> Spec:
        """The encoding of a field of milliseconds along the axis; `labels` only where a page shows them."""
        named = zip(self.ticks(), self.labels(), strict=True) if labels else ()
        axis = {
            "values": self.ticks(),
            "tickCount": len(self.ticks()),  # Vega leaves out some of the values if they are many more than these
            "labelExpr": "{" + ",".join(f"'{at}':'{text}'" for at, text in named) + "}[toString(datum.value)]",
            "labels": labels,
            "labelAlign": "left",
            "labelOverlap": "greedy",
            "labelBound": True,
            "labelSeparation": 6,
            "labelOffset": 4,
            "title": None,
            "ticks": False,
            "domain": False,
        }
        return {**self.bare(name), "axis": axis}

    def bare(self, name: str = "at") -> Spec:
        """The encoding of a field of milliseconds along the axis, without ticks."""
        # A plain scale of milliseconds: that of times cannot be given its ends where expressions are interpreted.
        scale = {"domain": self.domain, "nice": False, "zero": False}
        return {"field": name, "type": "quantitative", "scale": scale, "axis": None}


_EPOCH = local(0).replace(tzinfo=None)
_MONTHLY, _WEEKLY, _HOURLY = 120, 20, 3


_QUARTER = 15 * MINUTE  # clocks are not changed within one


@lru_cache(maxsize=1 << 14)
def _offset(zone: str, quarter: int) -> int:
    """Milliseconds by which the clocks of a zone are ahead in a quarter of an hour."""
    return round((local(quarter * _QUARTER, zone).utcoffset() or timedelta()).total_seconds() * 1000)


@lru_cache(maxsize=64)
def _ticks(start: int, end: int, zone: str) -> tuple[int, ...]:
    first, last = local(start, zone).replace(tzinfo=None), local(end, zone).replace(tzinfo=None)
    days = (end - start) / DAY
    found: list[int] = []
    at = first.replace(hour=0, minute=0, second=0, microsecond=0)
    while at < last:
        if _stands_out(at.day, at.weekday(), at.hour, days) and at >= first:
            found.append(round((at - _EPOCH).total_seconds() * 1000))
        at += timedelta(hours=1) if days <= _HOURLY else timedelta(days=1)
    return tuple(found)


def _stands_out(day: int, weekday: int, hour: int, days: float) -> bool:
    if days > _MONTHLY:
        return day == 1
    if days > _WEEKLY:
        return weekday == 0
    return hour % 6 == 0 if days <= _HOURLY else hour == 0


def field(name: str, kind: str = "quantitative", **options: Any) -> Spec:
    """The encoding of a field.

    Examples
    --------
    >>> field("value", title=None)
    {'field': 'value', 'type': 'quantitative', 'title': None}
    """
    return {"field": name, "type": kind, **options}


def layered(
    *layers: Spec, height: int, left: int = LEFT, top: int = 6, bottom: int = 6, right: int = 0, width: int = WIDTH
) -> Spec:
    """Layers on one plot whose edges do not depend on their labels: lanes under each other line up by construction.

    Of each axis the layer that asks for it draws the labels.
    """
    outer = plot(height=height, left=left, top=top, bottom=bottom, right=right, width=width)
    return {**outer, "layer": list(layers), "resolve": {"axis": {"x": "independent", "y": "independent"}}}


def plot(*, height: int, left: int = LEFT, top: int = 6, bottom: int = 6, right: int = 0, width: int = WIDTH) -> Spec:
    """The outer parts of a specification; a page sets another width when it knows it."""
    return {
        "$schema": SCHEMA,
        "width": width,
        "height": height,
        "autosize": "none",
        "padding": {"left": left, "top": top, "right": right, "bottom": bottom},
        "background": None,
        "config": CONFIG,
    }


def rows_of(rows: Iterable[Mapping[str, Any]]) -> Spec:
    """Data that a specification carries."""
    return {"values": [dict(row) for row in rows]}


_TEXT: Spec = {"font": FONT, "fontSize": 11}
CONFIG: Spec = {
    "font": FONT,
    "view": {"stroke": None, "fill": None},
    "axis": {
        "labelFont": FONT,
        "labelFontSize": 11,
        "labelColor": token("t3"),
        "labelPadding": 6,
        "titleFont": FONT,
        "titleFontSize": 11,
        "titleFontWeight": 400,
        "titleColor": token("t3"),
        "grid": True,
        "gridColor": token("line"),
        "domain": False,
        "ticks": False,
        "tickCount": 4,
    },
    "text": {**_TEXT, "fill": token("t2")},
    "line": {"strokeWidth": 2, "interpolate": "linear", "stroke": token("current")},
    "legend": {"disable": True},
    "range": {"category": [token("current"), token("label"), token("ref-line")]},
}
