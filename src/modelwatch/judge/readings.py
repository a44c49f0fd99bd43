"""How far a value is off under each comparison: one reader per comparison, and the table of them all.

`thresholds` asks the table for a reading and compares it with the rule's levels; a new comparison is one
entry here.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from statistics import fmean
from types import MappingProxyType
from typing import Literal

from modelwatch.domain.errors import NotComputable
from modelwatch.domain.instants import SECOND
from modelwatch.domain.measurement import Baseline, Measurement
from modelwatch.domain.metric import Better, Metric
from modelwatch.domain.rule import Comparison

DEVIATIONS = 3.0  # of the reference's blocks, that a rule relative to the reference needs besides its level
ENOUGH_BLOCKS = 10  # from which the blocks' standard deviation counts
FEWEST = 2  # blocks that have any spread, and earlier weeks that make a season
FAR = 1e9  # the distance told where the blocks do not differ at all, but the value does


@dataclass(frozen=True, slots=True)
class Season:
    """A metric's values in the same weekday and hours of up to four earlier weeks."""

    values: tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """What a value is held against besides its levels; None where it is not known."""

    metric: Metric
    baseline: Baseline | None = None
    season: Season | None = None
    expected_us: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Axis:
    """Sizes along the bad direction: `origin` has size 0, each `unit` further is 1 more.

    Levels are sizes themselves, or, with `plain`, values of the metric.
    """

    origin: float = 0.0
    sign: Literal[-1, 1] = 1
    unit: float = 1.0
    plain: bool = False

    def size(self, value: float) -> float:
        """How far a value of the metric lies along the axis."""
        return self.sign * (value - self.origin) / self.unit

    def size_of(self, level: float) -> float:
        """How far a rule's level lies along the axis."""
        return self.size(level) if self.plain else level

    def value_at(self, size: float) -> float:
        """Which value of the metric lies that far."""
        return self.origin + self.sign * size * self.unit


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """How far a value is off, and what speaks against a verdict whatever the level.

    `least` is a size that must be passed besides the level, `against` a condition that already failed.
    """

    axis: Axis
    size: float
    least: float = -math.inf
    least_is: str = ""
    against: str = ""
    distance: float | None = None
    provisional: bool = False


Reader = Callable[[Measurement, float, Ground], Reading]


def _level(measurement: Measurement, value: float, ground: Ground) -> Reading:
    match ground.metric.better:
        case Better.LOWER:
            return _plain(1)(measurement, value, ground)
        case Better.HIGHER:
            return _plain(-1)(measurement, value, ground)
        case Better.NEAR:
            return _above_floor(measurement, value, Axis(sign=_side(value)))


def _plain(sign: Literal[-1, 1]) -> Reader:
    def read(measurement: Measurement, value: float, _: Ground) -> Reading:
        axis = Axis(sign=sign, plain=True)
        # a floor is what a distance reads with no change at all: nothing below it is a finding
        return _above_floor(measurement, value, axis) if sign > 0 else Reading(axis=axis, size=axis.size(value))

    return read


def _above_floor(measurement: Measurement, value: float, axis: Axis) -> Reading:
    floor = -math.inf if measurement.noise_floor is None else measurement.noise_floor
    return Reading(axis=axis, size=axis.size(value), least=floor, least_is="below the noise floor")


def _off_reference(direction: Literal[-1, 0, 1], percent: bool = False) -> Reader:
    def read(measurement: Measurement, value: float, ground: Ground) -> Reading:
        baseline = _baseline(ground)
        unit = _percent_of(baseline.mean, "the reference's mean") if percent else 1.0
        sign = direction or _side(value - baseline.mean)
        axis = Axis(origin=baseline.mean, sign=sign, unit=unit)
        spread = baseline.blocks >= ENOUGH_BLOCKS
        return Reading(
            axis=axis,
            size=axis.size(value),
            least=DEVIATIONS * baseline.sd / unit if spread else -math.inf,
            least_is="within 3 standard deviations of the reference's blocks",
            against=_undecided(measurement.interval, axis),
            distance=_distance(value, baseline) if spread else None,
            provisional=not spread,
        )

    return read


def _undecided(interval: tuple[float, float] | None, axis: Axis) -> str:
    """Say so if the interval does not lie wholly on the bad side of the reference's mean."""
    if interval is None or min(axis.size(end) for end in interval) > 0:
        return ""
    return "its interval holds the reference's mean"


def _blocks(_: Measurement, value: float, ground: Ground) -> Reading:
    baseline = _baseline(ground)
    if baseline.blocks < FEWEST:
        raise NotComputable(
            f"the reference has fewer than {FEWEST} blocks of this length, so no spread to compare with"
        )
    distance = _distance(value, baseline)
    return Reading(
        axis=Axis(origin=baseline.mean, sign=_side(value - baseline.mean), unit=baseline.sd),
        size=distance,
        distance=distance,
        provisional=baseline.blocks < ENOUGH_BLOCKS,
    )


def _multiple(_: Measurement, value: float, ground: Ground) -> Reading:
    if not ground.expected_us:
        raise NotComputable("no interval is expected between rows: set quality.fresh, or give the reference times")
    axis = Axis(unit=ground.expected_us / SECOND)
    return Reading(axis=axis, size=axis.size(value))


def _seasonal(_: Measurement, value: float, ground: Ground) -> Reading:
    weeks = ground.season.values if ground.season else ()
    if len(weeks) < FEWEST:
        raise NotComputable(f"{len(weeks)} earlier weeks with the same hours, {FEWEST} are needed")
    mean = fmean(weeks)
    axis = Axis(origin=mean, sign=_side(value - mean), unit=_percent_of(mean, "the earlier weeks' mean"))
    return Reading(axis=axis, size=axis.size(value))


def _baseline(ground: Ground) -> Baseline:
    if ground.baseline is None or ground.baseline.blocks < 1:
        raise NotComputable("the reference has no value to compare with")
    return ground.baseline


def _percent_of(mean: float, what: str) -> float:
    if mean == 0:
        raise NotComputable(f"{what} is zero: no percentage of it can be told")
    return abs(mean) / 100


def _side(difference: float) -> Literal[-1, 1]:
    return -1 if difference < 0 else 1


def _distance(value: float, baseline: Baseline) -> float:
    """Standard deviations from the blocks' mean; what rounding can make is no difference and no spread."""
    rounding = 1e-9 * max(abs(baseline.mean), abs(value))
    difference = abs(value - baseline.mean)
    if difference <= rounding:
        return 0.0
    return min(difference / baseline.sd, FAR) if baseline.sd > rounding else FAR


READERS: Mapping[Comparison, Reader] = MappingProxyType(
    {
        Comparison.LEVEL: _level,
        Comparison.ABOVE: _plain(1),
        Comparison.BELOW: _plain(-1),
        Comparison.ABOVE_REFERENCE_BY: _off_reference(1),
        Comparison.BELOW_REFERENCE_BY: _off_reference(-1),
        Comparison.ABOVE_REFERENCE_BY_PERCENT: _off_reference(1, percent=True),
        Comparison.BELOW_REFERENCE_BY_PERCENT: _off_reference(-1, percent=True),
        Comparison.OFF_REFERENCE_BY: _off_reference(0),
        Comparison.BLOCKS: _blocks,
        Comparison.MULTIPLE: _multiple,
        Comparison.SEASONAL: _seasonal,
    }
)
