"""A column over time: how its values lay in each window, from the stored base profiles.

The lanes of a column are drawn from it. A year is some 6,000 profiles, so that what was read once is kept.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from threading import Lock

from modelwatch.domain.instants import Window
from modelwatch.profile import ColumnPlan
from modelwatch.profile.profile import column_from_bytes, merge_sketches
from modelwatch.read.values import Moments, counts_of, moments
from modelwatch.sketch import CategorySketch, Sketch
from modelwatch.store import profiles
from modelwatch.store.metadata import Transaction
from modelwatch.store.windowed import WindowBlob

KEPT = 20_000


@dataclass(frozen=True, slots=True)
class Day:
    """One window of a column: where its values lay, and how many rows each category had."""

    window: Window
    values: Moments
    levels: Mapping[str, int]


def days(tx: Transaction, model_id: int, column: ColumnPlan, windows: Sequence[Window]) -> list[Day]:
    """A column in each of some windows that follow one another; those without rows hold none."""
    if not windows:
        return []
    found = iter(profiles.get_many(tx, model_id, windows[0].start, windows[-1].end))
    return [_day(column, window, blobs) for window, blobs in _dealt(found, windows)]


def total(tx: Transaction, model_id: int, column: ColumnPlan, window: Window) -> Sketch:
    """A column over all rows of a stretch of time."""
    blobs = profiles.get_many(tx, model_id, window.start, window.end)
    return _merged(column, blobs)


def _dealt(blobs: Iterable[WindowBlob], windows: Sequence[Window]) -> Iterable[tuple[Window, list[WindowBlob]]]:
    waiting = next(iter(blobs), None)
    for window in windows:
        mine: list[WindowBlob] = []
        while waiting is not None and waiting.start < window.end:
            mine.append(waiting)
            waiting = next(iter(blobs), None)
        yield window, mine


def _day(column: ColumnPlan, window: Window, blobs: Sequence[WindowBlob]) -> Day:
    # By what is stored: a window that late rows changed is another one.
    digest = blake2b(_identity(column), digest_size=16)
    for blob in blobs:
        digest.update(blob.blob)
    key = digest.digest()
    known = _KEPT.get(key)
    if known is None:
        sketch = _merged(column, blobs)
        levels = counts_of(sketch) if isinstance(sketch, CategorySketch) else {}
        known = moments(sketch), levels
        _KEPT.put(key, known)
    return Day(window, *known)


def _merged(column: ColumnPlan, blobs: Sequence[WindowBlob]) -> Sketch:
    return merge_sketches([column_from_bytes(column, blob.blob) for blob in blobs]) if blobs else column.empty()


def _identity(column: ColumnPlan) -> bytes:
    shared = column.grid or column.domain
    return f"{column.name}\x00{shared.id if shared else ''}\x00".encode("utf-8", "surrogatepass")


class _Kept:
    """What was read last, by what it was read from; pages are made in several threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._found: OrderedDict[bytes, tuple[Moments, Mapping[str, int]]] = OrderedDict()

    def get(self, key: bytes) -> tuple[Moments, Mapping[str, int]] | None:
        with self._lock:
            if key in self._found:
                self._found.move_to_end(key)
            return self._found.get(key)

    def put(self, key: bytes, found: tuple[Moments, Mapping[str, int]]) -> None:
        with self._lock:
            self._found[key] = found
            while len(self._found) > KEPT:
                self._found.popitem(last=False)


_KEPT = _Kept()
