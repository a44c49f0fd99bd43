"""From the spool to the lake, exactly once: repeats are counted, contradictions quarantined, new rows kept.

`run` and every verb that brings rows in call it. It may be killed anywhere: the next flush goes on with the
same result, because requests leave the spool only once the lake is sure to hold them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import polars as pl

from modelwatch.collect.layout import SOURCE_ROW
from modelwatch.collect.quarantine import FaultKind, receipt_of
from modelwatch.domain.columns import CONTENT_HASH, DAY_PARTITION, PREDICTION_ID
from modelwatch.domain.errors import HomeError
from modelwatch.domain.names import ModelKey
from modelwatch.domain.receipt import Receipt
from modelwatch.log.commits import APP_PREFIX
from modelwatch.log.identity import Sifted, sift
from modelwatch.log.lake import Lake
from modelwatch.log.reject import fit, rejected
from modelwatch.log.requests import Request
from modelwatch.log.spool import Spool
from modelwatch.log.tables import QUARANTINE, TABLES, Table

COMMIT_ROWS = 50_000


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a flush is: rows that have left the spool, of all that were in it."""

    done: int
    total: int


def flush(
    spool: Spool,
    lake: Lake,
    *,
    only: ModelKey | None = None,
    commit_rows: int = COMMIT_ROWS,
    on_progress: Callable[[Progress], None] | None = None,
) -> dict[tuple[ModelKey, str], Receipt]:
    """Move the requests that are in the spool now to the lake, in the order of their ids.

    Parameters
    ----------
    only
        The one model whose requests are moved; None: all of them.
    commit_rows
        About how many rows go into one commit; a request is never split.
    on_progress
        Told after every commit.

    Returns
    -------
    dict
        By model and table what became of the rows: `accepted`, `duplicates`, `quarantined` with the first
        faults, whether or not they lay there already.

    Raises
    ------
    DurabilityError
        If the disk refuses; what has not reached the lake is still in the spool.
    HomeError
        If spool or lake are damaged.
    """
    waiting = _waiting(spool, only)
    progress = Progress(0, sum(waiting.values()))
    receipts: dict[tuple[ModelKey, str], Receipt] = {}
    for (key, table), left in waiting.items():
        if table not in TABLES:
            raise HomeError(f"the spool holds rows for a table {table!r} of {key}, which there is not: it is damaged")
        queue = _Queue(spool, lake, key, TABLES[table])
        queue.repair()
        # What comes meanwhile is left for the next flush: a stream without end must not keep this one busy.
        while left > 0 and (requests := spool.peek(key, table, limit_rows=commit_rows)):
            left -= sum(request.rows for request in requests)  # noqa: PLW2901
            for name, receipt in queue.forward(requests).items():
                receipts[key, name] = receipts.get((key, name), Receipt()) + receipt
            progress = Progress(progress.total - sum(_waiting(spool, only).values()), progress.total)
            if on_progress is not None:
                on_progress(progress)
    return receipts


def _waiting(spool: Spool, only: ModelKey | None) -> dict[tuple[ModelKey, str], int]:
    return {(key, table): rows for (key, table), rows in spool.pending().items() if only in (None, key)}


@dataclass(frozen=True, slots=True, eq=False)
class _Queue:
    """The requests of one table of one model."""

    spool: Spool
    lake: Lake
    key: ModelKey
    table: Table

    def repair(self) -> None:
        for table in sorted({self.table.name, QUARANTINE}):
            self.lake.repair(self.key, table, forwarded=self.spool.forwarded(self.key, table))

    def forward(self, requests: list[Request]) -> dict[str, Receipt]:
        """Bring requests to the lake, then forget them."""
        upto, app_id = requests[-1].id, f"{APP_PREFIX}-{self.spool.uuid}"
        done = self.lake.transaction_version(self.key, self.table.name, app_id)
        if done is not None and done >= requests[0].id:
            # An earlier flush was killed between its commit and this: make sure of it, and forget.
            self._forget(done)
            return {}
        fitting, clashing = fit(
            [request.frame() for request in requests],
            self.lake.schema(self.key, self.table.name),
            table=self.table.name,
            received=requests[-1].received,
        )
        sifted = self._sift(self.table, fitting)
        conflicts = rejected(
            sifted.conflicts,
            table=self.table.name,
            field=PREDICTION_ID,
            kind=FaultKind.CONFLICT,
            reason="another row of this id came first and differs",
            received=requests[-1].received,
        )
        refused = self._sift(TABLES[QUARANTINE], pl.concat([clashing, conflicts]))
        # Refused rows first: were it the other way round, a kill in between would lose them.
        self._commit(QUARANTINE, refused.fresh, f"{app_id}-{self.table.name}", upto)
        self._commit(self.table.name, sifted.fresh, app_id, upto)
        self._forget(upto)
        if self.table.name == QUARANTINE:
            return _receipts_by_table(sifted)
        return {
            self.table.name: Receipt(
                accepted=sifted.fresh.height,
                duplicates=sifted.repeated.height,
            )
            + receipt_of(pl.concat([refused.fresh, refused.repeated]))
        }

    def _sift(self, table: Table, rows: pl.DataFrame) -> Sifted:
        """Tell new rows from those that the lake or the batch itself has already."""
        frame = table.stored(rows)
        known = frame.clear()
        if frame.height and self.lake.latest_version(self.key, table.name) >= 0:
            days = set(frame[DAY_PARTITION].unique()) if table.by_day else None
            # Only rows of the same identity come into memory, and few files at a time, however many the days hold.
            ours = frame.lazy().select(table.identity)
            same = (
                part.join(ours, on=list(table.identity), how="semi", nulls_equal=True)
                for part in self.lake.parts(self.key, table.name, days=days)
            )
            known = pl.concat([part.select({*table.identity, CONTENT_HASH}).collect() for part in same])
        return sift(frame, known, keys=table.identity)

    def _commit(self, table: str, rows: pl.DataFrame, app_id: str, version: int) -> None:
        if rows.height:
            order = (TABLES[table].dated_by, *TABLES[table].identity)
            stored = rows.sort(order).drop(SOURCE_ROW, strict=False)
            self.lake.commit(self.key, table, stored, app_id=app_id, version=version)

    def _forget(self, upto: int) -> None:
        tables = sorted({self.table.name, QUARANTINE})
        # Confirmed even if this batch added nothing: an earlier flush may have been killed between its commit
        # and the disk.
        there = [table for table in tables if self.lake.latest_version(self.key, table) >= 0]
        reached = {table: self.lake.confirm(self.key, table) for table in there}
        self.spool.delete(self.key, self.table.name, upto=upto, reached=reached)


def _receipts_by_table(sifted: Sifted) -> dict[str, Receipt]:
    """Receipts of quarantined rows by the table they were meant for; those that lay there already count again."""
    rows = pl.concat([sifted.fresh, sifted.repeated])
    parts = rows.group_by("source_table", maintain_order=True)
    return {str(table): receipt_of(part) for (table,), part in parts}
