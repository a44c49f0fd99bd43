"""The lane of one metric against its limits: noise floor and threshold named on their lines, amber where it is past.

Of drift metrics on a logarithmic axis, of which the lane's name says so.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from modelwatch.show.charts.frame import Chart, Telling
from modelwatch.show.charts.ground import Ground
from modelwatch.show.charts.scale import Scale
from modelwatch.show.charts.series import Band, Limit, Line, Point, Ribbon, Series, series

HEIGHT = 124
_CLOSE = 0.17  # of the axis: closer than this, the words of two limits would cover one another


@dataclass(frozen=True, slots=True)
class Held:
    """One window: its value, and whether a verdict holds, with the limit that it is past."""

    start: int
    end: int
    value: float | None
    past: float | None = None

    @property
    def middle(self) -> int:
        """Where it is drawn."""
        return (self.start + self.end) // 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """What a metric is drawn with.

    Attributes
    ----------
    values
        The same metric over a shorter span, as a thin line.
    limits
        Noise floor and thresholds.
    normal
        Low end, middle and high end of what the reference's blocks read.
    """

    values: Sequence[Held] = ()
    limits: Sequence[Limit] = ()
    normal: tuple[float, float, float] | None = None


def held(
    telling: Telling,
    values: Sequence[Held],
    *,
    ground: Ground,
    written: Callable[[float], str],
    beside: Beside,
    log: bool = False,
) -> Chart:
    """A metric over time with its limits.

    Examples
    --------
    >>> from modelwatch.domain.instants import DAY
    >>> from modelwatch.show.charts.frame import TimeAxis
    >>> ground, floor = Ground(axis=TimeAxis(0, DAY)), Limit(1.3, "noise floor 1.3", "floor")
    >>> told = Telling(name="psi", says="PSI is past its limit.")
    >>> beside = Beside(limits=[floor])
    >>> held(told, [Held(0, DAY, 8.2, past=1.3)], ground=ground, written=str, beside=beside, log=True).height
    124
    """
    normal = beside.normal
    known = [each.value for each in (*values, *beside.values)] + [limit.value for limit in beside.limits]
    if normal is not None:
        known += [normal[0], normal[2]]
    scale = Scale.logarithmic(known, written=written) if log else Scale.of(known, written=written)
    shown = Series(
        scale=scale,
        bands=[Band(normal[0], normal[2], normal[1])] if normal else (),
        limits=_apart(beside.limits, scale),
        ribbons=[Ribbon(_past(values), role="warning", opacity=0.24)],
        lines=[
            Line([Point(each.middle, each.value) for each in beside.values], role="other", thin=True),
            Line([Point(each.middle, each.value) for each in values]),
        ],
    )
    return series(telling, shown, ground=ground, height=HEIGHT)


def _apart(limits: Sequence[Limit], scale: Scale) -> list[Limit]:
    """The limits with their words apart: where two lie close, those of the lower one stand under its line."""
    ends = [math.log(end) if scale.log else end for end in (scale.low, scale.high)]
    at = {limit: math.log(max(limit.value, scale.low)) if scale.log else limit.value for limit in limits}
    near = _CLOSE * (ends[1] - ends[0])
    return [
        replace(limit, above=all(not 0 < end - at[limit] < near for end in (*at.values(), ends[1] + near / 2)))
        for limit in limits
    ]


def _past(values: Sequence[Held]) -> list[Point]:
    """The area between limit and value while a verdict holds; a single window is as wide as it is."""
    found: list[Point] = []
    for place, each in enumerate(values):
        if each.past is None or each.value is None:
            found.append(Point(each.middle, None))
            continue
        low, high = sorted((each.past, each.value))
        alone = all(not 0 <= other < len(values) or values[other].past is None for other in (place - 1, place + 1))
        found += [Point(at, each.value, low, high) for at in ((each.start, each.end) if alone else (each.middle,))]
    return found
