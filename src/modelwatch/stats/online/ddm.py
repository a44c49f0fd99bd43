"""The drift detection method: has the error rate risen above its best.

One of the online detectors; for a stream of right and wrong predictions.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np

from modelwatch.stats.arrays import Floats
from modelwatch.stats.online.detector import Detector, first_true, within
from modelwatch.stats.online.recursions import counted, places_of_minima, running_sums


@dataclass(slots=True, kw_only=True, eq=False)
class Ddm(Detector):
    r"""Gama's test of the error rate p and its deviation s against where p + s was least.

    .. math:: s_t = \sqrt{p_t (1 - p_t) / t}, \quad p_t + s_t > p_{min} + d\, s_{min}

    Values are 0 for right and 1 for an error.

    Parameters
    ----------
    deviations
        The d of the formula: 3 is the paper's alarm, 2 its warning.
    warmup
        How many values are taken before the least is looked for and an alarm can be raised.

    Raises
    ------
    NotComputable
        If a parameter is out of its range.

    Examples
    --------
    >>> detector = Ddm()
    >>> detector.run([0, 0, 0, 1] * 25 + [1] * 20)
    array([111])

    Notes
    -----
    Alarms are River's. The paper writes "at least" for "greater", which would raise an alarm on every value of a stream
    without errors. After `warmup` values without any the least is 0, and the first error is an alarm: the method
    suits error rates of some percent.

    References
    ----------
    J. Gama, P. Medas, G. Castillo and P. Rodrigues, Learning with drift detection, 2004.
    """

    deviations: float = 3.0
    warmup: int = 30
    _count: int = field(init=False, repr=False)
    _errors: float = field(init=False, repr=False)
    _least: float = field(init=False, repr=False)
    _limit: float = field(init=False, repr=False)

    lowest: ClassVar[float] = 0
    highest: ClassVar[float] = 1
    whole: ClassVar[bool] = True

    def __post_init__(self) -> None:
        within("deviations", self.deviations, 1, math.inf)
        within("warmup", self.warmup, 1, math.inf)
        self.reset()

    def reset(self) -> None:
        self._count, self._errors = 0, 0.0
        self._least, self._limit = math.inf, math.inf

    def _step(self, value: float) -> bool:
        self._count += 1
        self._errors += value
        if self._count <= self.warmup:
            return False
        rate = self._errors / self._count
        deviation = math.sqrt(rate * (1 - rate) / self._count)
        level = rate + deviation
        if level <= self._least:
            self._least, self._limit = level, rate + self.deviations * deviation
        if level > self._limit:
            self.reset()
            return True
        return False

    def _scan(self, values: Floats) -> int:
        counts = counted(self._count, values.size)
        errors = running_sums(values, carried=self._errors)
        warming = min(max(self.warmup - self._count, 0), values.size)
        self._count, self._errors = int(counts[-1]), float(errors[-1])
        if warming == values.size:
            return -1
        counts, errors = counts[warming:], errors[warming:]
        rates = errors / counts
        deviations = np.sqrt(rates * (1 - rates) / counts)
        levels = rates + deviations
        places = places_of_minima(levels, carried=self._least)
        limits = np.where(places < 0, self._limit, (rates + self.deviations * deviations)[places])
        if places[-1] >= 0:
            self._least, self._limit = float(levels[places[-1]]), float(limits[-1])
        place = first_true(levels > limits)
        if place < 0:
            return -1
        self.reset()
        return warming + place
