"""The chart of the exponentially weighted moving average, with limits that widen as it settles.

One of the online detectors; for values whose level and spread are known or can be learnt.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np

from modelwatch.stats.arrays import Floats
from modelwatch.stats.online.chart import Chart
from modelwatch.stats.online.detector import first_true, signs_of, within
from modelwatch.stats.online.recursions import fading_sums

_SPENT = 1e-20  # nothing beside 1


@dataclass(slots=True, kw_only=True, eq=False)
class EwmaChart(Chart):
    r"""Roberts' chart of the moving average of z, the values in deviations from the mean.

    .. math:: e_t = w z_t + (1 - w) e_{t-1}, \quad |e_t| > L \sqrt{\frac{w}{2 - w} (1 - (1 - w)^{2t})}

    Parameters
    ----------
    weight
        The w of the formula, in (0, 1]: small finds small shifts.
    limit
        The L of the formula, in standard deviations of the average. With known mean and deviation these pairs of
        `weight` and `limit` give a false alarm in some 500 values: 0.05 and 2.615, 0.1 and 2.814, 0.2 and 2.962.
    mean, deviation
        Mean and standard deviation under control; both or none.
    warmup
        From how many values they are learnt if they are not given, again after every alarm.
    direction
        Whether to watch for a rise, a fall or both.

    Raises
    ------
    NotComputable
        If a parameter is out of its range.

    Examples
    --------
    >>> detector = EwmaChart(mean=0.0, deviation=1.0)
    >>> detector.run([0.0] * 20 + [2.0] * 5)
    array([23])

    Notes
    -----
    River has no such chart.

    References
    ----------
    S. W. Roberts, Control chart tests based on geometric moving averages, 1959.
    J. M. Lucas and M. S. Saccucci, Exponentially weighted moving average control schemes, 1990 (the pairs).
    """

    weight: float = 0.1
    limit: float = 2.814
    _average: float = field(init=False, repr=False)
    _fading: float = field(init=False, repr=False)

    def __post_init__(self) -> None:
        within("weight", self.weight, 1e-6, 1)
        within("limit", self.limit, 0, math.inf)
        Chart.__post_init__(self)

    def _restart(self) -> None:
        self._average, self._fading = 0.0, 1.0

    def _judge(self, score: float) -> bool:
        kept = 1.0 - self.weight
        self._average = self.weight * score + kept * self._average
        self._fading *= kept * kept
        if self._fading < _SPENT:
            self._fading = 0.0
        limit = self._settled() * math.sqrt(1.0 - self._fading)
        return any(sign * self._average > limit for sign in signs_of(self.direction))

    def _judge_all(self, scores: Floats) -> int:
        kept = 1.0 - self.weight
        averages = fading_sums(self.weight * scores, factor=kept, carried=self._average)
        limits = self._settled() * np.sqrt(1.0 - self._fadings(scores.size))
        self._average = float(averages[-1])
        alarms = np.zeros(scores.size, dtype=np.bool_)
        for sign in signs_of(self.direction):
            alarms |= sign * averages > limits
        return first_true(alarms)

    def _fadings(self, length: int) -> Floats:
        """The power of 1 - w after each of the next values; 0 once it is nothing beside 1."""
        kept = 1.0 - self.weight
        fadings = np.full(length, kept * kept)
        fadings[0] *= self._fading
        np.multiply.accumulate(fadings, out=fadings)
        fadings[fadings < _SPENT] = 0.0
        self._fading = float(fadings[-1])
        return fadings

    def _settled(self) -> float:
        return self.limit * math.sqrt(self.weight / (2.0 - self.weight))
