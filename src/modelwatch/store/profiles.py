"""Profiles: what was predicted, packed per version and base window, for slices per version and day.

`profile` folds the log into them, `measure` adds them up to any window and span.
"""

from __future__ import annotations

from collections.abc import Iterable

from modelwatch.store import windowed
from modelwatch.store.metadata import Transaction
from modelwatch.store.windowed import WindowBlob

PROFILE = windowed.blob_table("profile")
SLICE_PROFILE = windowed.blob_table("slice_profile")


def get_many(tx: Transaction, model_id: int, start: int, end: int) -> list[WindowBlob]:
    """The profiles of all rows whose base window starts in `[start, end)`, by start, then version."""
    return windowed.get_many(tx, PROFILE, model_id, start, end)


def put_many(tx: Transaction, model_id: int, rows: Iterable[tuple[str, int, int, bytes]]) -> None:
    """Store `(version, start, end, blob)` of base windows; what was there is overwritten."""
    windowed.put_many(tx, PROFILE, model_id, rows)


def get_slices(tx: Transaction, model_id: int, start: int, end: int) -> list[WindowBlob]:
    """The packed slices of the days that start in `[start, end)`, by start, then version."""
    return windowed.get_many(tx, SLICE_PROFILE, model_id, start, end)


def put_slices(tx: Transaction, model_id: int, rows: Iterable[tuple[str, int, int, bytes]]) -> None:
    """Store `(version, start, end, blob)` of days; what was there is overwritten."""
    windowed.put_many(tx, SLICE_PROFILE, model_id, rows)


def versions(tx: Transaction, model_id: int) -> list[str]:
    """The model's versions, in the order of their first window."""
    return windowed.versions(tx, PROFILE, model_id)


def first_starts(tx: Transaction, model_id: int) -> dict[str, int]:
    """Where the first base window of each version starts."""
    return windowed.first_starts(tx, PROFILE, model_id)


def all_first_starts(tx: Transaction) -> dict[int, dict[str, int]]:
    """The same of all models."""
    return windowed.all_first_starts(tx, PROFILE)


def first_start(tx: Transaction, model_id: int) -> int | None:
    """Where the first base window starts, None while there is none."""
    return windowed.first_start(tx, PROFILE, model_id)


def last_start(tx: Transaction, model_id: int, before: int) -> int | None:
    """Where the newest base window before an instant starts, rows that were turned away included."""
    return windowed.last_start(tx, PROFILE, model_id, before)


def next_start(tx: Transaction, model_id: int, since: int) -> int | None:
    """Where the first base window from an instant on starts, rows that were turned away included."""
    return windowed.next_start(tx, PROFILE, model_id, since)


def last_starts(tx: Transaction, model_id: int, *, before: int | None = None) -> dict[str, int]:
    """Where the last base window of each version starts, of those that start before an instant if one is named."""
    return windowed.last_starts(tx, PROFILE, model_id, before=before)
