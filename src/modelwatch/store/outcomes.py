"""Outcomes: what turned out to be true, counted per version and base window, for slices per version and day.

Labels add to these when they come, in the window of their prediction; `measure` reads them with the profiles.
"""

from __future__ import annotations

from collections.abc import Iterable

from modelwatch.store import windowed
from modelwatch.store.metadata import Transaction
from modelwatch.store.windowed import WindowBlob

OUTCOME = windowed.blob_table("outcome")
SLICE_OUTCOME = windowed.blob_table("slice_outcome")


def get_many(tx: Transaction, model_id: int, start: int, end: int) -> list[WindowBlob]:
    """The outcomes of all rows whose base window starts in `[start, end)`, by start, then version."""
    return windowed.get_many(tx, OUTCOME, model_id, start, end)


def put_many(tx: Transaction, model_id: int, rows: Iterable[tuple[str, int, int, bytes]]) -> None:
    """Store `(version, start, end, blob)` of base windows; what was there is overwritten."""
    windowed.put_many(tx, OUTCOME, model_id, rows)


def get_slices(tx: Transaction, model_id: int, start: int, end: int) -> list[WindowBlob]:
    """The packed slices of the days that start in `[start, end)`, by start, then version."""
    return windowed.get_many(tx, SLICE_OUTCOME, model_id, start, end)


def put_slices(tx: Transaction, model_id: int, rows: Iterable[tuple[str, int, int, bytes]]) -> None:
    """Store `(version, start, end, blob)` of days; what was there is overwritten."""
    windowed.put_many(tx, SLICE_OUTCOME, model_id, rows)


def versions(tx: Transaction, model_id: int) -> list[str]:
    """The model's versions, in the order of their first window."""
    return windowed.versions(tx, OUTCOME, model_id)


def first_start(tx: Transaction, model_id: int) -> int | None:
    """Where the first base window starts, None while there is none."""
    return windowed.first_start(tx, OUTCOME, model_id)
