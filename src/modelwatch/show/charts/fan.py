"""The lane of a column's values over time: a fan of quantiles for numbers, lines for the shares of few levels.

What is normal lies behind it as a band, so that a shift is seen before it is read.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from modelwatch.show.charts.frame import Chart, Telling
from modelwatch.show.charts.ground import Ground
from modelwatch.show.charts.scale import Scale
from modelwatch.show.charts.series import Band, Line, Note, Point, Ribbon, Role, Series, series
from modelwatch.show.digits import share

HEIGHT = 132
Fanned = tuple[int, tuple[float, ...]]
"""The middle of a window and its 5, 25, 50, 75 and 95 % quantiles; empty without values."""
_ROLES: tuple[Role, ...] = ("current", "label", "other")
MOST_LEVELS = len(_ROLES)


def fan(
    telling: Telling,
    values: Sequence[Fanned],
    *,
    ground: Ground,
    written: Callable[[float], str],
    normal: tuple[float, ...] = (),
    notes: Sequence[Note] = (),
) -> Chart:
    """Numbers over time: the median, the middle half, and nine of ten.

    Parameters
    ----------
    normal
        The same quantiles of the reference; empty without one.

    Examples
    --------
    >>> from modelwatch.domain.instants import DAY
    >>> from modelwatch.show.charts.frame import TimeAxis
    >>> ground = Ground(axis=TimeAxis(0, 2 * DAY))
    >>> values = [(DAY // 2, (1.0, 2.0, 3.0, 4.0, 5.0)), (3 * DAY // 2, ())]
    >>> fan(Telling(name="values", says="Medians."), values, ground=ground, written=str).height
    132
    """
    outer = [_point(at, quantiles, 0, 4) for at, quantiles in values]
    inner = [_point(at, quantiles, 1, 3) for at, quantiles in values]
    every = [*(end for point in outer for end in (point.low, point.high)), *(normal[::4] if normal else ())]
    shown = Series(
        scale=Scale.of(every, written=written),
        bands=[Band(normal[0], normal[4], normal[2])] if normal else (),
        ribbons=[Ribbon(outer, opacity=0.16), Ribbon(inner, opacity=0.28)],
        lines=[Line(inner)],
        notes=notes,
    )
    return series(telling, shown, ground=ground, height=HEIGHT, names_reference=True)


def level_lines(
    telling: Telling, values: Sequence[tuple[int, tuple[float, ...]]], *, ground: Ground, normal: Sequence[float] = ()
) -> Chart:
    """Shares of at most three levels over time, each with what is normal as a fine line behind it.

    Examples
    --------
    >>> from modelwatch.domain.instants import DAY
    >>> from modelwatch.show.charts.frame import TimeAxis
    >>> ground = Ground(axis=TimeAxis(0, 2 * DAY))
    >>> level_lines(Telling(name="values", says="Shares."), [(DAY // 2, (0.5, 0.3))], ground=ground).height
    132
    """
    count = min(max((len(shares) for _, shares in values), default=0), MOST_LEVELS)
    lines = [
        Line([Point(at, shares[place] if shares else None) for at, shares in values], role=_ROLES[place])
        for place in range(count)
    ]
    bands = [Band(each, each, each) for each in normal[:count]]
    shown = Series(
        scale=Scale.of([point.value for line in lines for point in line.points], written=share, zero=True),
        bands=bands,
        lines=lines,
    )
    return series(telling, shown, ground=ground, height=HEIGHT, names_reference=True)


def _point(at: int, quantiles: tuple[float, ...], low: int, high: int) -> Point:
    return Point(at, quantiles[2], quantiles[low], quantiles[high]) if quantiles else Point(at, None)
