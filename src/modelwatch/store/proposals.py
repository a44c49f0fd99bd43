"""Proposals: the specification that is suggested for a model whose rows came before anybody applied one.

The server makes one from the first rows of a pending model; `apply` puts a real specification in its place.
"""

from __future__ import annotations

from sqlalchemy import Column, Table, Text, select

from modelwatch.store.dialect import insert_new
from modelwatch.store.metadata import INSTANT, METADATA, Transaction, model_column

PROPOSAL = Table(
    "proposal",
    METADATA,
    model_column(),
    Column("text", Text, nullable=False),
    Column("at", INSTANT, nullable=False),
)


def put(tx: Transaction, model_id: int, text: str, at: int) -> None:
    """Keep a proposal; the first of a model stays."""
    insert_new(tx, PROPOSAL, [{"model_id": model_id, "text": text, "at": at}])


def get(tx: Transaction, model_id: int) -> str | None:
    """What is proposed for a model, None if nothing is."""
    return tx.execute(select(PROPOSAL.c.text).where(PROPOSAL.c.model_id == model_id)).scalar()


def waiting(tx: Transaction) -> dict[int, int]:
    """When the first rows came of each model that something was proposed for."""
    return {row.model_id: row.at for row in tx.execute(select(PROPOSAL.c.model_id, PROPOSAL.c.at))}
