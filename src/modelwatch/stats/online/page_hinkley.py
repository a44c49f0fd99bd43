"""The Page-Hinkley test: has the mean of a stream moved away from its mean so far.

One of the online detectors; for values whose usual level is not known beforehand.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from modelwatch.stats.arrays import Floats
from modelwatch.stats.online.detector import Detector, Direction, first_true, signs_of, within
from modelwatch.stats.online.recursions import counted, fading_sums, running_minima, running_sums


@dataclass(slots=True, kw_only=True, eq=False)
class PageHinkley(Detector):
    r"""Page and Hinkley's test on the running mean.

    .. math:: m_t = \alpha m_{t-1} + (x_t - \bar x_t - \delta), \quad m_t - \min_{i \le t} m_i > \lambda

    The second is the alarm for a rise; for a fall all values are negated.

    Parameters
    ----------
    delta
        The change of the mean that is borne, in the unit of the values.
    threshold
        The alarm's limit, lambda, in that unit too: larger means fewer false alarms and later true ones.
    forgetting
        The factor alpha in (0, 1]; 1 is Page's own test.
    warmup
        The first place, counted from 1, at which an alarm may be raised.
    direction
        Whether to watch for a rise, a fall or both.

    Raises
    ------
    NotComputable
        If a parameter is out of its range.

    Examples
    --------
    >>> detector = PageHinkley(threshold=5)
    >>> detector.run([0.0] * 50 + [1.0] * 50)
    array([55])

    Notes
    -----
    The defaults are River's, and so are the alarms, but for ties in the last digit. Both suit values in [0, 1]: scale
    other ones, or `delta` and `threshold`.

    References
    ----------
    E. S. Page, Continuous inspection schemes, 1954.
    J. Gama, R. Sebastiao and P. P. Rodrigues, On evaluating stream learning algorithms, 2013 (forgetting).
    """

    delta: float = 0.005
    threshold: float = 50.0
    forgetting: float = 0.9999
    warmup: int = 30
    direction: Direction = "both"
    _count: int = field(init=False, repr=False)
    _pivot: float = field(init=False, repr=False)
    _total: float = field(init=False, repr=False)
    _sums: list[float] = field(init=False, repr=False)
    _least: list[float] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        within("delta", self.delta, 0, math.inf)
        within("threshold", self.threshold, 0, math.inf)
        within("forgetting", self.forgetting, math.ulp(0), 1)
        within("warmup", self.warmup, 1, math.inf)
        self.reset()

    def reset(self) -> None:
        sides = len(signs_of(self.direction))
        # The pivot keeps the digits of the mean; the test does not see it.
        self._count, self._pivot, self._total = 0, 0.0, 0.0
        self._sums, self._least = [0.0] * sides, [math.inf] * sides

    def _step(self, value: float) -> bool:
        if not self._count:
            self._pivot = value
        self._count += 1
        shifted = value - self._pivot
        self._total += shifted
        ahead = shifted - self._total / self._count
        alarm = False
        for side, sign in enumerate(signs_of(self.direction)):
            risen = (sign * ahead - self.delta) + self.forgetting * self._sums[side]
            least = min(self._least[side], risen)
            self._sums[side], self._least[side] = risen, least
            alarm = alarm or risen - least > self.threshold
        if alarm and self._count >= self.warmup:
            self.reset()
            return True
        return False

    def _scan(self, values: Floats) -> int:
        if not self._count:
            self._pivot = float(values[0])
        shifted = values - self._pivot
        totals = running_sums(shifted, carried=self._total)
        counts = counted(self._count, values.size)
        ahead = shifted - totals / counts
        alarms = counts < 0
        for side, sign in enumerate(signs_of(self.direction)):
            risen = fading_sums(sign * ahead - self.delta, factor=self.forgetting, carried=self._sums[side])
            least = running_minima(risen, carried=self._least[side])
            alarms |= risen - least > self.threshold
            self._sums[side], self._least[side] = float(risen[-1]), float(least[-1])
        self._count += values.size
        self._total = float(totals[-1])
        place = first_true(alarms & (counts >= self.warmup))
        if place >= 0:
            self.reset()
        return place
