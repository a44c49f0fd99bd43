"""How a model stood when its last window closed: the last measurements, and which versions are in use.

Read from what is stored, for dashboards and Prometheus; `app` asks for it on behalf of the server.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from modelwatch.catalog import Catalog
from modelwatch.domain.calendar import Calendar
from modelwatch.domain.instants import DAY
from modelwatch.domain.latest import Latest
from modelwatch.domain.measurement import Measurement
from modelwatch.domain.metric import Family
from modelwatch.domain.selection import Selection
from modelwatch.domain.slices import ALL_ROWS
from modelwatch.measure.measured import Measured
from modelwatch.sketch import NumericSketch
from modelwatch.store import clock, profiles
from modelwatch.store.metadata import Transaction
from modelwatch.work.blocks import Blocks
from modelwatch.work.stored import MODEL, OUTCOME, PROFILE, stored
from modelwatch.work.watched import Watched

# A version is in use while it had rows in this many windows, or this long, before the model's newest rows.
IN_USE_WINDOWS, IN_USE = 28, 7 * DAY
# How far back the last window with enough labels is looked for.
LABELLED_WINDOWS = 168
PENDING = "labels_pending_share"


def latest(tx: Transaction, model_id: int, *, calendar: Calendar, catalog: Catalog) -> Latest:
    """Read how a model stood when its last window closed."""
    closed = clock.last_run(tx, model_id)
    versions = _in_use(profiles.last_starts(tx, model_id, before=closed), calendar)
    if closed is None:
        return Latest(versions=versions)
    last = first = calendar.window_of(closed - 1)
    for _ in range(LABELLED_WINDOWS - 1):
        first = calendar.previous(first)
    measured: dict[str, list[Measurement]] = {}
    for each in stored(tx, model_id, last.start, last.end, parts=(MODEL, PROFILE), selection=Selection(slice=ALL_ROWS)):
        measured.setdefault(each.version, []).extend(_values(each))
    labels = _Labels(catalog)
    outcomes = list(stored(tx, model_id, first.start, last.end, parts=(OUTCOME,), selection=labels.wanted))
    windows = sorted({each.window.start for each in outcomes}, reverse=True)[:IN_USE_WINDOWS]
    oldest = windows[-1] if windows else last.start
    for each in reversed(outcomes):
        recent = each.window.start >= oldest
        if each.version in versions and (recent or each.version not in labels.scored):
            labels.add(each.version, _values(each), recent=recent)
    return Latest(versions=versions, measured=measured, scored=labels.scored, unlabelled=labels.unlabelled)


def means_of(tx: Transaction, watched: Watched) -> dict[str, dict[str, float]]:
    """The mean of every numeric column in the last closed window, by version."""
    closed, found = clock.last_run(tx, watched.model_id), dict[str, dict[str, float]]()
    if closed is None or watched.plan is None:
        return found
    window = watched.monitor.calendar.window_of(closed - 1)
    for version, block in Blocks(watched, watched.plan).of(tx, window).items():
        if block.profile is not None:
            numbers = [(name, each) for name, each in block.profile.columns.items() if isinstance(each, NumericSketch)]
            found[version] = {name: each.mean for name, each in numbers if each.n and math.isfinite(each.mean)}
    return found


class _Labels:
    """What is known of labels, told of windows from the newest to the oldest."""

    def __init__(self, catalog: Catalog) -> None:
        # Not looked up one by one: a stored window may hold a metric of a plugin that is gone.
        self._scores = frozenset(metric.name for metric in catalog.metrics if metric.family is Family.PERFORMANCE)
        self.wanted = Selection(metrics=self._scores | {PENDING}, slice=ALL_ROWS)
        self.scored: dict[str, list[Measurement]] = {}
        self.unlabelled: dict[str, int] = {}

    def add(self, version: str, values: Sequence[Measurement], *, recent: bool) -> None:
        scores = [each for each in values if each.series.metric in self._scores]
        if any(each.series.span == 1 for each in scores):
            self.scored.setdefault(version, scores)
        for each in values if recent else ():
            if each.series.metric == PENDING and each.series.span == 1 and each.value is not None:
                self.unlabelled[version] = self.unlabelled.get(version, 0) + round(each.value * each.n)


def _values(measured: Measured) -> list[Measurement]:
    return [each for each in measured.measurements() if each.value is not None]


def _in_use(last_starts: Mapping[str, int], calendar: Calendar) -> frozenset[str]:
    newest = max(last_starts.values(), default=0)
    reach = max(IN_USE_WINDOWS * calendar.size, IN_USE)
    return frozenset(version for version, start in last_starts.items() if start >= newest - reach)
