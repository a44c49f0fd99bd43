"""Counts in buckets whose ends grow by a constant ratio: quantiles of latencies and delays to a known relative error.

`measure` reads latency percentiles and label delays from it.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from modelwatch.domain.errors import NotComputable
from modelwatch.sketch.grid import Floats, Ints

RATIO = 1.02
_LOG_RATIO = math.log(RATIO)


@dataclass(frozen=True, slots=True)
class LogBuckets:
    """Counts of positive values by `ceil(log(value) / log(1.02))`: every quantile is within 1 % of the true one.

    Values of zero or less count as zero. The idea is that of DDSketch.

    Examples
    --------
    >>> buckets = LogBuckets.of(np.arange(1.0, 1001.0))
    >>> abs(buckets.quantile(0.5) / 500 - 1) < 0.01
    True

    References
    ----------
    C. Masson, J. Rim, H. Lee: DDSketch, a fast and fully-mergeable quantile sketch, VLDB 2019.
    """

    counts: dict[int, int] = field(default_factory=dict[int, int])
    zeros: int = 0
    missing: int = 0

    @classmethod
    def of(cls, values: Floats, *, missing: int = 0) -> LogBuckets:
        """The sketch of the given values; those that are not finite count as missing."""
        finite = values[np.isfinite(values)]
        positive = finite[finite > 0]
        index, counts = np.unique(np.ceil(np.log(positive) / _LOG_RATIO).astype(np.int64), return_counts=True)
        unusable = int(values.size - finite.size)
        return cls(
            dict(zip(index.tolist(), counts.tolist(), strict=True)),
            int(finite.size - positive.size),
            missing + unusable,
        )

    @classmethod
    def grouped(cls, values: Floats, groups: Ints, size: int, *, missing: Ints) -> list[LogBuckets]:
        """One sketch for each of `size` groups of values."""
        order = np.argsort(groups, kind="stable")
        ends = np.cumsum(np.bincount(groups, minlength=size))
        parts = np.split(values[order], ends[:-1])
        return [cls.of(part, missing=int(missing[i])) for i, part in enumerate(parts)]

    @property
    def n(self) -> int:
        """Values seen."""
        return self.zeros + sum(self.counts.values())

    @property
    def rows(self) -> int:
        """All rows, those without a value included."""
        return self.n + self.missing

    def merge(self, other: LogBuckets) -> LogBuckets:
        """The sketch of both sets of rows."""
        return merge_buckets([self, other])

    def quantile(self, q: float) -> float:
        """The value at rank `floor(q n)`, within 1 %."""
        n = self.n
        if n == 0:
            raise NotComputable("no values")
        left = min(int(q * n), n - 1) - self.zeros
        if left < 0:
            return 0.0
        for index in sorted(self.counts):
            left -= self.counts[index]
            if left < 0:
                return 2.0 * RATIO**index / (1.0 + RATIO)
        raise AssertionError("ranks and counts disagree")

    def pack(self) -> list[Any]:
        """Indices, counts, zeros and missing."""
        ordered = dict(sorted(self.counts.items()))
        return [list(ordered), list(ordered.values()), self.zeros, self.missing]

    @classmethod
    def unpack(cls, packed: list[Any]) -> LogBuckets:
        """The sketch that `pack` wrote down."""
        return cls(dict(zip(packed[0], packed[1], strict=True)), packed[2], packed[3])


def merge_buckets(sketches: Sequence[LogBuckets]) -> LogBuckets:
    """The sketch of all rows of several sketches."""
    filled = [sketch for sketch in sketches if sketch.rows]
    counts: Counter[int] = Counter()
    for sketch in filled:
        counts.update(sketch.counts)
    return LogBuckets(dict(counts), sum(s.zeros for s in filled), sum(s.missing for s in filled))
