"""What control charts share: values are counted in standard deviations from a level that is known or learnt.

`Cusum` and `EwmaChart` say what they do with such scores.
"""

from __future__ import annotations

import math
from abc import abstractmethod
from dataclasses import dataclass, field

import numpy as np

from modelwatch.domain.errors import NotComputable
from modelwatch.stats.arrays import Floats
from modelwatch.stats.online.detector import LARGEST, Detector, Direction, first_true, signs_of, within
from modelwatch.stats.online.recursions import counted, running_sums


@dataclass(slots=True, kw_only=True, eq=False)
class Chart(Detector):
    """A control chart: it learns mean and standard deviation from the first values unless it is given them.

    Parameters
    ----------
    mean, deviation
        Mean and standard deviation under control, in the unit of the values; both or none.
    warmup
        From how many values they are learnt if they are not given, again after every alarm; more as long as all
        are equal. A short warm-up gives more false alarms than the chart promises.
    direction
        Whether to watch for a rise, a fall or both.
    """

    mean: float | None = None
    deviation: float | None = None
    warmup: int = 100
    direction: Direction = "both"
    _count: int = field(init=False, repr=False)
    _pivot: float = field(init=False, repr=False)
    _total: float = field(init=False, repr=False)
    _squares: float = field(init=False, repr=False)
    _centre: float = field(init=False, repr=False)
    _spread: float = field(init=False, repr=False)

    def __post_init__(self) -> None:
        if (self.mean is None) != (self.deviation is None):
            raise NotComputable("give mean and deviation, or neither and they are learnt")
        if self.deviation is not None:
            within("deviation", self.deviation, 1e-100, LARGEST)
        within("warmup", self.warmup, 2, math.inf)
        signs_of(self.direction)
        self.reset()

    def reset(self) -> None:
        self._count, self._pivot, self._total, self._squares = 0, 0.0, 0.0, 0.0
        self._centre, self._spread = self.mean or 0.0, self.deviation or 0.0
        self._restart()

    @abstractmethod
    def _restart(self) -> None:
        """Forget the scores."""

    @abstractmethod
    def _judge(self, score: float) -> bool:
        """Take one score and say whether it raises an alarm."""

    @abstractmethod
    def _judge_all(self, scores: Floats) -> int:
        """Take scores and return the place of the first alarm, -1 if there is none."""

    def _step(self, value: float) -> bool:
        if not self._spread:
            self._learn(value)
            return False
        alarm = self._judge((value - self._centre) / self._spread)
        if alarm:
            self.reset()
        return alarm

    def _scan(self, values: Floats) -> int:
        learnt = 0 if self._spread else self._learn_all(values)
        if learnt == values.size:
            return -1
        place = self._judge_all((values[learnt:] - self._centre) / self._spread)
        if place < 0:
            return -1
        self.reset()
        return learnt + place

    def _learn(self, value: float) -> None:
        self._count += 1
        if self._count == 1:
            self._pivot = value
        shifted = value - self._pivot
        self._total += shifted
        self._squares += shifted * shifted
        variance = (self._squares - self._total * self._total / self._count) / max(self._count - 1, 1)
        if self._count >= self.warmup and variance > 0:
            self._settle(variance)

    def _learn_all(self, values: Floats) -> int:
        """Learn from as many values as it takes, and return how many that were."""
        if not self._count:
            self._pivot = float(values[0])
        shifted = values - self._pivot
        counts = counted(self._count, values.size)
        totals = running_sums(shifted, carried=self._total)
        squares = running_sums(shifted * shifted, carried=self._squares)
        variances = (squares - totals * totals / counts) / np.maximum(counts - 1, 1)
        ready = first_true((counts >= self.warmup) & (variances > 0))
        last = ready if ready >= 0 else values.size - 1
        self._count, self._total, self._squares = int(counts[last]), float(totals[last]), float(squares[last])
        if ready >= 0:
            self._settle(float(variances[ready]))
        return last + 1

    def _settle(self, variance: float) -> None:
        self._centre, self._spread = self._pivot + self._total / self._count, math.sqrt(variance)
