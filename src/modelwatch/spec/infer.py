"""What a data frame tells of its columns, and the specification that follows from it.

`init` writes the specification; `Monitor.resolve` reads the facts for `features: auto`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from modelwatch.domain.columns import Task
from modelwatch.spec.kinds import Facts, Storage
from modelwatch.spec.propose import propose
from modelwatch.spec.roles import Found, find_roles

Reference = pl.DataFrame | Mapping[str, pl.DataType | type[pl.DataType]]
MOST_VALUES = 100
_COUNTED = (Storage.WHOLE, Storage.TRUTH, Storage.WORD, Storage.TEXT, Storage.TIME)


def infer(model: str, frame: pl.DataFrame, *, path: str | None) -> str:
    """Write a specification for a model whose reference is given.

    Parameters
    ----------
    model
        The model's name.
    frame
        The reference: one row per prediction.
    path
        Where the reference lies, as the specification should say it; None if these rows are none.

    Returns
    -------
    YAML with comments that say why, which `parse` accepts as it is.

    Examples
    --------
    >>> frame = pl.DataFrame({"score": [0.2, 0.9, 0.4], "label": [0, 1, 1], "age": [31.5, 40.0, 22.0]})
    >>> print(infer("churn", frame, path="reference.parquet").splitlines()[2])
    task: binary  # label holds 0 and 1
    """
    facts = survey(frame)
    roles = find_roles(facts)
    return propose(model, facts, roles, path=path, threshold=_threshold(frame, roles, facts))


def _threshold(frame: pl.DataFrame, roles: Found, facts: Mapping[str, Facts]) -> float | None:
    """The score from which on predictions are positive, if the reference shows that it is not 0.5."""
    if roles.task is not Task.BINARY or "score" not in roles.columns or "prediction" not in roles.columns:
        return None
    score, prediction = pl.col(roles.columns["score"]), roles.columns["prediction"]
    # as the prediction's column writes it, which may be another type than the label's
    positive = [value for value in facts[prediction].values if value == roles.positive]
    if not positive:
        return None
    chosen = pl.col(prediction) == positive[0]
    below, above = frame.select(below=score.filter(~chosen).max(), above=score.filter(chosen).min()).row(0)
    if below is None or above is None or below < 0.5 <= above or above <= below:
        return None
    return round((below + above) / 2, 6)


def survey(reference: Reference) -> dict[str, Facts]:
    """The facts of every column, by name; without values only what the types tell."""
    if not isinstance(reference, pl.DataFrame):
        return {name: Facts(name=name, storage=_storage(dtype)) for name, dtype in reference.items()}
    return {column.name: _facts(column) for column in reference.iter_columns()}


def _facts(column: pl.Series) -> Facts:
    storage = _storage(column.dtype)
    if storage is Storage.FRACTION:
        column = column.cast(pl.Float64).fill_nan(None)
        storage = Storage.WHOLE if _all_whole(column) else storage
    present = column.drop_nulls()
    distinct = present.n_unique() if storage in _COUNTED else None
    few = distinct is not None and distinct <= MOST_VALUES and storage is not Storage.TIME
    bounds: list[Any] = [column.min(), column.max()] if column.dtype.is_numeric() else [None, None]
    low, high = (None if bound is None else float(bound) for bound in bounds)
    return Facts(
        name=column.name,
        storage=storage,
        rows=column.len(),
        missing=column.null_count(),
        distinct=distinct,
        values=tuple(present.unique().sort().to_list()) if few else (),
        low=low,
        high=high,
        spaced=storage is Storage.TEXT and bool(present.str.contains(r"\s").any()),
    )


def _storage(dtype: pl.DataType | type[pl.DataType]) -> Storage:
    if dtype.is_integer():
        return Storage.WHOLE
    if dtype.is_numeric():
        return Storage.FRACTION
    by_type: dict[type[pl.DataType], Storage] = {
        pl.Boolean: Storage.TRUTH,
        pl.Categorical: Storage.WORD,
        pl.Enum: Storage.WORD,
        pl.String: Storage.TEXT,
        pl.Date: Storage.TIME,
        pl.Datetime: Storage.TIME,
        pl.Null: Storage.NOTHING,
    }
    return by_type.get(dtype.base_type(), Storage.OTHER)


def _all_whole(column: pl.Series) -> bool:
    """Whether all numbers are whole: other libraries store whole numbers as floats if one is missing."""
    present = column.drop_nulls()
    return present.len() > 0 and bool((present % 1 == 0).all())
