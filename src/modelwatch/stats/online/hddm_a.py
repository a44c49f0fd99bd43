"""Hoeffding's bound on means: has the mean risen since the best place to cut the stream.

One of the online detectors; for bounded values, errors above all.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np

from modelwatch.stats.arrays import Bools, Floats
from modelwatch.stats.online.detector import Detector, Direction, first_true, signs_of, within
from modelwatch.stats.online.recursions import counted, places_of_minima, running_sums


@dataclass(slots=True, kw_only=True, eq=False)
class HddmA(Detector):
    r"""The A-test: the mean of all n values z against that of the first k, cut where mean plus bound was least.

    .. math:: \bar z_n - \bar x_k \ge \sqrt{\frac{n - k}{2 n k} \ln\frac{2}{\alpha}}, \quad
        k = \arg\min_{i \le n} \bar x_i + \sqrt{\frac{1}{2 i} \ln\frac{1}{\alpha}}

    Values lie in [0, 1]; for a fall all are negated.

    Parameters
    ----------
    level
        The alpha of the formula: 0.001 is the paper's alarm, 0.005 its warning.
    direction
        Whether to watch for a rise, a fall or both.

    Raises
    ------
    NotComputable
        If a parameter is out of its range.

    Examples
    --------
    >>> detector = HddmA()
    >>> detector.run([0, 0, 0, 1] * 25 + [1] * 30)
    array([106])

    Notes
    -----
    Alarms are River's, but for ties in the last digit; so is the 2 over alpha.

    References
    ----------
    I. Frias-Blanco, J. del Campo-Avila, G. Ramos-Jimenez, R. Morales-Bueno, A. Ortiz-Diaz and Y. Caballero-Mota, Online
    and non-parametric drift detection methods based on Hoeffding's bounds, 2015.
    """

    level: float = 0.001
    direction: Direction = "up"
    _count: int = field(init=False, repr=False)
    _total: float = field(init=False, repr=False)
    _least: list[float] = field(init=False, repr=False)
    _cuts: list[float] = field(init=False, repr=False)
    _means: list[float] = field(init=False, repr=False)

    lowest: ClassVar[float] = 0
    highest: ClassVar[float] = 1

    def __post_init__(self) -> None:
        within("level", self.level, 1e-300, 1)
        self.reset()

    def reset(self) -> None:
        sides = len(signs_of(self.direction))
        self._count, self._total = 0, 0.0
        self._least, self._cuts, self._means = [math.inf] * sides, [1.0] * sides, [0.0] * sides

    def _step(self, value: float) -> bool:
        self._count += 1
        self._total += value
        mean, bound = self._total / self._count, math.sqrt(math.log(1 / self.level) / (2.0 * self._count))
        alarm = False
        for side, sign in enumerate(signs_of(self.direction)):
            above = sign * mean + bound
            if above <= self._least[side]:
                self._least[side], self._cuts[side], self._means[side] = above, float(self._count), sign * mean
            cut = self._cuts[side]
            limit = math.sqrt((self._count - cut) / (2.0 * cut * self._count) * math.log(2 / self.level))
            alarm = alarm or (cut < self._count and sign * mean - self._means[side] >= limit)
        if alarm:
            self.reset()
        return alarm

    def _scan(self, values: Floats) -> int:
        counts = counted(self._count, values.size)
        totals = running_sums(values, carried=self._total)
        means, bounds = totals / counts, np.sqrt(math.log(1 / self.level) / (2.0 * counts))
        alarms = counts < 0
        for side, sign in enumerate(signs_of(self.direction)):
            alarms |= self._scan_side(side, sign * means, bounds, counts)
        self._count, self._total = int(counts[-1]), float(totals[-1])
        place = first_true(alarms)
        if place >= 0:
            self.reset()
        return place

    def _scan_side(self, side: int, means: Floats, bounds: Floats, counts: Floats) -> Bools:
        above = means + bounds
        places = places_of_minima(above, carried=self._least[side])
        cuts = np.where(places < 0, self._cuts[side], counts[places])
        at_cut = np.where(places < 0, self._means[side], means[places])
        limits = np.sqrt((counts - cuts) / (2.0 * cuts * counts) * math.log(2 / self.level))
        self._cuts[side], self._means[side] = float(cuts[-1]), float(at_cut[-1])
        if places[-1] >= 0:
            self._least[side] = float(above[places[-1]])
        return (cuts < counts) & (means - at_cut >= limits)
