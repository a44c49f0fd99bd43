"""The upright axis of a lane: ends and ticks that say something, grid lines of its own, labels by `digits`.

Ends come from what is normal and from what is allowed; the data only moves them when it lies beyond.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from modelwatch.show.charts.frame import Spec, rows_of
from modelwatch.show.digits import MINUS
from modelwatch.show.tokens import token

_STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)
_CEILINGS = (1.0, 1.2, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0)
_TICKS = 4
_EDGE = 10


@dataclass(frozen=True, slots=True)
class Scale:
    """From `low` to `high`, with ticks and how they are written.

    Examples
    --------
    >>> from modelwatch.show.digits import share
    >>> Scale.of([0.52, 0.80], written=share).ticks
    (0.5, 0.6, 0.7, 0.8)
    >>> Scale.of([0, 8230], written=share, zero=True).high
    10000.0
    """

    low: float
    high: float
    ticks: tuple[float, ...]
    written: Callable[[float], str]
    log: bool = False

    @classmethod
    def of(
        cls,
        values: Iterable[float | None],
        *,
        written: Callable[[float], str] | None = None,
        zero: bool = False,
        bounds: tuple[float, float] = (-math.inf, math.inf),
    ) -> Scale:
        """The round stretch that holds the values, from 0 if `zero`, never past what the metric can be.

        Ticks are written with as many decimals as they need unless it is said how.
        """
        known = [min(max(each, bounds[0]), bounds[1]) for each in values if each is not None and math.isfinite(each)]
        if zero:
            known.append(0.0)
        least, most = min(known, default=0.0), max(known, default=1.0)
        if most - least <= abs(most) * 1e-9:
            least, most = (0.0, most or 1.0) if zero else (least - abs(least) / 10 - 0.01, most + abs(most) / 10 + 0.01)
        step = _step((most - least) / _TICKS)
        first, last = math.floor(least / step + 1e-9), math.ceil(most / step - 1e-9)
        low, high = max(first * step, bounds[0]), min(last * step, bounds[1])
        ticks = tuple(_plain(place * step) for place in range(first, last + 1) if low <= place * step <= high)
        return cls(_plain(low), _plain(high), ticks, written or plainly(step))

    @classmethod
    def logarithmic(cls, values: Iterable[float | None], *, written: Callable[[float], str]) -> Scale:
        """Powers of ten around the values above 0, for distances."""
        known = [each for each in values if each is not None and each > 0 and math.isfinite(each)]
        first = math.floor(math.log10(min(known, default=0.1)))
        last = max(math.ceil(math.log10(max(known, default=10.0))), first + 1)
        first = max(first, last - 4)
        ticks = tuple(10.0**power for power in range(first, last + 1))
        return cls(ticks[0], ticks[-1], ticks, written, log=True)

    def y(self, name: str) -> Spec:
        """The encoding of a field along the axis, with labels; lines of the grid are `grid`."""
        texts = ",".join(f"'{place}':'{self.written(tick)}'" for place, tick in enumerate(self.ticks))
        places = ",".join(repr(tick) for tick in self.ticks)
        axis = {
            "values": list(self.ticks),
            "tickCount": len(self.ticks),
            "labelExpr": f"{{{texts}}}[toString(indexof([{places}],datum.value))]",
            "grid": False,
            "title": None,
            "minExtent": 40,
            "maxExtent": 40,
        }
        return {"field": name, "type": "quantitative", "scale": self._scale(), "axis": axis}

    def plain(self, name: str) -> Spec:
        """The encoding of a field along the axis, without labels."""
        return {"field": name, "type": "quantitative", "scale": self._scale(), "axis": None}

    def grid(self) -> Spec:
        """The hairlines across, which also carry the labels of the axis."""
        return {
            "data": rows_of([{"tick": tick} for tick in self.ticks]),
            "mark": {"type": "rule", "stroke": token("line"), "strokeWidth": 1},
            "encoding": {"y": self.y("tick")},
        }

    def _scale(self) -> Spec:
        # What lies behind a lane reaches its edges; values and their labels keep off them.
        inner = [{"expr": f"height - {_EDGE}"}, _EDGE]
        made: Spec = {"domain": [self.low, self.high], "range": inner, "nice": False, "zero": False, "clamp": True}
        return {**made, "type": "log"} if self.log else made


def ceiling_of(values: Iterable[float | None]) -> float:
    """The round number that bars of these values fit under.

    Examples
    --------
    >>> ceiling_of([1026.0, None]), ceiling_of([])
    (1200.0, 1.0)
    """
    most = max((each for each in values if each is not None), default=0.0)
    if most <= 0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(most))
    return next(power * step for step in _CEILINGS if most <= power * step * (1 + 1e-9))


def plainly(step: float) -> Callable[[float], str]:
    """How ticks that are so far apart are written: with as many decimals as tell them apart.

    Examples
    --------
    >>> plainly(0.1)(0.7), plainly(0.025)(0.7), plainly(50.0)(1250.0)
    ('0.7', '0.700', '1,250')
    """
    places = max(0, -math.floor(math.log10(step) + 1e-9))
    places += abs(round(step, places) - step) > step * 1e-6
    return lambda value: f"{value:,.{places}f}".replace("-", MINUS)


def rounded(value: float | None, digits: int = 4) -> float | None:
    """A number with so many significant digits, as a chart carries it.

    Examples
    --------
    >>> rounded(0.123456), rounded(None), rounded(12345.6)
    (0.1235, None, 12350.0)
    """
    if value is None or not math.isfinite(value):
        return None
    return float(f"{value:.{digits}g}")


def shares_of(values: Sequence[float | None]) -> tuple[float, float]:
    """The ends of an axis of shares: 0, and all, a half, a fifth or a twentieth.

    Examples
    --------
    >>> shares_of([0.1, None, 0.02])
    (0.0, 0.2)
    """
    most = max((each for each in values if each is not None), default=1.0)
    return 0.0, next((top for top in (0.05, 0.2, 0.5) if most <= top), 1.0)


def _step(rough: float) -> float:
    power = 10.0 ** math.floor(math.log10(rough))
    return next(power * step for step in _STEPS if rough <= power * step * (1 + 1e-9))


def _plain(value: float) -> float:
    return float(f"{value:.12g}")
