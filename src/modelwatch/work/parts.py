"""The label index as it is stored: every day in parts of bounded size, so that a commit costs its own rows.

`index` says what the rows mean; small parts are merged as they come, so that many small commits leave few parts.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from io import BytesIO

import polars as pl

from modelwatch.store import labels as store
from modelwatch.store.labels import IndexPart
from modelwatch.store.metadata import Transaction

PART_ROWS = 500_000
"""Rows of one part at most, and rows that are held in memory at once."""
LABEL_AT = "label_at"


@dataclass(slots=True)
class Parts:
    """The parts of one model's index within one run; the last that were used stay in memory."""

    model_id: int
    part_rows: int = PART_ROWS
    _known: dict[date, list[IndexPart]] | None = None
    _held: OrderedDict[tuple[date, int], pl.DataFrame] = field(
        default_factory=OrderedDict[tuple[date, int], pl.DataFrame]
    )

    def days(self, tx: Transaction) -> list[date]:
        """The days that have an index, in order."""
        return sorted(self._all(tx))

    def of(self, tx: Transaction, day: date) -> list[IndexPart]:
        """The parts of a day, in order."""
        return list(self._all(tx).get(day, ()))

    def read(self, tx: Transaction, part: IndexPart) -> pl.DataFrame:
        """The rows of a part."""
        key = part.day, part.part
        frame = self._held.get(key)
        if frame is None:
            frame = read_frame(store.get_index(tx, self.model_id, part))
            self._hold(key, frame)
        self._held.move_to_end(key)
        return frame

    def batches(self, tx: Transaction, days: Iterable[date], *, labelled: bool = False) -> Iterator[list[IndexPart]]:
        """The parts of the given days, as many together as fit into memory; only those with labels if asked."""
        batch: list[IndexPart] = []
        for part in [part for day in days for part in self.of(tx, day) if part.labelled or not labelled]:
            if batch and sum(each.rows for each in batch) + part.rows > self.part_rows:
                yield batch
                batch = []
            batch.append(part)
        if batch:
            yield batch

    def append(self, tx: Transaction, day: date, frame: pl.DataFrame) -> None:
        """Add rows to a day.

        A part takes in the one before it while that is not over twice as large: every row is written again a few
        times at most, and the number of small parts grows with the logarithm of the rows.
        """
        parts = self.of(tx, day)
        for piece in frame.iter_slices(self.part_rows):
            rows = piece
            place = parts[-1].part + 1 if parts else 0
            while parts and parts[-1].rows <= 2 * rows.height and parts[-1].rows + rows.height <= self.part_rows:
                last = parts.pop()
                rows, place = pl.concat([self.read(tx, last), rows]), last.part
                self._drop(tx, last)
            parts.append(self._put(tx, day, place, rows))
        self._all(tx)[day] = parts

    def rewrite(self, tx: Transaction, part: IndexPart, frame: pl.DataFrame) -> None:
        """Store the rows of a part that changed; one that is larger than parts may be is taken apart."""
        if frame.height > self.part_rows:
            self._drop(tx, part)
            self._all(tx)[part.day] = [each for each in self.of(tx, part.day) if each.part != part.part]
            self.append(tx, part.day, frame)
            return
        written = self._put(tx, part.day, part.part, frame)
        self._all(tx)[part.day] = [written if each.part == part.part else each for each in self.of(tx, part.day)]

    def _put(self, tx: Transaction, day: date, place: int, frame: pl.DataFrame) -> IndexPart:
        part = IndexPart(day, place, frame.height, frame[LABEL_AT].null_count() < frame.height)
        store.put_index(tx, self.model_id, part, write_frame(frame))
        self._hold((day, place), frame)
        return part

    def _drop(self, tx: Transaction, part: IndexPart) -> None:
        store.drop_index(tx, self.model_id, part)
        self._held.pop((part.day, part.part), None)

    def _hold(self, key: tuple[date, int], frame: pl.DataFrame) -> None:
        self._held[key] = frame
        self._held.move_to_end(key)
        while len(self._held) > 1 and sum(each.height for each in self._held.values()) > self.part_rows:
            self._held.popitem(last=False)

    def _all(self, tx: Transaction) -> dict[date, list[IndexPart]]:
        if self._known is None:
            self._known = {}
            for part in store.index_parts(tx, self.model_id):
                self._known.setdefault(part.day, []).append(part)
        return self._known


def write_frame(frame: pl.DataFrame) -> bytes:
    """A small frame as bytes."""
    buffer = BytesIO()
    frame.write_ipc(buffer, compression="lz4")
    return buffer.getvalue()


def read_frame(data: bytes) -> pl.DataFrame:
    """The frame that `write_frame` wrote."""
    return pl.read_ipc(BytesIO(data))


__all__ = ["LABEL_AT", "PART_ROWS", "Parts", "read_frame", "write_frame"]
