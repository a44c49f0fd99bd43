"""Headlines: the one line per model and window that a page about many models shows.

`work` writes it in the transaction that stores the window's measurements; a revision replaces it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import NamedTuple

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    Integer,
    String,
    Table,
    func,
    literal,
    select,
    true,
)

from modelwatch.domain.instants import HOUR
from modelwatch.store.clock import MODEL_CLOCK
from modelwatch.store.dialect import upsert
from modelwatch.store.metadata import INSTANT, METADATA, Transaction, model_column
from modelwatch.store.models import MODEL

HEADLINE = Table(
    "headline",
    METADATA,
    model_column(),
    Column("window_start", INSTANT, primary_key=True, autoincrement=False),
    Column("window_end", INSTANT, primary_key=True, autoincrement=False),
    Column("rows", BigInteger, nullable=False),
    Column("metric", String),
    Column("version", String, nullable=False),
    Column("span", Integer, nullable=False),
    Column("value", Float),
    Column("low", Float),
    Column("high", Float),
    Column("n", BigInteger, nullable=False),
    Column("estimated", Boolean, nullable=False),
    Column("pending_share", Float),
    Column("reference_mean", Float),
    Column("reference_sd", Float),
    # Kept in the order of the key: the windows of a model lie together and are read without a search for each.
    sqlite_with_rowid=False,
)


class Headline(NamedTuple):
    """One window of one model: its rows over all versions, and the key metric of the version with most rows.

    `metric` is None for a task without a key metric. `value` is that of the longest span that has one, and with it
    go `low` and `high` of its 95 % interval, its `n`, and whether it is `estimated` without labels; `reference_mean`
    and `reference_sd` say what the metric reads in the reference's blocks of that length. `pending_share` is the share
    of the window's rows, of all versions, that have no label yet. What is not known is None.
    """

    model_id: int
    start: int
    end: int
    rows: int
    metric: str | None
    version: str
    span: int
    value: float | None = None
    low: float | None = None
    high: float | None = None
    n: int = 0
    estimated: bool = False
    pending_share: float | None = None
    reference_mean: float | None = None
    reference_sd: float | None = None


_C = HEADLINE.c


def put(tx: Transaction, headlines: Iterable[Headline]) -> None:
    """Store headlines; that of the same model and window is replaced."""
    names = [column.name for column in HEADLINE.columns]
    upsert(tx, HEADLINE, [dict(zip(names, each, strict=True)) for each in headlines])


def some(tx: Transaction, model_id: int) -> bool:
    """Whether a model has any headline."""
    return tx.execute(select(_C.model_id).where(_C.model_id == model_id).limit(1)).first() is not None


def between(tx: Transaction, since: int, until: int, *, model_ids: Collection[int] | None = None) -> list[Headline]:
    """The windows that start in `[since, until)`, of the models named or of all, by model and then by start."""
    models = select(MODEL.c.id)
    if model_ids is not None:
        models = models.where(MODEL.c.id.in_(model_ids))
    # By model, as the key is: with the time alone every row of the table would be looked at.
    mine = _C.model_id.in_(models), _C.window_start >= since, _C.window_start < until
    query = select(HEADLINE).where(*mine).order_by(_C.model_id, _C.window_start, _C.window_end)
    return [Headline._make(row) for row in tx.execute(query)]


def newest(tx: Transaction, *, scored: bool = False) -> dict[int, Headline]:
    """The newest window of each model, or the newest that has a value."""
    earlier = HEADLINE.alias()
    starts = select(earlier.c.window_start).where(earlier.c.model_id == MODEL.c.id)
    if scored:
        starts = starts.where(earlier.c.value.is_not(None))
    last = starts.order_by(earlier.c.window_start.desc()).limit(1).correlate(MODEL).scalar_subquery()
    query = select(*HEADLINE.columns).join_from(
        MODEL, HEADLINE, (_C.model_id == MODEL.c.id) & (_C.window_start == last)
    )
    # By the model's own number: SQLite then takes the models one after another and asks once for each.
    return {row.model_id: Headline._make(row) for row in tx.execute(query.order_by(MODEL.c.id))}


def rows_of(tx: Transaction, length: int) -> dict[int, int]:
    """The rows of each model in the stretch of `length` microseconds that ends with its last closed window.

    Windows that begin up to an hour earlier count as well: a day may have 25 hours.
    """
    end = MODEL_CLOCK.c.instant
    inside = _C.window_start >= end - length - HOUR, _C.window_end > end - length, _C.window_end <= end
    mine = select(func.sum(_C.rows)).where(_C.model_id == MODEL_CLOCK.c.model_id, *inside)
    found = tx.execute(select(MODEL_CLOCK.c.model_id, mine.correlate(MODEL_CLOCK).scalar_subquery()))
    return {model_id: int(rows) for model_id, rows in found if rows is not None}


def unlabelled(tx: Transaction, windows: int) -> dict[int, float]:
    """The share of the rows of each model's last windows that have no label yet, where labels are known of."""
    earlier = HEADLINE.alias()
    starts = (
        select(earlier.c.window_start).where(earlier.c.model_id == MODEL.c.id).order_by(earlier.c.window_start.desc())
    )
    first = func.coalesce(starts.limit(1).offset(windows - 1).correlate(MODEL).scalar_subquery(), 0)
    query = select(_C.model_id, _C.rows, _C.pending_share)
    query = query.join_from(MODEL, HEADLINE, (_C.model_id == MODEL.c.id) & (_C.window_start >= first))
    # By the model's own number: SQLite then takes the models one after another and asks once for the start of each.
    last = query.where(_C.pending_share.is_not(None), _C.rows > 0).order_by(MODEL.c.id).subquery()
    waiting = func.sum(last.c.rows * last.c.pending_share) / func.sum(last.c.rows)
    found = tx.execute(select(last.c.model_id, waiting.label("share")).group_by(last.c.model_id))
    return {row.model_id: row.share for row in found}


def courses(tx: Transaction, since: int, until: int, points: int) -> dict[int, list[float | None]]:
    """Each model's values thinned to so many: the last one in each of as many stretches from `since` to `until`.

    It takes as long for windows of a minute as for windows of a day: one look into the table for each point.
    """
    step = (until - since) // points
    places = select(literal(0).label("place")).cte("places", recursive=True)
    places = places.union_all(select(places.c.place + 1).where(places.c.place < points - 1))
    first = since + places.c.place * step
    found = select(_C.value).where(
        _C.model_id == MODEL.c.id, _C.window_start >= first, _C.window_start < first + step, _C.value.is_not(None)
    )
    value = found.order_by(_C.window_start.desc()).limit(1).correlate(MODEL, places).scalar_subquery()
    query = select(MODEL.c.id, places.c.place, value).select_from(MODEL).join(places, true())
    made: dict[int, list[float | None]] = {}
    for model_id, place, read in tx.execute(query):
        made.setdefault(model_id, [None] * points)[place] = read
    return made
