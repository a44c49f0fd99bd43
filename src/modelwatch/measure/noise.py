"""The noise floor of a distance for independent rows: what it would read between two samples with no change at all.

`engine` takes the larger of this and the floor from the reference's own blocks of time; `compare` uses it alone.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

from modelwatch.domain.errors import NotComputable
from modelwatch.measure.pairs import NumericPair, Pair, SketchPair
from modelwatch.sketch.grid import Floats
from modelwatch.stats import IndependentNull, KsNull, Null, nulls_of

BINNED = ("psi", "jensen_shannon", "chi2", "cramers_v")
TRANSPORT = ("wasserstein", "wasserstein_normed")
_SURE = 20.0  # expected rows in every bin from which the null has a closed form


@dataclass(frozen=True, slots=True)
class Floor:
    """A noise floor, with the p-value of the measured distance where there is one."""

    value: float
    p_value: float | None = None
    provisional: bool = False


class Compared(Protocol):
    """What a floor needs to know of a column: its name, and the pair that both sides make."""

    @property
    def name(self) -> str: ...

    def pair(self) -> Pair: ...


@dataclass(slots=True)
class IndependentFloors:
    """The floors of one reference by metric and column; what costs draws is drawn once and kept."""

    _nulls: dict[tuple[str, str], IndependentNull] = field(default_factory=dict[tuple[str, str], IndependentNull])
    _dealt: tuple[bytes, dict[str, Null]] = (b"", {})

    def floor(self, metric: str, view: Compared, value: float, *, with_p: bool = True) -> Floor:
        """The floor of a metric on one column, zero where none is defined, and the p-value of `value` if wanted."""
        scale = 1.0
        try:
            if metric in TRANSPORT:
                scale = _deviation(view.pair()) if metric == "wasserstein_normed" else 1.0
                null = self._transport(view)
            else:
                null = _smirnov(view.pair()) if metric == "ks" else self._binned(metric, view)
        except NotComputable:
            return Floor(0.0)
        if null is None:
            return Floor(0.0)
        return Floor(null.floor / scale, null.p_value(value * scale) if with_p else None)

    def _binned(self, metric: str, view: Compared) -> Null | None:
        if metric not in BINNED:
            return None
        reference, current = view.pair().binned()
        known = self._nulls.get((metric, view.name))
        if known is None:
            known = self._nulls[metric, view.name] = IndependentNull(metric, reference)
        m = int(current.sum())
        try:
            return known.at(m if _is_sure(reference, m) else _fewer(m))
        except NotComputable:
            return self._deal(reference, current)[metric]

    def _deal(self, reference: Floats, current: Floats) -> dict[str, Null]:
        """The nulls of all binned metrics of one pair: the rows are dealt once, the metrics follow one another."""
        key = reference.tobytes() + current.tobytes()
        if self._dealt[0] != key:
            self._dealt = (key, nulls_of(BINNED, reference, current))
        return self._dealt[1]

    def _transport(self, view: Compared) -> Null | None:
        """Draws on the reference's own places: the means of a sketch's bins, or of runs of values."""
        pair = view.pair()
        if not isinstance(pair, NumericPair):
            return None
        known = self._nulls.get(("wasserstein", view.name))
        if known is None:
            counts, positions = pair.places()
            if counts.size == 0:
                return None
            known = IndependentNull("wasserstein", counts, positions=positions)
            self._nulls["wasserstein", view.name] = known
        return known.at(_fewer(pair.sizes[1]))


def _smirnov(pair: Pair) -> Null:
    # On bins the statistic is inexact itself; an exact p-value of it would be most of what a window costs.
    return KsNull(*pair.sizes, exact=not isinstance(pair, SketchPair))


def _deviation(pair: Pair) -> float:
    deviation = pair.deviation() if isinstance(pair, NumericPair) else 0.0
    if deviation == 0.0:
        raise NotComputable("the reference is constant")
    return deviation


def _is_sure(reference: Floats, m: int) -> bool:
    """Whether every bin of either side expects enough rows for the closed form, which costs no draws."""
    held = reference[reference > 0]
    total = float(held.sum())
    return bool(held.size) and min(total, m) * float(held.min()) / total >= _SURE


def _fewer(rows: int) -> int:
    """The size cut to two digits, so that draws are shared; a smaller sample errs on the quiet side, by 5 % at most."""
    step = 10 ** max(len(str(rows)) - 2, 0)
    return max(rows // step * step, 1)
