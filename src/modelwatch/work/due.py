"""Labels outside the index: those of the inbox that are due, and those that wait for their prediction.

Both may be many, so they are read in pieces of bounded size; `step` finds what is due, `index` joins it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import polars as pl

from modelwatch.domain.columns import LABEL, PREDICTION_ID, TIMESTAMP
from modelwatch.domain.instants import day_of
from modelwatch.profile.outcome import TRUTH
from modelwatch.store import labels as store
from modelwatch.store.labels import InboxPart
from modelwatch.store.metadata import Transaction
from modelwatch.work.parts import LABEL_AT, PART_ROWS, read_frame, write_frame

INSTANT = pl.col(TIMESTAMP).dt.epoch("us")


@dataclass(slots=True)
class DueLabels:
    """The labels in a model's inbox whose time has come by an instant.

    `joined` marks, piece by piece, those whose prediction was found.
    """

    model_id: int
    instant: int
    parts: list[InboxPart]
    piece_rows: int = PART_ROWS
    joined: list[npt.NDArray[np.bool_]] = field(default_factory=list[npt.NDArray[np.bool_]])
    rows: int = 0
    first: int = 0
    last: int = 0
    _only: pl.DataFrame | None = None

    @classmethod
    def at(cls, tx: Transaction, model_id: int, instant: int, *, piece_rows: int = PART_ROWS) -> DueLabels:
        """Look through the inbox: how many labels are due, and from when to when."""
        due = cls(model_id, instant, store.inbox(tx, model_id, day_of(instant)), piece_rows)
        spans: list[tuple[int, int]] = []
        for piece in due.pieces(tx):
            times = piece[LABEL_AT].to_numpy()
            spans.append((int(times.min()), int(times.max())))
            due.joined.append(np.zeros(piece.height, dtype=np.bool_))
            due.rows += piece.height
            due._only = piece
        if len(spans) != 1:
            due._only = None
        if spans:
            due.first, due.last = min(first for first, _ in spans), max(last for _, last in spans)
        return due

    def pieces(self, tx: Transaction) -> Iterator[pl.DataFrame]:
        """The labels as the index keeps them, at most `piece_rows` together, the same at every call."""
        if self._only is not None:
            yield self._only
            return
        held: list[pl.DataFrame] = []
        for part in self.parts:
            frame = self._due(tx, part)
            if held and frame.height + sum(each.height for each in held) > self.piece_rows:
                yield pl.concat(held)
                held = []
            if not frame.is_empty():
                held.append(frame)
        if held:
            yield pl.concat(held)

    def missing(self, tx: Transaction) -> Iterator[tuple[int, pl.DataFrame]]:
        """Those not joined so far, with the number of their piece and, as `_label`, their place in it."""
        for number, piece in enumerate(self.pieces(tx)):
            rest = ~self.joined[number]
            if rest.any():
                yield number, piece.with_row_index("_label").filter(pl.Series(rest))

    def mark(self, found: list[npt.NDArray[np.bool_]]) -> None:
        """Say, piece by piece, of which labels the prediction was found."""
        self.joined = [before | now for before, now in zip(self.joined, found, strict=True)]

    def settle(self, tx: Transaction) -> None:
        """Take what was due out of the inbox."""
        for part in self.parts:
            later = self._later(tx, part)
            store.leave(tx, self.model_id, part, None if later.is_empty() else write_frame(later))

    def _due(self, tx: Transaction, part: InboxPart) -> pl.DataFrame:
        frame = read_frame(store.get_inbox(tx, self.model_id, part))
        rows = frame.select(PREDICTION_ID, pl.col(LABEL).alias(TRUTH), INSTANT.alias(LABEL_AT))
        return rows.filter(pl.col(LABEL_AT) <= self.instant).drop_nulls()

    def _later(self, tx: Transaction, part: InboxPart) -> pl.DataFrame:
        frame = read_frame(store.get_inbox(tx, self.model_id, part))
        return frame.filter(INSTANT.gt(self.instant))


def waiting(tx: Transaction, model_id: int) -> Iterator[tuple[int, pl.DataFrame]]:
    """The labels that wait for their prediction, by the number of the part they are kept in."""
    for part in store.waiting_parts(tx, model_id):
        yield part, read_frame(store.get_waiting(tx, model_id, part))


def keep_waiting(tx: Transaction, model_id: int, part: int, labels: pl.DataFrame) -> None:
    """Make the given labels all that a part holds."""
    store.put_waiting(tx, model_id, {part: None if labels.is_empty() else write_frame(labels)})


def wait(tx: Transaction, model_id: int, more: Iterable[pl.DataFrame], *, since: int, part_rows: int) -> None:
    """Let labels wait behind those that do already; of all, only those with a time after `since` are kept."""
    recent = pl.col(LABEL_AT) > since
    last, held = 0, None
    for part, labels in waiting(tx, model_id):
        kept = labels.filter(recent)
        if kept.height < labels.height:
            keep_waiting(tx, model_id, part, kept)
        last, held = part, kept
    for labels in more:
        new = labels.filter(recent)
        if held is not None and held.height + new.height <= part_rows:
            new = pl.concat([held, new]).unique(maintain_order=True)
        elif held is not None:
            last += 1
        keep_waiting(tx, model_id, last, new)
        held = new
