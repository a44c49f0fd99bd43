"""McDiarmid's bound on moving averages: is the recent average above the one at the best place to cut the stream.

One of the online detectors; for bounded values, errors above all; quicker than the test of plain means.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from functools import lru_cache
from typing import ClassVar

import numpy as np

from modelwatch.stats.arrays import Floats
from modelwatch.stats.online.detector import Detector, Direction, first_true, signs_of, within
from modelwatch.stats.online.recursions import fading_sums, running_minima

_WORTHWHILE = 32  # values, from which on an array is quicker than one at a time


@dataclass(slots=True, kw_only=True, eq=False)
class HddmW(Detector):
    r"""The W-test: a moving average that begins at the cut against the one that ended there.

    .. math:: \hat y - \hat x \ge \sqrt{\frac{D_x + D_y}{2} \ln\frac{1}{\alpha}}, \quad
        D_n = w^2 + (1 - w)^2 D_{n-1}, \quad D_1 = 1

    D is the sum of the squared weights in an average. The cut moves to wherever the average of all values plus its
    bound is less than ever before. Values lie in [0, 1]; for a fall all are negated.

    Parameters
    ----------
    level
        The alpha of the formula: 0.001 is the paper's alarm, 0.005 its warning.
    weight
        The w of the formula, in [0.0001, 1]: how much the newest value counts in an average.
    direction
        Whether to watch for a rise, a fall or both.

    Raises
    ------
    NotComputable
        If a parameter is out of its range.

    Examples
    --------
    >>> detector = HddmW()
    >>> detector.run([0, 0, 0, 1] * 25 + [1] * 30)
    array([112])

    Notes
    -----
    The defaults are River's. River lets D shrink at the first value already: its limits just after a cut are lower, and
    it raises a few alarms more.

    References
    ----------
    I. Frias-Blanco, J. del Campo-Avila, G. Ramos-Jimenez, R. Morales-Bueno, A. Ortiz-Diaz and Y. Caballero-Mota, Online
    and non-parametric drift detection methods based on Hoeffding's bounds, 2015.
    """

    level: float = 0.001
    weight: float = 0.05
    direction: Direction = "up"
    _count: int = field(init=False, repr=False)
    _average: float = field(init=False, repr=False)
    _least: list[float] = field(init=False, repr=False)
    _before: list[float] = field(init=False, repr=False)
    _squares: list[float] = field(init=False, repr=False)
    _since: list[int] = field(init=False, repr=False)
    _after: list[float] = field(init=False, repr=False)

    lowest: ClassVar[float] = 0
    highest: ClassVar[float] = 1

    def __post_init__(self) -> None:
        within("level", self.level, 1e-300, 1)
        within("weight", self.weight, 1e-4, 1)
        self.reset()

    def reset(self) -> None:
        sides = len(signs_of(self.direction))
        self._count, self._average = 0, 0.0
        self._least, self._before, self._squares = [math.inf] * sides, [0.0] * sides, [1.0] * sides
        self._since, self._after = [0] * sides, [0.0] * sides

    def _step(self, value: float) -> bool:
        self._average = self._averaged(value, self._average, self._count)
        self._count += 1
        squares = squared_weights(self.weight)
        square = float(squares[min(self._count, squares.size) - 1])
        bound = math.sqrt(square / 2 * math.log(1 / self.level))
        alarm = False
        for side, sign in enumerate(signs_of(self.direction)):
            if sign * self._average + bound < self._least[side]:
                self._cut(side, sign * self._average, bound, square)
            else:
                alarm = self._compare(side, sign * value) or alarm
        if alarm:
            self.reset()
        return alarm

    def _scan(self, values: Floats) -> int:
        terms = self.weight * values
        if not self._count:
            terms[0] = values[0]
        averages = fading_sums(terms, factor=1.0 - self.weight, carried=self._average)
        squares = _from_table(self.weight, self._count, values.size)
        bounds = np.sqrt(squares / 2 * math.log(1 / self.level))
        places = [
            self._scan_side(side, sign * values, sign * averages, bounds, squares)
            for side, sign in enumerate(signs_of(self.direction))
        ]
        self._count, self._average = self._count + values.size, float(averages[-1])
        alarms = [place for place in places if place >= 0]
        if alarms:
            self.reset()
        return min(alarms, default=-1)

    def _scan_side(self, side: int, values: Floats, averages: Floats, bounds: Floats, squares: Floats) -> int:
        above = averages + bounds
        least = running_minima(above, carried=self._least[side])
        cuts = np.flatnonzero(above < np.concatenate([[self._least[side]], least[:-1]]))
        start = 0
        for cut in cuts.tolist():
            place = self._compare_all(side, values[start:cut])
            if place >= 0:
                return start + place
            self._cut(side, float(averages[cut]), float(bounds[cut]), float(squares[cut]))
            start = cut + 1
        place = self._compare_all(side, values[start:])
        return start + place if place >= 0 else -1

    def _cut(self, side: int, average: float, bound: float, square: float) -> None:
        self._least[side] = average + bound
        self._before[side], self._squares[side] = average, square
        self._since[side], self._after[side] = 0, 0.0

    def _compare(self, side: int, value: float) -> bool:
        self._after[side] = self._averaged(value, self._after[side], self._since[side])
        self._since[side] += 1
        squares = squared_weights(self.weight)
        square = float(squares[min(self._since[side], squares.size) - 1])
        limit = math.sqrt((self._squares[side] + square) / 2 * math.log(1 / self.level))
        return self._after[side] - self._before[side] > limit

    def _compare_all(self, side: int, values: Floats) -> int:
        """Take values since the cut and return the place of the first alarm."""
        if values.size < _WORTHWHILE:
            return next((place for place, value in enumerate(values.tolist()) if self._compare(side, value)), -1)
        terms = self.weight * values
        if not self._since[side]:
            terms[0] = values[0]
        averages = fading_sums(terms, factor=1.0 - self.weight, carried=self._after[side])
        squares = self._squares[side] + _from_table(self.weight, self._since[side], values.size)
        limits = np.sqrt(squares / 2 * math.log(1 / self.level))
        self._since[side], self._after[side] = self._since[side] + values.size, float(averages[-1])
        return first_true(averages - self._before[side] > limits)

    def _averaged(self, value: float, average: float, count: int) -> float:
        return self.weight * value + (1.0 - self.weight) * average if count else value


@lru_cache(maxsize=64)
def squared_weights(weight: float) -> Floats:
    """The sum D of squared weights in an average of 1, 2, ... values; the last holds for all that follow."""
    kept = 1.0 - weight
    sums = [1.0]
    while (following := weight * weight + kept * kept * sums[-1]) < sums[-1]:
        sums.append(following)
    return np.array(sums)


def _from_table(weight: float, start: int, length: int) -> Floats:
    table = squared_weights(weight)
    if start >= table.size:
        return np.full(length, table[-1])
    return table[np.minimum(np.arange(start, start + length), table.size - 1)]
