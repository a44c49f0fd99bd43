"""What a data frame tells of its columns, and the specification that follows from it.

`init` writes the specification; `Monitor.resolve` reads the facts for `features: auto`.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import polars as pl

from modelwatch.domain.columns import Task
from modelwatch.spec.kinds import Facts, Storage
from modelwatch.spec.propose import Guesses, propose
from modelwatch.spec.roles import Found, find_roles

Reference = pl.DataFrame | Mapping[str, pl.DataType | type[pl.DataType]]
MOST_VALUES = 100
# How well a column must go with the model's output (rank correlation) to be taken for the truth.
_LEAST_BINARY, _LEAST_AMOUNT = 0.2, 0.8
_COUNTED = (Storage.WHOLE, Storage.TRUTH, Storage.WORD, Storage.TEXT, Storage.TIME)


def infer(
    model: str,
    frame: pl.DataFrame,
    *,
    path: str | None,
    words: pl.DataFrame | None = None,
    named: Mapping[str, str] | None = None,
    task: Task | None = None,
) -> str:
    """Write a specification for a model whose reference is given.

    Parameters
    ----------
    model
        The model's name.
    frame
        The reference: one row per prediction.
    path
        Where the reference lies, as the specification should say it; None if these rows are none.
    words
        The same rows as their file writes them, where it knows no types.
    named
        Columns that somebody gave a role (id, timestamp, score, prediction, label), by role.
    task
        What the model predicts, if somebody said it.

    Returns
    -------
    YAML with comments that say why, and `check:` where a person should look, which `parse` accepts as it is.

    Raises
    ------
    UnknownName
        If a named column does not exist.
    InputError
        If it cannot play its part.

    Examples
    --------
    >>> frame = pl.DataFrame({"score": [0.2, 0.9, 0.4], "label": [0, 1, 1], "age": [31.5, 40.0, 22.0]})
    >>> print(infer("churn", frame, path="reference.parquet").splitlines()[2])
    task: binary  # label holds 0 and 1
    """
    facts = survey(frame)
    roles = find_roles(facts, named=named, task=task)
    guesses = Guesses(threshold=_threshold(frame, roles, facts), truth=_truth(frame, roles, facts))
    return propose(model, facts, roles, path=path, guesses=_with_zone(guesses, frame, words, roles))


def _truth(frame: pl.DataFrame, roles: Found, facts: Mapping[str, Facts]) -> str | None:
    """The column that goes best with the model's output where none is named as the truth, if it goes well enough."""
    output = roles.columns.get("score") or roles.columns.get("prediction")
    if "label" in roles.columns or output is None or not facts[output].numeric:
        return None
    binary = roles.task is Task.BINARY
    found: dict[str, float] = {}
    for name, each in facts.items():
        fits = len(each.values) == 2 if binary else each.numeric and not each.values
        if name in roles.columns.values() or not fits:
            continue
        values = pl.col(name) == list(each.values)[-1] if binary else pl.col(name)
        both = frame.select(pl.col(output).cast(pl.Float64).alias("a"), values.cast(pl.Float64).alias("b"))
        both = both.filter(pl.all_horizontal(pl.all().is_finite()))
        together = both.select(pl.corr("a", "b", method="spearman")).item() if both.height > 2 else None
        if together is not None and not math.isnan(together):
            found[name] = abs(together)
    best = max(found, key=found.__getitem__, default=None)
    return best if best is not None and found[best] >= (_LEAST_BINARY if binary else _LEAST_AMOUNT) else None


def _with_zone(guesses: Guesses, frame: pl.DataFrame, words: pl.DataFrame | None, roles: Found) -> Guesses:
    """The time zone of the reference's times, where they bear one."""
    name = roles.columns.get("timestamp")
    if name is None:
        return guesses
    dtype = frame.schema[name]
    zone = dtype.time_zone if isinstance(dtype, pl.Datetime) else None
    if words is not None and words.schema[name] == pl.String:
        offsets = words[name].str.extract(r"([+-][0-9]{2}:?[0-9]{2})$").unique().to_list()
        hours = re.fullmatch(r"([+-])0?([0-9]{1,2}):?00", offsets[0] or "") if len(offsets) == 1 else None
        if hours is not None and int(hours[2]):
            sign = "-" if hours[1] == "+" else "+"  # zones of this family count the other way round
            why = f"times are written with {offsets[0]}; a named zone, as Europe/Rome, follows summer time"
            return replace(guesses, timezone=f"Etc/GMT{sign}{int(hours[2])}", why=why)
        zone = "UTC" if any(offsets) else zone
    if zone is None:
        return replace(guesses, why="times without a zone count as UTC, and days start at midnight there")
    if zone == "UTC" or "/" not in zone:
        return guesses
    return replace(guesses, timezone=zone, why="the zone of the reference's times; days start at midnight here")


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
