"""What the page of one incident tells: what, since when, how bad, why, what to do first, and how it went on.

Everything is as `judge` stored it, or read beside it from profiles and measurements; no verdict is made here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from modelwatch.catalog import Catalog
from modelwatch.domain.columns import LABEL, PREDICTION, Task
from modelwatch.domain.incident import Kind
from modelwatch.domain.measurement import Series
from modelwatch.domain.metric import Better
from modelwatch.domain.names import ModelKey
from modelwatch.domain.selection import Selection
from modelwatch.read.case import Case, load_case, measured
from modelwatch.read.course import Course, course, key_series
from modelwatch.read.evidence import Evidence, evidence, reasons, slices_say
from modelwatch.read.hours import MISSING, Hours, missing_by_hour, refused_by_hour, rows_by_hour
from modelwatch.read.places import Places, places
from modelwatch.read.sides import Sides, sides
from modelwatch.read.story import Entry, Similar, acknowledged_by, similar, timeline
from modelwatch.show.status import State, state_of
from modelwatch.store import silences
from modelwatch.store.metadata import Transaction

GRID, FEED, REFUSED = "missing", "feed", "refused"
_WITHOUT = 0.995  # from which a column is called empty
# What a model of a task does besides its key metric: the part of what it should find that it found.
_BESIDE: Mapping[Task, tuple[str, ...]] = {Task.BINARY: ("recall",), Task.MULTICLASS: ("accuracy",)}


@dataclass(frozen=True, slots=True, kw_only=True)
class What:
    """What is wrong, in numbers: of which metric, in how many of the model's features, from `low` to `high`."""

    metric: str
    title: str
    unit: str
    better: Better
    columns: tuple[str, ...]
    of: int
    span: int
    low: float | None
    high: float | None
    limit: float | None
    reference: float | None
    state: State

    @property
    def empty(self) -> bool:
        """Whether the columns hold no value at all."""
        return self.metric == MISSING and self.low is not None and self.low >= _WITHOUT


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """What one metric read in the window that the title tells of, beside the reference."""

    metric: str
    title: str
    unit: str
    value: float
    n: int
    reference: float | None
    span: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """The hours around the beginning: `missing`, `refused` or `feed` says of what."""

    what: Literal["missing", "refused", "feed"]
    hours: Hours


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentView:
    """One incident as its page shows it; times are microseconds since 1970."""

    id: int
    key: ModelKey
    title: str
    state: State
    peak: State
    standing: str
    kind: str
    zone: str
    day_long: bool
    opened: int
    resolved: int | None
    since: int
    to_the_hour: bool
    lasted: int
    first: int
    returned: bool
    then: tuple[int, int]
    team: str | None
    runbook: str | None
    acknowledged_by: str | None
    silenced_until: int | None
    what: What | None
    predictions: int | None
    affected: int | None
    refused: int | None
    figures: tuple[Figure, ...]
    evidence: tuple[Evidence, ...]
    reasons: tuple[str, ...]
    action: tuple[str, str]
    columns: tuple[str, ...]
    known_columns: frozenset[str]
    grid: Grid | None
    distribution: Sides | None
    lead: Course | None
    pair: tuple[Course, Course] | None
    scores: Sides | None
    course: Course | None
    places: Places | None
    slices_say: str
    rule: str
    timeline: tuple[Entry, ...]
    similar: tuple[Similar, ...]


def incident_view(tx: Transaction, catalog: Catalog, number: int, *, project: str, now: int) -> IncidentView:
    """Read all that the page of an incident shows.

    Parameters
    ----------
    project
        The caller's; incidents of others are as good as not there.
    now
        The home's clock.

    Raises
    ------
    UnknownName
        If the project has no such incident.
    """
    case = load_case(tx, catalog, number, project=project, now=now)
    grid = _grid(tx, case)
    onset = None if grid is None else grid.hours.onset
    since = case.begin.start if onset is None else onset
    lead, key = _lead(tx, case), _key(tx, case)
    impact = case.body["cause"]["impact"]
    monitor = None if case.watched is None else case.watched.monitor
    held = [each for each in silences.active(tx, case.model_id, now) if each.covers(number, case.kind)]
    lines = evidence(case)
    said = acknowledged_by(case.body)
    return IncidentView(
        id=number,
        key=case.key,
        title=case.body["title"],
        state=state_of(str(case.stored.severity), case.body["firing"]),
        peak=state_of(case.body["peak"], case.body["verdicts"]),
        standing=str(case.stored.state),
        kind=str(case.kind),
        zone=case.zone,
        day_long=case.then.length >= 23 * 3_600_000_000,
        opened=case.stored.opened,
        resolved=case.stored.resolved,
        since=since,
        to_the_hour=onset is not None,
        lasted=max((case.closed if case.live else case.stored.resolved or case.closed) - since, 0),
        first=case.window.start,
        returned=case.again is not None,
        then=(case.then.start, case.then.end),
        team=None if monitor is None else monitor.team,
        runbook=_runbook(case),
        acknowledged_by=said if case.body["state"] == "acknowledged" else None,
        silenced_until=max((each.until for each in held), default=None),
        what=_what(case),
        predictions=impact.get("predictions"),
        affected=impact.get("rows_affected"),
        refused=impact.get("rows_refused"),
        figures=tuple(_figures(tx, case, None if key is None else key.series)),
        evidence=lines,
        reasons=reasons(lines),
        action=first_step(case.body["cause"]["first_action"]),
        columns=case.columns,
        known_columns=frozenset()
        if case.watched is None or case.watched.plan is None
        else frozenset(case.watched.plan.columns),
        grid=grid,
        distribution=_distribution(tx, case),
        lead=None if key is not None and lead is not None and lead.series == key.series else lead,
        pair=_pair(tx, case),
        scores=sides(tx, case, span=1 if case.lead is None else case.lead.series.span),
        course=key,
        places=places(tx, case),
        slices_say=slices_say(case),
        rule="" if case.lead is None else case.lead.rule,
        timeline=timeline(case, onset),
        similar=similar(tx, case),
    )


def _what(case: Case) -> What | None:
    lead = case.lead
    if lead is None:
        return None
    alike = [
        each for each in case.firing if (each.series.metric, each.series.span) == (lead.series.metric, lead.series.span)
    ]
    values = [each.value for each in alike if each.value is not None]
    columns = tuple(
        dict.fromkeys(each.series.column for each in alike if each.series.column not in ("", LABEL, PREDICTION))
    )
    metric = case.metric(lead.series.metric)
    reference = None if case.watched is None else case.watched.reference
    baseline = None if reference is None else reference.baselines.get(lead.series)
    features = () if case.watched is None or case.watched.plan is None else case.watched.plan.features
    return What(
        metric=lead.series.metric,
        title=case.title(lead.series.metric),
        unit=metric.unit if metric else "",
        better=metric.better if metric else Better.LOWER,
        columns=columns,
        of=max(len(features), len(columns)),
        span=lead.series.span,
        low=min(values, default=None),
        high=max(values, default=None),
        limit=lead.threshold,
        reference=None if baseline is None else baseline.mean,
        state=state_of(str(lead.status), ()),
    )


def _grid(tx: Transaction, case: Case) -> Grid | None:
    """Where the cause shows by the hour: values that are missing, rows that were refused, or rows that did not come."""
    lead = case.lead
    match case.kind:
        case Kind.DATA_FAULT if lead is not None and lead.series.metric == MISSING:
            hours = missing_by_hour(tx, case)
            return None if hours is None else Grid(what="missing", hours=hours)
        case Kind.SCHEMA:
            hours = refused_by_hour(tx, case)
            return None if hours is None or not hours.shown else Grid(what="refused", hours=hours)
        case Kind.FEED:
            hours = rows_by_hour(tx, case)
            return None if hours is None else Grid(what="feed", hours=hours)
        case _:
            return None


def _distribution(tx: Transaction, case: Case) -> Sides | None:
    """The worst column's values, where they are what is wrong."""
    lead = case.lead
    if lead is None or case.kind not in (Kind.DRIFT, Kind.DATA_FAULT) or lead.series.metric == MISSING:
        return None
    column = lead.series.column
    return sides(tx, case, column, span=lead.series.span) if column and column != PREDICTION else None


def _lead(tx: Transaction, case: Case) -> Course | None:
    if case.lead is None or case.kind in (Kind.SPIKE, Kind.FEED):
        return None
    return None if case.lead.series.metric == MISSING else course(tx, case, case.lead.series)


def _key(tx: Transaction, case: Case) -> Course | None:
    """The key metric on the span of what fires, else on single windows."""
    single = key_series(case)
    if single is None or case.lead is None:
        return None if single is None else course(tx, case, single)
    if case.lead.series.metric == single.metric:
        return course(tx, case, case.lead.series)
    over = key_series(case, span=case.lead.series.span)
    return (None if over is None else course(tx, case, over)) or course(tx, case, single)


def _pair(tx: Transaction, case: Case) -> tuple[Course, Course] | None:
    """Predictions and labels, where the one or the other is what is wrong."""
    if case.kind not in (Kind.SPIKE, Kind.CALIBRATION):
        return None
    said = course(tx, case, Series("prediction_mean", PREDICTION))
    true = course(tx, case, Series("label_mean", LABEL))
    return None if said is None or true is None else (said, true)


def _figures(tx: Transaction, case: Case, key: Series | None) -> Iterator[Figure]:
    """The key metric, and what else tells of a task, in the window that the title speaks of."""
    if case.watched is None or key is None:
        return
    names = (key.metric, *_BESIDE.get(case.watched.monitor.task, ()))
    found = measured(tx, case, Selection(metrics=frozenset(names), span=key.span), case.then.start, case.then.end)
    of_window = found.get(case.then.start, {})
    for name in names:
        series = Series(name, PREDICTION, span=key.span)
        seen = of_window.get(series)
        told = case.lead is not None and (case.lead.series.metric, case.lead.series.span) == (name, key.span)
        if seen is None or seen.value is None or told:
            continue
        baseline = None if case.watched.reference is None else case.watched.reference.baselines.get(series)
        metric = case.metric(name)
        yield Figure(
            metric=name,
            title=case.title(name),
            unit=metric.unit if metric else "",
            value=seen.value,
            n=seen.n,
            reference=None if baseline is None else baseline.mean,
            span=key.span,
        )


def first_step(action: str) -> tuple[str, str]:
    """An action as its first step, and the rest of it: parted where a colon or semicolon stands in no brackets.

    Examples
    --------
    >>> first_step("Check the source as of today: repair it")
    ('Check the source as of today', 'Repair it')
    >>> first_step("Check the drift (incident 7: dest); if it is real, recalibrate")
    ('Check the drift (incident 7: dest)', 'If it is real, recalibrate')
    """
    depth = 0
    for place, letter in enumerate(action):
        depth += (letter == "(") - (letter == ")")
        if not depth and action[place : place + 2] in (": ", "; "):
            rest = action[place + 2 :]
            return action[:place], rest[:1].upper() + rest[1:]
    return action, ""


def _runbook(case: Case) -> str | None:
    """That of the rules that fire, else the model's."""
    if case.watched is None:
        return None
    own = {rule.id: rule.runbook for rule in case.watched.monitor.rules}
    found = (own.get(verdict["rule"]) for verdict in case.body["verdicts"])
    return next(filter(None, found), case.watched.monitor.runbook)
