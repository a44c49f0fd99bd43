"""Stacked bars by day as plain rectangles: how many models were not OK, in the head of a page.

Like a sparkline it is written by the server; the same numbers stand beside it as a table.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from modelwatch.show.status import State

WIDTH, HEIGHT = 400, 44
LEAST = 4
"""Models that fill the height at least: one bad model of one looks like one, not like a wall."""
_GAP = 2


@dataclass(frozen=True, slots=True)
class Box:
    """One part of a bar, in pixels."""

    state: State
    x: float
    y: float
    width: float
    height: float


def stacked(days: Sequence[Mapping[State, int]]) -> list[Box]:
    """The parts of the bars, the gravest at the bottom.

    Examples
    --------
    >>> stacked([{State.CRITICAL: 1, State.WARNING: 3}, {}])
    [Box(state=<State.CRITICAL: 'critical'>, x=0.0, y=33.0, width=198.0, height=11.0), \
Box(state=<State.WARNING: 'warning'>, x=0.0, y=0.0, width=198.0, height=33.0)]
    """
    most = max((sum(counts.values()) for counts in days), default=0)
    unit = HEIGHT / max(most, LEAST)
    step = WIDTH / max(len(days), 1)
    found: list[Box] = []
    for place, counts in enumerate(days):
        top = float(HEIGHT)
        for state, count in counts.items():
            if count:
                top -= count * unit
                found.append(
                    Box(state, round(place * step, 1), round(top, 1), round(step - _GAP, 1), round(count * unit, 1))
                )
    return found
