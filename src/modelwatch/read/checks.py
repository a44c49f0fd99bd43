"""What was checked of a model over a stretch of time: for every metric its worst reading, and what was not computed.

Reports list it; of pages, the lanes show the same series in time.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from modelwatch.catalog import Catalog
from modelwatch.domain.instants import Window
from modelwatch.domain.measurement import Series, Status
from modelwatch.domain.metric import Better, Metric
from modelwatch.measure.measured import STATUSES, Floats, Ints, Measured, Places
from modelwatch.store.metadata import Transaction
from modelwatch.work import Watched
from modelwatch.work.stored import stored

_RANKS = np.array([status.rank for status in STATUSES])


@dataclass(frozen=True, slots=True)
class Reading:
    """One value: of what, in which window, and its status."""

    series: Series
    window: Window
    value: float
    status: Status


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One metric over a stretch of time.

    Attributes
    ----------
    series
        How many series it was measured on: columns, slices and spans.
    windows
        In how many windows it was measured.
    warning, critical
        In how many windows the worst of its series was so.
    worst
        The newest of its worst readings that fired, None if none did.
    ruled
        Whether any rule judges it.
    computed, missing
        How many values were computed, and how many could not be.
    reason
        Why the newest of those could not be.
    """

    metric: Metric
    series: int
    windows: int
    warning: int
    critical: int
    worst: Reading | None
    ruled: bool
    computed: int
    missing: int
    reason: str

    @property
    def status(self) -> Status:
        """The worst that it was; not computed if it never was."""
        if self.worst is not None:
            return self.worst.status
        return Status.OK if self.computed else Status.NOT_COMPUTED


def checks(tx: Transaction, watched: Watched, window: Window) -> list[Check]:
    """Every metric that was measured in the windows that start in a stretch, the worst first, then by family."""
    found = stored(tx, watched.model_id, window.start, window.end)
    return sorted(tallied(found, watched.catalog, {rule.metric for rule in watched.monitor.rules}), key=_worst_first)


class _Tally:
    """One metric while it is counted."""

    def __init__(self, metric: Metric) -> None:
        self.metric = metric
        self.series: set[Series] = set()
        self.ranks: dict[int, int] = {}
        self.worst: Reading | None = None
        self.computed = self.missing = 0
        self.reason = ""

    def add(self, found: Measured, places: Places) -> None:
        """Count one window's entries of the metric."""
        there = ~np.isnan(found.value[places])
        self.computed += int(there.sum())
        self.missing += int((~there).sum())
        if not there.all():
            self.reason = _reason(found, places[~there]) or self.reason
        ranks: Ints = _RANKS[found.status[places]] * there
        at = found.window.start
        self.ranks[at] = max(self.ranks.get(at, 0), int(ranks.max()))
        top = int(ranks.max())
        if top >= Status.WARNING.rank and (self.worst is None or top >= self.worst.status.rank):
            place = int(places[_furthest(found.value[places], ranks == top, self.metric.better)])
            self.worst = Reading(
                found.series[place], found.window, float(found.value[place]), STATUSES[int(found.status[place])]
            )

    def check(self, *, ruled: bool) -> Check:
        """What was counted."""
        ranks = list(self.ranks.values())
        return Check(
            metric=self.metric,
            series=len(self.series),
            windows=len(ranks),
            warning=ranks.count(Status.WARNING.rank),
            critical=ranks.count(Status.CRITICAL.rank),
            worst=self.worst,
            ruled=ruled,
            computed=self.computed,
            missing=self.missing,
            reason=self.reason,
        )


def tallied(measured: Iterable[Measured], catalog: Catalog, ruled: Collection[str]) -> list[Check]:
    """Every metric of some windows, oldest first; `ruled` are those that a rule judges."""
    tallies: dict[str, _Tally] = {}
    places: dict[int, dict[str, Places]] = {}
    # The series of windows are one tuple while they are the same: kept, so that no other gets its number.
    kept: list[Sequence[Series]] = []
    for found in measured:
        named = places.get(id(found.series))
        if named is None:
            kept.append(found.series)
            named = places[id(found.series)] = _by_metric(found.series)
            # A metric of a plugin that is gone cannot be told: nobody knows what it was.
            for name in [name for name in named if name not in catalog.metrics]:
                del named[name]
            for name, at in named.items():
                tally = tallies.setdefault(name, _Tally(catalog.metrics.get(name)))
                tally.series |= {replace(found.series[int(place)], version="") for place in at}
        for name, at in named.items():
            tallies[name].add(found, at)
    return [tally.check(ruled=name in ruled) for name, tally in tallies.items()]


def _by_metric(series: Sequence[Series]) -> dict[str, Places]:
    found: dict[str, list[int]] = {}
    for place, each in enumerate(series):
        found.setdefault(each.metric, []).append(place)
    return {metric: np.array(places, np.intp) for metric, places in found.items()}


def _reason(found: Measured, places: Places) -> str:
    number = int(found.reason[places].max())
    return found.reasons[number - 1] if number else ""


def _furthest(values: Floats, among: npt.NDArray[np.bool_], better: Better) -> int:
    """The place of the worst value of some: the smallest where higher is better, else the one farthest from 0."""
    badness = -values if better is Better.HIGHER else np.abs(values)
    return int(np.argmax(np.where(among, badness, -np.inf)))


def _worst_first(check: Check) -> tuple[int, str, str]:
    return -check.status.rank, check.metric.family, check.metric.title
