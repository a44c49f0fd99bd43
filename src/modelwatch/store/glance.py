"""Incidents at a glance: of many models at once a few fields of each, without what is added to one on reading.

Pages that list incidents or count them ask here; one incident in full is read by `incidents`.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, NamedTuple

from sqlalchemy import String, and_, cast, func, or_, select

from modelwatch.domain.incident import Kind, State
from modelwatch.domain.instants import parse_instant
from modelwatch.domain.measurement import Status
from modelwatch.store import models
from modelwatch.store.incidents import INCIDENT, LIVE
from modelwatch.store.metadata import Transaction
from modelwatch.store.models import MODEL

_C = INCIDENT.c
_BEGAN = func.coalesce(_C.body["again"]["start"].as_string(), _C.body["window"]["start"].as_string())
_TITLE = _C.body["title"].as_string()
_COLUMNS = (
    _C.model_id,
    _C.id,
    _C.kind,
    _C.state,
    _C.severity,
    _C.opened,
    _C.resolved,
    _TITLE.label("title"),
    _BEGAN.label("began"),
    _C.body["firing"].label("firing"),
)


class Glance(NamedTuple):
    """One incident; `severity` is that of now, and once it is resolved the worst it reached.

    `since` is where the first firing window starts, since it last reopened if it did. `firing` holds the verdicts of
    the newest window in which it fired, as JSON.
    """

    model_id: int
    id: int
    kind: Kind
    state: State
    severity: Status
    opened: int
    resolved: int | None
    title: str
    since: int
    firing: tuple[dict[str, Any], ...] = ()

    @property
    def live(self) -> bool:
        """Whether it is open, acknowledged or not."""
        return self.state in LIVE


def since(tx: Transaction, project: str, instant: int, *, model_id: int | None = None) -> list[Glance]:
    """The incidents of a project's models, or of one, that were not resolved before an instant, as they opened."""
    live = or_(_C.resolved.is_(None), _C.resolved > instant)
    mine = {number for key, number in models.known(tx).items() if key.project == project}
    query = select(*_COLUMNS).where(live if model_id is None else and_(live, _C.model_id == model_id))
    # Sorted and sifted here: SQLite would read every incident there ever was to be spared it.
    found = [_glance(row) for row in tx.execute(query) if row.model_id in mine]
    return sorted(found, key=lambda each: (each.opened, each.id))


def timelines(tx: Transaction, model_id: int) -> dict[int, list[dict[str, str]]]:
    """What happened to each incident of a model, oldest first, as its JSON has it; not what people said."""
    query = select(_C.id, _C.body["timeline"].label("timeline")).where(_C.model_id == model_id)
    return {row.id: row.timeline for row in tx.execute(query)}


def last_resolved(tx: Transaction) -> dict[int, int]:
    """When the last incident of each model ended, of those that had one which did."""
    query = select(_C.model_id, func.max(_C.resolved).label("ended")).where(_C.resolved.is_not(None))
    return {row.model_id: row.ended for row in tx.execute(query.group_by(_C.model_id))}


def matching(tx: Transaction, project: str, words: Collection[str], *, limit: int) -> list[Glance]:
    """The incidents whose title or number has all of some words, live ones first, then the newest."""
    told = func.lower(_TITLE)
    query = select(*_COLUMNS).join(MODEL).where(MODEL.c.project == project)
    for word in words:
        number = cast(_C.id, String) == word.removeprefix("#")
        query = query.where(or_(told.contains(word.lower(), autoescape=True), number))
    query = query.order_by(_C.resolved.is_not(None), _C.opened.desc(), _C.id.desc())
    return [_glance(row) for row in tx.execute(query.limit(limit))]


def rules_fired(tx: Transaction, project: str, instant: int) -> dict[tuple[int, str], int]:
    """In how many incidents that opened since an instant each rule fired, by model and rule."""
    query = select(_C.model_id, _C.body["verdicts"].label("verdicts")).join(MODEL)
    counts: dict[tuple[int, str], int] = {}
    for row in tx.execute(query.where(MODEL.c.project == project, _C.opened >= instant)):
        for rule in {verdict["rule"] for verdict in row.verdicts}:
            counts[row.model_id, rule] = counts.get((row.model_id, rule), 0) + 1
    return counts


def _glance(row: Any) -> Glance:
    kind, state, severity = Kind(row.kind), State(row.state), Status(row.severity)
    begin, firing = parse_instant(row.began), tuple(row.firing or ())
    return Glance(row.model_id, row.id, kind, state, severity, row.opened, row.resolved, row.title, begin, firing)
