"""What lies behind every lane of a page: the reference's time, what is wrong now, what is selected, and hairlines.

The lane charts put it under their marks, so that causes and effects line up by eye.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from modelwatch.show.charts.frame import Chart, Spec, Telling, TimeAxis, layered, rows_of
from modelwatch.show.digits import day
from modelwatch.show.status import State
from modelwatch.show.tokens import token

FILLS: Mapping[State, str] = {
    State.CRITICAL: token("critical-fill"),
    State.WARNING: token("warning-fill"),
    State.NODATA: token("nodata"),
    State.PENDING: token("ref-line"),
    State.OK: token("ref-line"),
}
"""The colour of bars and cells in a state; quiet ones are grey."""
_LONG = 0.08  # of the axis, from which what is open is only tinted
STRIP, RIGHT = 26, 8
"""Pixels of the strip of time, and right of every lane's plot, for marks at the newest window."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch of time, microseconds since 1970; without an end it goes on."""

    start: int
    end: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """The time that lanes share, with what is marked in all of them.

    Attributes
    ----------
    reference
        The time of the reference's rows; `reference_says` names it, in the one lane that is asked to.
    wrong
        What is open now, with its state: a translucent bar.
    selected
        A window that the reader chose.

    Examples
    --------
    >>> from modelwatch.domain.instants import DAY
    >>> ground = Ground(axis=TimeAxis(0, 31 * DAY), reference=Stretch(-DAY, DAY))
    >>> [layer["mark"]["type"] for layer in ground.layers()]
    ['rect', 'rect', 'rect', 'rule', 'rule']
    """

    axis: TimeAxis
    reference: Stretch | None = None
    reference_says: tuple[str, str] = ("", "")
    wrong: tuple[Stretch, State] | None = None
    selected: Stretch | None = None

    def x(self, name: str = "at") -> Spec:
        """The encoding of a field of milliseconds; hairlines are part of the ground, so there is no axis."""
        return self.axis.bare(name)

    def layers(self) -> list[Spec]:
        """The layers under a lane's marks; they are there, if empty, on every page: charts of one shape."""
        wrong, state = self.wrong or (None, State.OK)
        # A window of an hour in a year would be too thin to see; one of months would cover the page.
        edged = {"stroke": FILLS[state], "strokeOpacity": 0.28, "strokeWidth": 2}
        length = sum(each["to"] - each["at"] for each in self._clipped(wrong))
        start, end = self.axis.domain
        strength = 0.14 if length < (end - start) * _LONG else 0.05
        chosen = self._clipped(self.selected)
        edges = [{"at": each[name]} for each in chosen for name in ("at", "to")]
        return [
            self._rect(self.reference, {"fill": token("sunken")}),
            self._rect(wrong, {"fill": FILLS[state], "fillOpacity": strength, **edged}),
            self._rect(self.selected, {"fill": token("current"), "fillOpacity": 0.12}),
            self._rule([{"at": at} for at in self.axis.ticks()], token("line"), 1),
            self._rule(edges, token("current"), 1.5),
        ]

    def clip(self, start: int, end: int | None) -> tuple[int, int] | None:
        """A stretch as milliseconds on the axis, None if it lies outside."""
        first, last = max(start, self.axis.start), min(self.axis.end if end is None else end, self.axis.end)
        return (self.axis.at(first), self.axis.at(last)) if first < last else None

    def _clipped(self, stretch: Stretch | None) -> list[dict[str, int]]:
        found = None if stretch is None else self.clip(stretch.start, stretch.end)
        return [] if found is None else [{"at": found[0], "to": found[1]}]

    def _rect(self, stretch: Stretch | None, look: Mapping[str, Any]) -> Spec:
        return {
            "data": rows_of(self._clipped(stretch)),
            "mark": {"type": "rect", **look},
            "encoding": {"x": self.x(), "x2": {"field": "to"}},
        }

    def _rule(self, rows: Sequence[Mapping[str, int]], colour: str, width: float) -> Spec:
        return {
            "data": rows_of(rows),
            "mark": {"type": "rule", "stroke": colour, "strokeWidth": width},
            "encoding": {"x": self.x()},
        }

    def name_layers(self) -> list[Spec]:
        """The words that name the reference's time, above the marks of the one lane that shows them."""
        rows = [
            {"at": (each["at"] + each["to"]) // 2, "say": say}
            for each in self._clipped(self.reference)
            for say in self.reference_says
        ]
        strong = {"fontWeight": 600, "fill": token("t2")}
        return [
            {
                "data": rows_of(rows[place : place + 1]),
                "mark": {"type": "text", "y": 12 + 14 * place, "baseline": "middle", **look},
                "encoding": {"x": self.x(), "text": {"field": "say", "type": "nominal"}},
            }
            for place, look in enumerate((strong, {"fill": token("t3")}))
        ]


def lane(*layers: Spec, height: int) -> Spec:
    """Layers as a lane: no room above and below, so that what lies behind runs on from lane to lane."""
    return layered(*layers, height=height, top=0, bottom=0, right=RIGHT)


def strip(ground: Ground, *, name: str = "time") -> Chart:
    """The labels of the time axis, for the first and the last lane of a page."""
    axis = ground.axis
    x = axis.x(labels=True)
    x["axis"] = {
        **x["axis"],
        "orient": "top",
        "offset": -STRIP,
        "labelBaseline": "middle",
        "labelPadding": STRIP // 2,
        "zindex": 1,
    }
    labels: Spec = {
        "data": rows_of([{"at": axis.at(axis.start)}]),
        "mark": {"type": "point", "opacity": 0},
        "encoding": {"x": x},
    }
    first, last = (day(each, axis.zone) for each in (axis.start, axis.end - 1))
    told = Telling(
        name=name,
        says=f"Time from {first} to {last}, {axis.zone}.",
        columns={"tick": "Tick"},
        rows=[{"tick": text} for text in axis.labels()],
    )
    return told.chart(lane(*ground.layers(), labels, height=STRIP))
