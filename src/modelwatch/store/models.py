"""Models: every watched model has one small number, by which all other tables name it.

A row is made when a model is first applied or first sends a row, and stays.
"""

from __future__ import annotations

from difflib import get_close_matches

from sqlalchemy import Column, String, Table, UniqueConstraint, select

from modelwatch.domain.errors import UnknownName
from modelwatch.domain.names import ModelKey
from modelwatch.store.dialect import insert_new
from modelwatch.store.metadata import IDENTITY, METADATA, Transaction

MODEL = Table(
    "model",
    METADATA,
    Column("id", IDENTITY, primary_key=True),
    Column("project", String, nullable=False),
    Column("model", String, nullable=False),
    Column("env", String, nullable=False),
    UniqueConstraint("project", "model", "env"),
    sqlite_autoincrement=True,
)


def ensure(tx: Transaction, key: ModelKey) -> int:
    """The id of a model, which is made if it does not exist."""
    existing = _id(tx, key)
    if existing is not None:
        return existing
    insert_new(tx, MODEL, [{"project": key.project, "model": key.model, "env": key.env}])
    return find(tx, key)


def find(tx: Transaction, key: ModelKey) -> int:
    """The id of a model.

    Raises
    ------
    UnknownName
        If there is none of that key; names those of the same project, and the nearest.
    """
    existing = _id(tx, key)
    if existing is not None:
        return existing
    others = [other for other in known(tx) if other.project == key.project]
    names = sorted({_name(other, key.env) for other in others})
    near = get_close_matches(_name(key, key.env), names, n=1)
    raise UnknownName(
        f"there is no model {key.model!r} in environment {key.env!r}: "
        + (f"did you mean {near[0]!r}? " if near else "")
        + f"known are {', '.join(names) or 'none yet'}"
    )


def known(tx: Transaction) -> dict[ModelKey, int]:
    """All models and their ids, by project, name and environment."""
    rows = tx.execute(select(MODEL).order_by(MODEL.c.project, MODEL.c.model, MODEL.c.env))
    return {ModelKey(row.model, row.env, row.project): row.id for row in rows}


def _id(tx: Transaction, key: ModelKey) -> int | None:
    return tx.execute(
        select(MODEL.c.id).where(MODEL.c.project == key.project, MODEL.c.model == key.model, MODEL.c.env == key.env)
    ).scalar()


def _name(key: ModelKey, env: str) -> str:
    return key.model if key.env == env else f"{key.model} in {key.env}"
