"""The fleet at a glance: every model of a project with how it stands, what is wrong, since when, and its key metric.

A few queries for all models together, whatever the length of their windows; the fleet page and the search ask.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from modelwatch.catalog import Catalog
from modelwatch.domain.incident import State as IncidentState
from modelwatch.domain.instants import DAY
from modelwatch.domain.names import ModelKey
from modelwatch.show.incidents import finding
from modelwatch.show.status import State, order_of, state_of, worst_of
from modelwatch.spec import Monitor, parse_kept
from modelwatch.store import clock, glance, headlines, models, monitors, proposals
from modelwatch.store.glance import Glance
from modelwatch.store.headlines import Headline
from modelwatch.store.metadata import Transaction

SPARK_DAYS, CHART_DAYS = 90, 30
POINTS = 60
"""Values of a sparkline: one for each day and a half."""
LABELLED_WINDOWS = 28
"""Windows over which the share of predictions without a label is told, as the figures for Prometheus do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyMetric:
    """The metric by which a model is known: its last value beside the reference, and its course.

    `state` is what its own rule says of it, None while that does not fire. `course` has instants and values, where
    neighbours lie at most `apart`; `band` is what is normal: three standard deviations of the reference's blocks.
    """

    title: str
    value: float | None = None
    estimated: bool = False
    reference: float | None = None
    state: State | None = None
    course: Sequence[tuple[int, float]] = ()
    apart: int = 0
    band: tuple[float, float] | None = None

    @property
    def off(self) -> float | None:
        """How far the value lies from the reference."""
        return None if self.value is None or self.reference is None else self.value - self.reference


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How one model stands.

    `finding` is what the worst open incident found, `incident` its number and `since` when it began; `quiet` is how
    long ago the last incident ended. `rows` are those of the last 24 hours that closed, or of the last window where
    that is longer, as `window` then says. Of a pending model `since` is when its first rows came. What is not known
    is None.
    """

    key: ModelKey
    state: State
    finding: str = ""
    incident: int | None = None
    acknowledged: bool = False
    since: int | None = None
    quiet: int | None = None
    metric: KeyMetric | None = None
    rows: int | None = None
    window: int | None = None
    unlabelled: float | None = None
    open: int = 0
    owner: str = ""
    task: str = ""
    zone: str = "UTC"

    @property
    def name(self) -> str:
        """The model's name, with its environment where that is not the usual one."""
        return self.key.model if self.key.env == "prod" else f"{self.key.model}/{self.key.env}"


@dataclass(frozen=True, slots=True)
class Day:
    """How many models were not OK on a day, by the worst of the incidents open on it."""

    start: int
    counts: Mapping[State, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fleet:
    """All models of a project, worst first, then newest, then by name; and the last days, oldest first."""

    now: int
    models: Sequence[Standing]
    days: Sequence[Day] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Facts:
    """What is stored of all models, by their numbers."""

    now: int
    catalog: Catalog
    ran: Mapping[int, int]
    live: Mapping[int, Sequence[Glance]]
    ended: Mapping[int, int]
    last: Mapping[int, Headline]
    scored: Mapping[int, Headline]
    rows: Mapping[int, int]
    unlabelled: Mapping[int, float]
    courses: Mapping[int, Sequence[float | None]]


def fleet(tx: Transaction, catalog: Catalog, project: str, now: int) -> Fleet:
    """How all models of a project stand at an instant, the home's clock."""
    mine = {key: number for key, number in models.known(tx).items() if key.project == project}
    texts, waiting = monitors.texts(tx), proposals.waiting(tx)
    recent = glance.since(tx, project, now - CHART_DAYS * DAY)
    facts = _Facts(
        now=now,
        catalog=catalog,
        ran=clock.last_runs(tx),
        live=_by_model(each for each in recent if each.live),
        ended=glance.last_resolved(tx),
        last=headlines.newest(tx),
        scored=headlines.newest(tx, scored=True),
        rows=headlines.rows_of(tx, DAY),
        unlabelled=headlines.unlabelled(tx, LABELLED_WINDOWS),
        courses=headlines.courses(tx, now - SPARK_DAYS * DAY, now, POINTS),
    )
    found = [
        _standing(number, parse_kept(texts[number], catalog=catalog, project=project), facts)
        if number in texts
        else Standing(key=key, state=State.PENDING, since=waiting.get(number))
        for key, number in mine.items()
    ]
    return Fleet(now=now, models=sorted(found, key=worst_first), days=days(recent, now))


def worst_first(standing: Standing) -> tuple[int, int, str]:
    """The order of the fleet: the worst first, of these the newest, then by name."""
    return order_of(standing.state), -(standing.since or 0), standing.name


def days(incidents: Sequence[Glance], now: int, count: int = CHART_DAYS) -> list[Day]:
    """How many models were not OK on each of the last days of UTC, that of `now` the last.

    An incident tells one severity for all its days: the worst once it is over, that of now while it is open.
    """
    today = now // DAY * DAY
    told: list[Day] = []
    for start in range(today - (count - 1) * DAY, today + 1, DAY):
        states: dict[int, list[State]] = {}
        for each in incidents:
            if each.opened < start + DAY and (each.resolved is None or each.resolved > start):
                states.setdefault(each.model_id, []).append(state_of(each.severity, each.firing))
        worst = [worst_of(found) for found in states.values()]
        told.append(Day(start, {state: worst.count(state) for state in (State.CRITICAL, State.WARNING, State.NODATA)}))
    return told


def _by_model(incidents: Iterable[Glance]) -> dict[int, list[Glance]]:
    found: dict[int, list[Glance]] = {}
    for each in incidents:
        found.setdefault(each.model_id, []).append(each)
    return found


def _standing(number: int, monitor: Monitor, facts: _Facts) -> Standing:
    live, ended, size = facts.live.get(number, ()), facts.ended.get(number), monitor.calendar.size
    states = {each.id: state_of(each.severity, each.firing) for each in live}
    # The worst, of these the one that began last, as the fleet is sorted.
    lead = min(live, key=lambda each: (order_of(states[each.id]), -each.since), default=None)
    last = facts.last.get(number)
    return Standing(
        key=monitor.key,
        state=worst_of(states.values()),
        finding="" if lead is None else finding(lead.title),
        incident=None if lead is None else lead.id,
        acknowledged=lead is not None and lead.state is IncidentState.ACKNOWLEDGED,
        since=None if lead is None else lead.since,
        quiet=None if lead is not None or ended is None else max(facts.now - ended, 0),
        metric=_key_metric(number, size, facts),
        rows=None if last is None else facts.rows.get(number, 0) if size <= DAY else last.rows,
        window=size if size > DAY else None,
        unlabelled=facts.unlabelled.get(number),
        open=len(live),
        owner=monitor.team or "",
        task=str(monitor.task),
        zone=monitor.calendar.timezone,
    )


def _key_metric(number: int, size: int, facts: _Facts) -> KeyMetric | None:
    """The key metric as it was last computed."""
    last = facts.last.get(number)
    name = None if last is None else last.metric
    if name is None or name not in facts.catalog.metrics:
        return None
    record, scored = facts.catalog.metrics.get(name), facts.scored.get(number)
    if scored is None or scored.metric != name:
        return KeyMetric(title=record.title)
    mean, sd = scored.reference_mean, scored.reference_sd
    firing = [each for incident in facts.live.get(number, ()) for each in incident.firing]
    own = [each["status"] for each in firing if each["metric"] in (name, f"estimated_{name}") and not each["slice"]]
    step = SPARK_DAYS * DAY // POINTS
    start = facts.now - SPARK_DAYS * DAY
    course = enumerate(facts.courses.get(number, ()), start=1)
    return KeyMetric(
        title=record.title,
        value=scored.value,
        estimated=scored.estimated,
        reference=mean,
        state=worst_of(state_of(status, ()) for status in own) if own else None,
        course=tuple((start + place * step, value) for place, value in course if value is not None),
        apart=size + step,
        band=None if mean is None or sd is None else (mean - 3 * sd, mean + 3 * sd),
    )
