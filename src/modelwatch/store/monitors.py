"""Monitors: the text of every specification that was applied to a model, numbered from 1.

`apply` adds a version, `work` reads the last one; the earlier ones tell what held at an earlier time.
"""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import Column, Integer, String, Table, Text, and_, func, select

from modelwatch.store.metadata import INSTANT, METADATA, Transaction, model_column

MONITOR = Table(
    "monitor",
    METADATA,
    model_column(),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("digest", String, nullable=False),
    Column("text", Text, nullable=False),
    Column("applied_at", INSTANT, nullable=False),
)


class MonitorVersion(NamedTuple):
    """One applied specification."""

    version: int
    text: str
    digest: str
    applied_at: int


def add_version(tx: Transaction, model_id: int, text: str, digest: str, applied_at: int) -> int:
    """Store a specification as the model's last; returns its number, the same if it equals the last."""
    last = latest(tx, model_id)
    if last is not None and last.digest == digest:
        return last.version
    version = 1 if last is None else last.version + 1
    tx.execute(
        MONITOR.insert().values(model_id=model_id, version=version, digest=digest, text=text, applied_at=applied_at)
    )
    return version


def latest(tx: Transaction, model_id: int) -> MonitorVersion | None:
    """The specification that holds now, or None for a model that has none yet."""
    return next(iter(history(tx, model_id, limit=1)), None)


def watched(tx: Transaction) -> set[int]:
    """The models that have a specification."""
    return set(tx.execute(select(MONITOR.c.model_id).distinct()).scalars())


def texts(tx: Transaction) -> dict[int, str]:
    """The text of the specification that holds now, of every model that has one."""
    last = select(MONITOR.c.model_id, func.max(MONITOR.c.version).label("version")).group_by(MONITOR.c.model_id)
    newest = last.subquery()
    mine = MONITOR.c.model_id == newest.c.model_id, MONITOR.c.version == newest.c.version
    query = select(MONITOR.c.model_id, MONITOR.c.text).join(newest, and_(*mine))
    return {row.model_id: row.text for row in tx.execute(query)}


def history(tx: Transaction, model_id: int, *, limit: int | None = None) -> list[MonitorVersion]:
    """All specifications of a model, the last first."""
    columns = MONITOR.c.version, MONITOR.c.text, MONITOR.c.digest, MONITOR.c.applied_at
    query = select(*columns).where(MONITOR.c.model_id == model_id).order_by(MONITOR.c.version.desc()).limit(limit)
    return [MonitorVersion(*row) for row in tx.execute(query)]
