"""The cumulative-sum chart: small lasting shifts of a mean add up until they cannot be chance.

One of the online detectors; for values whose level and spread are known or can be learnt.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np

from modelwatch.stats.arrays import Floats
from modelwatch.stats.online.chart import Chart
from modelwatch.stats.online.detector import first_true, signs_of, within
from modelwatch.stats.online.recursions import running_minima, running_sums


@dataclass(slots=True, kw_only=True, eq=False)
class Cusum(Chart):
    r"""Page's tabular cumulative sums of z, the values in deviations from the mean.

    .. math:: C_t = \max(0, C_{t-1} + z_t - k), \quad C_t > h

    The second is the alarm for a rise; for a fall all values are negated.

    Parameters
    ----------
    slack
        The k of the formula, in standard deviations: half of the shift that should be found quickest.
    threshold
        The alarm's limit h, in standard deviations. At a slack of a half, both directions and known mean and
        deviation, 4 gives a false alarm in 168 values, 5 one in 465, 8 one in some 9,300.
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
    >>> detector = Cusum(mean=0.0, deviation=1.0)
    >>> detector.run([0.0] * 20 + [2.0] * 5)
    array([23])

    Notes
    -----
    River has no such chart. The defaults are Montgomery's.

    References
    ----------
    E. S. Page, Continuous inspection schemes, 1954.
    D. C. Montgomery, Introduction to Statistical Quality Control, chapter 9.
    """

    slack: float = 0.5
    threshold: float = 5.0
    _sums: list[float] = field(init=False, repr=False)
    _least: list[float] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        within("slack", self.slack, 0, math.inf)
        within("threshold", self.threshold, 0, math.inf)
        Chart.__post_init__(self)

    def _restart(self) -> None:
        # C is the sum of all z - k above its own least value, 0 included: sums can be taken over arrays, C cannot.
        sides = len(signs_of(self.direction))
        self._sums, self._least = [0.0] * sides, [0.0] * sides

    def _judge(self, score: float) -> bool:
        alarm = False
        for side, sign in enumerate(signs_of(self.direction)):
            total = (sign * score - self.slack) + self._sums[side]
            least = min(self._least[side], total)
            self._sums[side], self._least[side] = total, least
            alarm = alarm or total - least > self.threshold
        return alarm

    def _judge_all(self, scores: Floats) -> int:
        alarms = np.zeros(scores.size, dtype=np.bool_)
        for side, sign in enumerate(signs_of(self.direction)):
            totals = running_sums(sign * scores - self.slack, carried=self._sums[side])
            least = running_minima(totals, carried=self._least[side])
            alarms |= totals - least > self.threshold
            self._sums[side], self._least[side] = float(totals[-1]), float(least[-1])
        return first_true(alarms)
