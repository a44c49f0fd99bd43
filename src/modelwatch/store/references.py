"""References: what is normal for a model, packed whole and by block of time.

`apply` saves one when its data is new, `measure` and `judge` compare with the one that the monitor names.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from sqlalchemy import Column, ForeignKey, LargeBinary, String, Table, UniqueConstraint, select

from modelwatch.store.metadata import IDENTITY, INSTANT, METADATA, Transaction, model_column

REFERENCE = Table(
    "reference",
    METADATA,
    Column("id", IDENTITY, primary_key=True),
    model_column(primary_key=False),
    Column("digest", String, nullable=False),
    Column("blob", LargeBinary, nullable=False),
    Column("meta", LargeBinary, nullable=False),
    UniqueConstraint("model_id", "digest"),
    sqlite_autoincrement=True,
)
REFERENCE_BLOCK = Table(
    "reference_block",
    METADATA,
    Column(
        "reference_id",
        IDENTITY,
        ForeignKey("reference.id", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
    ),
    Column("window_start", INSTANT, primary_key=True, autoincrement=False),
    Column("window_end", INSTANT, nullable=False),
    Column("blob", LargeBinary, nullable=False),
)


class Block(NamedTuple):
    """The packed profile of one stretch of the reference's time."""

    start: int
    end: int
    blob: bytes


class StoredReference(NamedTuple):
    """A reference: `blob` is the pooled profile, `meta` what its owner keeps with it, grids included."""

    digest: str
    blob: bytes
    blocks: list[Block]
    meta: bytes


def save(
    tx: Transaction,
    model_id: int,
    digest: str,
    *,
    blob: bytes,
    blocks: Iterable[tuple[int, int, bytes]],
    meta: bytes,
) -> None:
    """Store a reference, which is then the model's last; one of the same digest is replaced."""
    tx.execute(REFERENCE.delete().where(REFERENCE.c.model_id == model_id, REFERENCE.c.digest == digest))
    row = tx.execute(REFERENCE.insert().values(model_id=model_id, digest=digest, blob=blob, meta=meta))
    [reference_id] = row.inserted_primary_key or (None,)
    rows = [
        {"reference_id": reference_id, "window_start": start, "window_end": end, "blob": block}
        for start, end, block in blocks
    ]
    if rows:
        tx.execute(REFERENCE_BLOCK.insert(), rows)


def forget(tx: Transaction, model_id: int) -> None:
    """Remove all references of a model."""
    tx.execute(REFERENCE.delete().where(REFERENCE.c.model_id == model_id))


def load(tx: Transaction, model_id: int, digest: str | None = None) -> StoredReference | None:
    """The reference of that digest, or the last saved; None if there is none. Blocks are in order of time."""
    query = select(REFERENCE).where(REFERENCE.c.model_id == model_id).order_by(REFERENCE.c.id.desc()).limit(1)
    row = tx.execute(query if digest is None else query.where(REFERENCE.c.digest == digest)).one_or_none()
    if row is None:
        return None
    columns = REFERENCE_BLOCK.c.window_start, REFERENCE_BLOCK.c.window_end, REFERENCE_BLOCK.c.blob
    blocks = tx.execute(
        select(*columns).where(REFERENCE_BLOCK.c.reference_id == row.id).order_by(REFERENCE_BLOCK.c.window_start)
    )
    return StoredReference(row.digest, row.blob, [Block(*block) for block in blocks], row.meta)
