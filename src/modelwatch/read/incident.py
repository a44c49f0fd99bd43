"""What the page of one incident tells: what, since when, how bad, why, what to do first, and how it went on.

Everything is as `judge` stored it, or read beside it from profiles and measurements; no verdict is made here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from modelwatch.catalog import Catalog
from modelwatch.domain.columns import LABEL, PREDICTION
from modelwatch.domain.incident import Kind
from modelwatch.domain.measurement import Series
from modelwatch.domain.names import ModelKey
from modelwatch.read.answers import Figure, What, figures, first_step, what_of
from modelwatch.read.case import Case, load_case
from modelwatch.read.course import Course, course, key_series
from modelwatch.read.evidence import Evidence, evidence, reasons, slices_say
from modelwatch.read.hours import MISSING, Hours, missing_by_hour, refused_by_hour, rows_by_hour
from modelwatch.read.places import Places, places
from modelwatch.read.sides import Sides, sides
from modelwatch.read.story import Entry, Similar, acknowledged_by, similar, timeline
from modelwatch.show.status import State, state_of
from modelwatch.store import silences
from modelwatch.store.metadata import Transaction


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
        what=what_of(case),
        predictions=impact.get("predictions"),
        affected=impact.get("rows_affected"),
        refused=impact.get("rows_refused"),
        figures=tuple(figures(tx, case, None if key is None else key.series)),
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


def _runbook(case: Case) -> str | None:
    """That of the rules that fire, else the model's."""
    if case.watched is None:
        return None
    own = {rule.id: rule.runbook for rule in case.watched.monitor.rules}
    found = (own.get(verdict["rule"]) for verdict in case.body["verdicts"])
    return next(filter(None, found), case.watched.monitor.runbook)
