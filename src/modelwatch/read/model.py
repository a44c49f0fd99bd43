"""One model over a stretch of time: how it stands, what is wrong, and every series that its page draws.

The page of a model asks; what it shows of the series is chosen in `lanes` of the server.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from statistics import fmean

from modelwatch.catalog import Catalog
from modelwatch.domain.columns import UNVERSIONED
from modelwatch.domain.event import Event
from modelwatch.domain.instants import DAY, Window
from modelwatch.domain.measurement import Series
from modelwatch.domain.metric import Metric
from modelwatch.domain.names import ModelKey
from modelwatch.domain.selection import Selection
from modelwatch.domain.slices import ALL_ROWS
from modelwatch.read.heat import MISSING
from modelwatch.read.period import Period, period_of
from modelwatch.read.sheet import Sheet
from modelwatch.read.spells import Spell, spells_of
from modelwatch.show.status import State, order_of, state_of, worst_of
from modelwatch.store import clock, events, glance, headlines, incidents, models, monitors, profiles, proposals
from modelwatch.store.glance import Glance
from modelwatch.store.incidents import StoredIncident
from modelwatch.store.metadata import Transaction
from modelwatch.work import Watched, load_watched
from modelwatch.work.stored import MODEL, OUTCOME, PROFILE, stored

DRIFT = "psi"
ROWS, PREDICTED, LABELLED, BIAS, PENDING = "rows", "prediction_mean", "label_mean", "mean_bias", "labels_pending_share"
LATENCIES = ("latency_p50", "latency_p95", "latency_p99")
WEEKS = 4
"""Earlier weeks whose same hours say how many rows are usual."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What somebody wants to see of a model: a range, or a stretch of its own; `coarse` for a narrow page."""

    range: str | None = None
    since: int | None = None
    until: int | None = None
    coarse: bool = False


@dataclass(frozen=True, slots=True)
class Proposed:
    """A model whose rows came before anybody reviewed a specification: the one that is proposed."""

    key: ModelKey
    text: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ModelView:
    """One model over a period.

    Attributes
    ----------
    live
        Open incidents, the worst first and of these the one that began last.
    spells
        When incidents were open, all that touch the period.
    lead
        The worst open incident in full.
    ended
        The incident that was resolved last, where none is open.
    events
        What was posted in the period, and versions when they were first seen.
    closed
        The end of the last window that was closed, None before the first.
    usual_rows
        Mean number of rows in the same hours of earlier weeks, for the last window; None while there are none.
    """

    watched: Watched
    now: int
    state: State
    live: Sequence[Glance]
    spells: Sequence[Spell]
    lead: StoredIncident | None
    ended: Glance | None
    versions: Sequence[str]
    events: Sequence[Event]
    closed: int | None
    period: Period
    sheet: Sheet
    usual_rows: float | None

    @property
    def windows(self) -> Sequence[Window]:
        """The windows of the period."""
        return self.sheet.windows

    @property
    def key_metric(self) -> Metric | None:
        """The metric by which the model is told of at a glance."""
        return self.watched.catalog.key_metric(self.watched.monitor.task)

    def series(self, metric: str, span: int = 1) -> Series:
        """The series of all rows that has the metric, on the column that it was measured on."""
        found = (s for s in self.sheet.series if s.metric == metric and s.span == span and not s.slice)
        return next(found, Series(metric, span=span))

    @property
    def spans(self) -> list[int]:
        """The spans on which drift was measured in the period, shortest first; those of the monitor if none was."""
        found = sorted({s.span for s in self.sheet.series if s.metric == DRIFT})
        return found or list(self.watched.monitor.spans)


def read_model(tx: Transaction, catalog: Catalog, key: ModelKey, *, now: int, asked: Asked) -> ModelView | Proposed:
    """One model as it stands at an instant, the home's clock, over the period asked for.

    Raises
    ------
    UnknownName
        If there is no such model.
    InputError
        If there is no such period.
    """
    model_id = models.find(tx, key)
    if monitors.latest(tx, model_id) is None:
        return Proposed(key, proposals.get(tx, model_id) or "")
    watched = load_watched(tx, catalog, key)
    closed = clock.last_run(tx, model_id)
    period = _period(tx, watched, closed, now, asked)
    known = glance.since(tx, key.project, 0, model_id=model_id)
    states = {each.id: state_of(each.severity, each.firing) for each in known}
    live = sorted((each for each in known if each.live), key=lambda each: (order_of(states[each.id]), -each.since))
    over = [each for each in known if each.resolved is not None]
    ended = max(over, key=lambda each: each.resolved or 0, default=None)
    timelines = glance.timelines(tx, model_id)
    spells = [spell for each in known for spell in spells_of(each, timelines.get(each.id, ()))]
    windows = period.windows
    return ModelView(
        watched=watched,
        now=now,
        state=State.PENDING if closed is None and not live else worst_of(states[each.id] for each in live),
        live=live,
        spells=[each for each in spells if each.start < period.end and (each.end or period.end) > period.start],
        lead=incidents.get(tx, live[0].id, model_id=model_id) if live else None,
        ended=None if live else ended,
        versions=[version for version in profiles.versions(tx, model_id) if version not in ("", UNVERSIONED)],
        events=_events(tx, model_id, period),
        closed=closed,
        period=period,
        sheet=_sheet(tx, watched, period, windows),
        usual_rows=_usual_rows(tx, watched, windows[-1]) if windows else None,
    )


def _period(tx: Transaction, watched: Watched, closed: int | None, now: int, asked: Asked) -> Period:
    """From the first rows up to the last window that closed, or that should have."""
    calendar = watched.monitor.calendar
    due = calendar.window_of(now - watched.monitor.lateness).start
    last = due if closed is None else max(closed, min(due, calendar.window_of(now).start))
    began = profiles.first_start(tx, watched.model_id)
    first = last - calendar.size if began is None else min(began, last - calendar.size)
    found = period_of(calendar, first=first, last=last, asked=asked.range, since=asked.since, until=asked.until)
    return replace(found, coarse=asked.coarse)


def _sheet(tx: Transaction, watched: Watched, period: Period, windows: Sequence[Window]) -> Sheet:
    key = watched.catalog.key_metric(watched.monitor.task)
    scores = () if key is None else (key.name, f"estimated_{key.name}")
    of_rows = Selection(metrics=frozenset((DRIFT, MISSING, ROWS, PREDICTED, *LATENCIES)), slice=ALL_ROWS)
    # Of slices too, so that each window is unpacked once.
    of_labels = Selection(metrics=frozenset((LABELLED, BIAS, PENDING, *scores)))
    read = [((MODEL, PROFILE), of_rows), ((OUTCOME,), of_labels)]
    found = (
        each
        for parts, selection in read
        for each in stored(tx, watched.model_id, period.start, period.end, parts=parts, selection=selection)
    )
    return Sheet(windows, found)


def _events(tx: Transaction, model_id: int, period: Period) -> list[Event]:
    """What was posted, and every version when it was first seen: the first one too, which is no change."""
    firsts = profiles.first_starts(tx, model_id)
    first = min(firsts, key=lambda version: firsts[version], default=UNVERSIONED)
    found = events.candidates(tx, model_id, period.start, period.end)
    if first != UNVERSIONED and period.start <= firsts[first] < period.end:
        found.append(Event(kind="deployment", at=firsts[first], note=f"version {first} first seen"))
    return sorted(found, key=lambda event: event.at)


def _usual_rows(tx: Transaction, watched: Watched, window: Window) -> float | None:
    """The rows of the same hours in earlier weeks."""
    calendar = watched.monitor.calendar
    if calendar.size > 7 * DAY:
        return None
    middle = (window.start + window.end) // 2
    starts = {calendar.window_of(middle - week * 7 * DAY).start for week in range(1, WEEKS + 1)}
    found = headlines.between(tx, min(starts), window.start, model_ids=[watched.model_id])
    rows = [each.rows for each in found if each.start in starts]
    return fmean(rows) if rows else None
