"""Notes as batches: predictions before labels before events, each batch within its size.

The background half of `log`: called by `sender` in its own thread.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from modelwatch.collect.client.rows import Note, row_of, table_of, write
from modelwatch.collect.client.sink import Batch, Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Packed:
    """Batches in the order in which they must be sent; rows and bytes are of those written as JSON."""

    batches: tuple[Batch, ...]
    rows: int = 0
    size_bytes: int = 0
    faults: int = 0

    @property
    def told(self) -> str:
        """What the faults were."""
        return f"{self.faults} values could not be written as JSON and were sent as their text"


def pack(notes: Iterable[Note], *, batch_bytes: int) -> Packed:
    """Make batches of notes.

    All predictions come first, so that a label never comes before its prediction; an event is a batch of its own.

    Examples
    --------
    >>> notes = [(Kind.LABELS, 0, ("a", None, 1, "label")), (Kind.LABELS, 0, ("b", None, 0, "label"))]
    >>> [batch.count for batch in pack(notes, batch_bytes=1000).batches]
    [2]
    """
    tables: list[Batch] = []
    rows: dict[Kind, list[bytes]] = {kind: [] for kind in Kind}
    faults = 0
    for note in notes:
        table = table_of(note)
        if table is not None:
            tables.append(Batch(kind=note[0], table=table))
            continue
        written = write(row_of(note))
        rows[note[0]].append(written.text)
        faults += written.faults
    batches = [
        *(Batch(kind=Kind.PREDICTIONS, rows=part) for part in _cut(rows[Kind.PREDICTIONS], batch_bytes)),
        *tables,
        *(Batch(kind=Kind.LABELS, rows=part) for part in _cut(rows[Kind.LABELS], batch_bytes)),
        *(Batch(kind=Kind.EVENTS, rows=(row,)) for row in rows[Kind.EVENTS]),
    ]
    written_rows = [row for each in rows.values() for row in each]
    return Packed(batches=tuple(batches), rows=len(written_rows), size_bytes=sum(map(len, written_rows)), faults=faults)


def _cut(rows: list[bytes], batch_bytes: int) -> Iterator[tuple[bytes, ...]]:
    start = size = 0
    for place, row in enumerate(rows):
        if place > start and size + len(row) > batch_bytes:
            yield tuple(rows[start:place])
            start, size = place, 0
        size += len(row) + 1
    if start < len(rows):
        yield tuple(rows[start:])
