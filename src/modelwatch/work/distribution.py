"""How one column's values lay in a stretch of time, beside the reference: what charts are drawn from.

Read from stored profiles only; `app` asks for it on behalf of the API and of pages.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from modelwatch.domain.errors import InputError, UnknownName
from modelwatch.domain.instants import Window
from modelwatch.profile import Profile
from modelwatch.profile.profile import merge_profiles
from modelwatch.sketch import CategorySketch, NumericSketch, Sketch
from modelwatch.store import profiles
from modelwatch.store.metadata import Transaction
from modelwatch.work.watched import Watched

BINS = 40
CATEGORIES = 50


def distribution(
    tx: Transaction, watched: Watched, column: str, window: Window, *, version: str | None = None
) -> dict[str, Any]:
    """A column's values in a window and in the reference, on the same bins or categories.

    Returns
    -------
    dict
        `column`, `kind`, `window`, `current` and `reference` (None without one), each with `rows`, `missing` and
        `counts`; and `bins` (their ends, None for open ones) or `categories`, in the order of the counts.

    Raises
    ------
    UnknownName
        If the model does not watch the column.
    InputError
        If the model has no windows yet.
    """
    plan = watched.plan
    if plan is None:
        raise InputError(f"model {watched.key.model!r} has neither a reference nor a closed window yet: run it first")
    if column not in plan.columns:
        raise UnknownName(f"model {watched.key.model!r} has no column {column!r}: {', '.join(plan.columns)}")
    stored = profiles.get_many(tx, watched.model_id, window.start, window.end)
    found = [Profile.from_bytes(plan, row.blob) for row in stored if version in (None, row.version)]
    current = merge_profiles(found or [Profile.empty(plan)]).columns[column]
    pooled = None if watched.reference is None else watched.reference.pooled.profile
    reference = None if pooled is None else pooled.columns[column]
    told = {"column": column, "kind": str(plan.columns[column].kind), "window": window.to_dict()}
    return {**told, **_beside(current, reference)}


def _beside(current: Sketch, reference: Sketch | None) -> dict[str, Any]:
    if isinstance(current, NumericSketch):
        other = reference if isinstance(reference, NumericSketch) else None
        edges = _edges(other or current)
        ends: Sequence[float | None] = [None, *edges.tolist(), None]
        bins = [{"start": ends[place], "end": ends[place + 1]} for place in range(len(ends) - 1)]
        return {
            "bins": bins,
            "current": _side(current, current.mass(edges).tolist()),
            "reference": None if other is None else _side(other, other.mass(edges).tolist()),
        }
    if isinstance(current, CategorySketch):
        other = reference if isinstance(reference, CategorySketch) else None
        seen = {**_counts(other), **_counts(current)} if other else _counts(current)
        totals = {name: _counts(current).get(name, 0) + (_counts(other).get(name, 0) if other else 0) for name in seen}
        names = sorted(totals, key=lambda name: (-totals[name], name))[:CATEGORIES]
        return {
            "categories": names,
            "current": _side(current, [_counts(current).get(name, 0) for name in names]),
            "reference": None if other is None else _side(other, [_counts(other).get(name, 0) for name in names]),
        }
    return {"current": _side(current, []), "reference": None if reference is None else _side(reference, [])}


def _edges(sketch: NumericSketch) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Every so-many-th edge of the grid within the values' range, so that counts between them are exact."""
    edges = sketch.grid.edges
    inside = edges[(edges >= sketch.minimum) & (edges <= sketch.maximum)] if sketch.masses.any() else edges
    return inside[:: max(1, -(-len(inside) // BINS))]


def _counts(sketch: CategorySketch) -> dict[str, int]:
    known = {value: int(n) for value, n in zip(sketch.domain.values, sketch.counts, strict=True) if n}
    return known | dict(sketch.unseen)


def _side(sketch: Sketch, counts: list[int]) -> dict[str, Any]:
    return {"rows": sketch.rows, "missing": sketch.missing, "counts": counts}
