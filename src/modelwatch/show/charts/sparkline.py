"""A sparkline: the course of one number on the band of what is normal, small enough for a cell of a table.

Its shape as numbers and one path, which a template writes into an SVG: a table of hundreds needs no script.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

WIDTH, HEIGHT = 240, 40
"""The view box; a page shows it at half that size, so that whole numbers are half pixels."""
_EDGE = 4

Point = tuple[int, float]


@dataclass(frozen=True, slots=True)
class Sparkline:
    """Where its parts lie: `path` of the line, the `end` mark, and the `band` from y and how high, None without one."""

    path: str
    end: tuple[int, int]
    band: tuple[int, int] | None = None


def sparkline(
    course: Sequence[Point], since: int, until: int, *, apart: int, band: tuple[float, float] | None = None
) -> Sparkline | None:
    """The sparkline of instants and values between two instants, None if there are none.

    Parameters
    ----------
    apart
        How long two neighbouring values may lie apart; a longer gap stays a gap.
    band
        What is normal, from and to.

    Examples
    --------
    >>> sparkline([(0, 1.0), (5, 2.0), (10, 2.0)], 0, 10, apart=5, band=(1.0, 2.0))
    Sparkline(path='M0 36l120-32h116', end=(236, 4), band=(4, 32))
    """
    points = [point for point in course if since <= point[0] <= until]
    if not points:
        return None
    values = [*(value for _, value in points), *(band or ())]
    low, high = min(values), max(values)
    if low == high:
        low, high = low - 1, high + 1

    def y(value: float) -> int:
        return round(_EDGE + (high - value) / (high - low) * (HEIGHT - 2 * _EDGE))

    def x(instant: int) -> int:
        return min(round((instant - since) / max(until - since, 1) * WIDTH), WIDTH - _EDGE)

    runs = _runs(points, apart)
    path = "".join(_line([(x(at), y(value)) for at, value in run]) for run in runs)
    at, value = points[-1]
    return Sparkline(path, (x(at), y(value)), None if band is None else (y(band[1]), y(band[0]) - y(band[1])))


def _runs(points: Iterable[Point], apart: int) -> list[list[Point]]:
    found: list[list[Point]] = []
    for point in points:
        if found and point[0] - found[-1][-1][0] <= apart:
            found[-1].append(point)
        else:
            found.append([point])
    return found


def _line(points: Sequence[tuple[int, int]]) -> str:
    """One line in relative steps: short numbers are short pages. One point alone is a dot of the line's width."""
    drawn = f"M{points[0][0]} {points[0][1]}" + ("h0" if len(points) == 1 else "")
    steep = False
    for (left, above), (across, down) in pairwise(points):
        right, fall = across - left, down - above
        if fall == 0:
            drawn += f"h{right}"
        else:
            drawn += f"{' ' if steep else 'l'}{right}{'' if fall < 0 else ' '}{fall}"
        steep = fall != 0
    return drawn
