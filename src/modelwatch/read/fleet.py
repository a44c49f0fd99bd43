"""The fleet at a glance: every model of a project with how it stands, what is wrong, since when, and its key metric.

Three queries and a specification per model, whatever the number of windows; the fleet page and the search ask.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from modelwatch.catalog import Catalog
from modelwatch.domain.incident import State as IncidentState
from modelwatch.domain.instants import DAY
from modelwatch.domain.names import ModelKey
from modelwatch.read.headlines import Headline, headlines
from modelwatch.show.incidents import finding
from modelwatch.show.status import State, order_of, state_of, worst_of
from modelwatch.spec import Monitor, parse_kept
from modelwatch.store import clock, glance, models, monitors, proposals
from modelwatch.store.glance import Glance
from modelwatch.store.metadata import Transaction

SPARK_DAYS, CHART_DAYS = 90, 30
LABELLED_WINDOWS = 28
"""Windows over which the share of predictions without a label is told, as the figures for Prometheus do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyMetric:
    """The metric by which a model is known: its last value beside the reference, and its course.

    `state` is what its own rule says of it, None while that does not fire. `course` has instants and values, None in
    windows that have none; `band` is what is normal: three standard deviations of the reference's blocks.
    """

    title: str
    unit: str = ""
    value: float | None = None
    estimated: bool = False
    reference: float | None = None
    state: State | None = None
    course: Sequence[tuple[int, float | None]] = ()
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
    that is longer, as `window` then says. Of a pending model `since` is when its first rows came. What is not known is None.
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


@dataclass(frozen=True, slots=True)
class _Facts:
    """What is known of the incidents of one model."""

    live: Sequence[Glance] = ()
    quiet: int | None = None


def fleet(tx: Transaction, catalog: Catalog, project: str, now: int) -> Fleet:
    """How all models of a project stand at an instant, the home's clock."""
    mine = {key: number for key, number in models.known(tx).items() if key.project == project}
    texts, ran, waiting = monitors.texts(tx), clock.last_runs(tx), proposals.waiting(tx)
    known = {key: parse_kept(texts[n], catalog=catalog, project=project) for key, n in mine.items() if n in texts}
    lines = headlines(tx, catalog, [(mine[key], key) for key in known], now - SPARK_DAYS * DAY)
    recent = glance.since(tx, project, now - CHART_DAYS * DAY)
    ended, live = glance.last_resolved(tx, project), _by_model(each for each in recent if each.live)
    found = [
        _standing(key, known[key], _Facts(live.get(n, ()), ended.get(n)), lines.get(n, ()), ran.get(n), catalog, now)
        if key in known
        else Standing(key=key, state=State.PENDING, since=waiting.get(n))
        for key, n in mine.items()
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


def _standing(
    key: ModelKey,
    monitor: Monitor,
    facts: _Facts,
    lines: Sequence[Headline],
    ran: int | None,
    catalog: Catalog,
    now: int,
) -> Standing:
    states = {each.id: state_of(each.severity, each.firing) for each in facts.live}
    # The worst, of these the one that began last, as the fleet is sorted.
    lead = min(facts.live, key=lambda each: (order_of(states[each.id]), -each.since), default=None)
    size = monitor.calendar.size
    recent = [each for each in lines if ran is not None and each.end > ran - max(DAY, size)]
    return Standing(
        key=key,
        state=worst_of(states.values()),
        finding="" if lead is None else finding(lead.title),
        incident=None if lead is None else lead.id,
        acknowledged=lead is not None and lead.state is IncidentState.ACKNOWLEDGED,
        since=None if lead is None else lead.since,
        quiet=None if lead is not None or facts.quiet is None else max(now - facts.quiet, 0),
        metric=_key_metric(catalog, lines, facts.live),
        rows=None if ran is None else sum(each.rows for each in recent),
        window=size if size > DAY else None,
        unlabelled=_unlabelled(lines),
        open=len(facts.live),
        owner=monitor.team or "",
        task=str(monitor.task),
        zone=monitor.calendar.timezone,
    )


def _key_metric(catalog: Catalog, lines: Sequence[Headline], live: Iterable[Glance]) -> KeyMetric | None:
    """The key metric as it was last computed."""
    told = [each for each in lines if each.metric is not None and each.metric in catalog.metrics]
    if not told:
        return None
    name = told[-1].metric or ""
    record = catalog.metrics.get(name)
    last = next((each for each in reversed(told) if each.value is not None), None)
    course = [(each.start, each.value) for each in told]
    if last is None:
        return KeyMetric(title=record.title, unit=record.unit, course=course)
    mean, sd = last.reference_mean, last.reference_sd
    firing = [each for incident in live for each in incident.firing]
    own = [each["status"] for each in firing if each["metric"] in (name, f"estimated_{name}") and not each["slice"]]
    return KeyMetric(
        title=record.title,
        unit=record.unit,
        value=last.value,
        estimated=last.estimated,
        reference=mean,
        state=worst_of(state_of(status, ()) for status in own) if own else None,
        course=course,
        band=None if mean is None or sd is None else (mean - 3 * sd, mean + 3 * sd),
    )


def _unlabelled(lines: Sequence[Headline]) -> float | None:
    """The share of the predictions of the last windows that have no label, None where none are known of."""
    counted = [(each.rows, each.pending_share) for each in lines if each.pending_share is not None and each.rows]
    counted = counted[-LABELLED_WINDOWS:]
    rows = sum(count for count, _ in counted)
    return sum(count * share for count, share in counted) / rows if rows else None
