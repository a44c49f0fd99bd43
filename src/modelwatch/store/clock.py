"""The clock of the home, on the wall or in replay, and the last instant that was run for each model.

`work` reads it to know what is due and moves it in the transaction of each step.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

from sqlalchemy import Column, Integer, String, Table, select

from modelwatch.store.dialect import upsert
from modelwatch.store.metadata import INSTANT, METADATA, Transaction, model_column

HOME_CLOCK = Table(
    "home_clock",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=False),  # one row, 1
    Column("mode", String, nullable=False),
    Column("instant", INSTANT),
)
MODEL_CLOCK = Table(
    "model_clock",
    METADATA,
    model_column(),
    Column("instant", INSTANT, nullable=False),
)


class HomeClock(NamedTuple):
    """In `replay` the clock stands at `instant`, the last one run; on the `wall` it is only the last run."""

    mode: Literal["wall", "replay"]
    instant: int | None


def get(tx: Transaction) -> HomeClock:
    """The home's clock; on the wall until it is set otherwise."""
    row = tx.execute(select(HOME_CLOCK.c.mode, HOME_CLOCK.c.instant)).one_or_none()
    return HomeClock("wall", None) if row is None else HomeClock(*row)


def set_to(tx: Transaction, mode: Literal["wall", "replay"], instant: int | None) -> None:
    """Set the home's clock."""
    upsert(tx, HOME_CLOCK, [{"id": 1, "mode": mode, "instant": instant}])


def reach(tx: Transaction, instant: int) -> None:
    """Move the clock of a home in replay, or of a new one, on to an instant that was reached; the wall's stays."""
    kept = get(tx)
    if kept.instant is None or (kept.mode == "replay" and kept.instant < instant):
        set_to(tx, "replay", instant)


def last_run(tx: Transaction, model_id: int) -> int | None:
    """The end of the last window that was closed for a model, None before the first."""
    return tx.execute(select(MODEL_CLOCK.c.instant).where(MODEL_CLOCK.c.model_id == model_id)).scalar()


def last_runs(tx: Transaction) -> dict[int, int]:
    """The same of every model that has one."""
    return {row.model_id: row.instant for row in tx.execute(select(MODEL_CLOCK))}


def advance(tx: Transaction, model_id: int, instant: int) -> None:
    """Remember that everything of the model up to `instant`, the end of its last closed window, was run."""
    upsert(tx, MODEL_CLOCK, [{"model_id": model_id, "instant": instant}])
