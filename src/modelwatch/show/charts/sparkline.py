"""A sparkline: the course of one number on the band of what is normal, small enough for a cell of a table.

Its shape as numbers and one path, which a template writes into an SVG: a table of hundreds needs no script.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 240, 40
"""The view box; a page shows it at half that size, so that whole numbers are half pixels."""
_POINTS = 60
_EDGE = 4

Point = tuple[int, float | None]


@dataclass(frozen=True, slots=True)
class Sparkline:
    """Where its parts lie: `path` of the line, the `band` from y and how high, the `end` mark; what is missing is None.

    `stopped` says that the newest windows have no value, so that the line ends before the edge.
    """

    path: str
    end: tuple[int, int] | None
    band: tuple[int, int] | None
    stopped: bool = False


def sparkline(course: Sequence[Point], since: int, until: int, band: tuple[float, float] | None = None) -> Sparkline:
    """The sparkline of instants and values between two instants, gaps left as gaps.

    Of more than sixty windows the last one of each sixtieth of the time is drawn.

    Examples
    --------
    >>> sparkline([(0, 1.0), (5, 2.0), (10, 2.0)], 0, 10, (1.0, 2.0))
    Sparkline(path='M0 36l120-32h116', end=(236, 4), band=(4, 32), stopped=False)
    """
    points = [point for point in course if since <= point[0] <= until]
    values = [value for _, value in points if value is not None]
    if not values:
        return Sparkline("", None, None, stopped=bool(points))
    low, high = min(*values, *(band or values)), max(*values, *(band or values))
    if low == high:
        low, high = low - 1, high + 1

    def y(value: float) -> int:
        return round(_EDGE + (high - value) / (high - low) * (HEIGHT - 2 * _EDGE))

    def x(instant: int) -> int:
        return min(round((instant - since) / max(until - since, 1) * WIDTH), WIDTH - _EDGE)

    drawn = [(x(at), None if value is None else y(value)) for at, value in _thinned(points, since, until)]
    seen = [(across, down) for across, down in drawn if down is not None]
    lying = None if band is None else (y(band[1]), y(band[0]) - y(band[1]))
    return Sparkline(_path(drawn), seen[-1], lying, stopped=points[-1][1] is None)


def _thinned(points: Iterable[Point], since: int, until: int) -> list[Point]:
    step = max((until - since) / _POINTS, 1)
    found: dict[int, Point] = {}
    for at, value in points:
        place = int((at - since) / step)
        # A gap is drawn where a whole stretch has no value.
        if value is not None or place not in found:
            found[place] = at, value
    return list(found.values())


def _path(points: Iterable[tuple[int, int | None]]) -> str:
    """One line for each run of values, in relative steps: short numbers are short pages."""
    parts: list[str] = []
    before: tuple[int, int] | None = None
    drawn = ""
    for across, down in points:
        if down is None:
            before = None
        elif before is None:
            parts.append(f"M{across} {down}")
            before, drawn = (across, down), "M"
        else:
            right, fall = across - before[0], down - before[1]
            if fall == 0:
                parts.append(f"h{right}")
                drawn = "h"
            else:
                parts.append(f"{' ' if drawn == 'l' else 'l'}{right}{'' if fall < 0 else ' '}{fall}")
                drawn = "l"
            before = across, down
    return "".join(parts)
